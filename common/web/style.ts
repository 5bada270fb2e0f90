// The sheet, the icon and the script of pages behind a login, read once, named by their content so that browsers may keep them for a year.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const hashOf = (text: string): string => createHash('sm3').update(text).digest('hex').slice(0, 12);

/** Blank lines, indentation and comments are not sent. */
function compact(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();
}

export const STYLE = compact(readFileSync(new URL('./style.css', import.meta.url), 'utf8'));
export const STYLE_PATH = `/assets/style.${hashOf(STYLE)}.css`;

export const SESSION_SCRIPT = readFileSync(new URL('./session-script.js', import.meta.url), 'utf8');
export const SESSION_SCRIPT_PATH = `/assets/session.${hashOf(SESSION_SCRIPT)}.js`;

// Two blocks, one resting on the other: a base. No emblem.
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#1A4E8F"/>' +
  '<path fill="#fff" d="M6 20h20v5H6zM11 12h10v5H11zM13.5 7h5v3h-5z"/></svg>';
export const ICON_PATH = `/assets/icon.${hashOf(ICON)}.svg`;
