// The five shapes. Shape says what colour says, for print and for eyes that do not tell colours apart; the word stands
// beside it, so every icon is hidden from screen readers. 24×24 grid, stroke 2.
import { type Html, trustedHtml } from './html.ts';

export type Mark = 'passed' | 'failed' | 'unknown' | 'warning' | 'notice';

const open = '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" ';
const stroke = 'fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const line = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

const SHAPES: Readonly<Record<Mark, Html>> = {
  // filled circle with a tick
  passed: trustedHtml(
    `${open}><circle cx="12" cy="12" r="11" fill="currentColor"/><path d="M7 12.500l3.5 3.500L17 9" ${stroke}/></svg>`,
  ),
  // filled octagon with a cross
  failed: trustedHtml(
    `${open}><path d="M7.6 1.500h8.800l6.1 6.100v8.800l-6.1 6.100H7.600l-6.1-6.100V7.600z" fill="currentColor"/><path d="M8.5 8.500l7 7m0-7l-7 7" ${stroke}/></svg>`,
  ),
  // outlined diamond with a question mark
  unknown: trustedHtml(
    `${open}${line}><path d="M12 1.800L22.2 12 12 22.2 1.8 12z" fill="#fff"/><path d="M9.8 10c0-3 4.4-3 4.4-.2 0 1.7-2.2 1.8-2.2 3.400M12 16.400v.1"/></svg>`,
  ),
  // triangle with an exclamation mark
  warning: trustedHtml(
    `${open}><path d="M12 1.800L23 21.500H1z" fill="currentColor" stroke="currentColor" stroke-linejoin="round"/><path d="M12 9v5.500m0 3.500v.1" ${stroke}/></svg>`,
  ),
  // square with an i
  notice: trustedHtml(
    `${open}><rect x="1.5" y="1.5" width="21" height="21" rx="3" fill="currentColor"/><path d="M12 11v6m0-10v.1" ${stroke}/></svg>`,
  ),
};

export function icon(mark: Mark): Html {
  return SHAPES[mark];
}
