// The ways to log in as links with addresses of their own; one is the page that is shown.
import { attribute, type Html, html } from '../../common/web/html.ts';
import type { Say, Text, Texts } from '../../common/web/texts.ts';

export type WayLink = {
  readonly name: string;
  readonly label: Text;
  readonly href: string;
  readonly isCurrent: boolean;
  /** Under 「更多方式」 on phones. */
  readonly isRare: boolean;
};

const TEXTS = {
  ways: { zh: '登录方式', en: 'Ways to log in' },
  more: { zh: '更多方式', en: 'More ways' },
} satisfies Texts;

/** Rare ways stand in the row on desktops, and fold on phones; the one that is shown is never folded. */
export function wayLinks(ways: readonly WayLink[], say: Say): Html | null {
  if (ways.length < 2) return null;
  const link = (way: WayLink): Html =>
    html`<a href="${way.href}"${attribute('aria-current', way.isCurrent ? 'page' : null)}>${say(way.label)}</a>`;
  const folded = ways.filter(({ isRare, isCurrent }) => isRare && !isCurrent);
  return html`<nav class="ways" aria-label="${say(TEXTS.ways)}"><ul>${ways.map(
    (way) => html`<li class="${folded.includes(way) ? `rare way-${way.name}` : `way-${way.name}`}">${link(way)}</li>`,
  )}</ul>${
    folded.length === 0
      ? null
      : html`<details class="more"><summary>${say(TEXTS.more)}</summary><ul>${folded.map((way) => html`<li class="way-${way.name}">${link(way)}</li>`)}</ul></details>`
  }</nav>`;
}
