// The pages of a checked document as pictures, every seal in a numbered frame: solid where it passed, dashed where not, so
// that the frame says it without colour too. Pictures come from this room, one address a page, and are drawn when asked for.
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';

const TEXTS = {
  pages: { zh: '页面', en: 'Pages' },
  lead: { zh: '框上的数字就是下面签章的序号。', en: 'The number at a frame is the number of the seal below.' },
  page: { zh: '第 {n} 页，共 {all} 页', en: 'Page {n} of {all}' },
  seal: { zh: '第 {n} 个签章的位置', en: 'place of seal {n}' },
  picture: { zh: '只是图片', en: 'only a picture' },
  none: { zh: '没有签章', en: 'no seal' },
} satisfies Texts;

type Shown = NonNullable<VerificationReport['shown']>;
const FRAME_OF = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unknown' } as const;

/** `imageHref`: the picture of a page. */
export function pageSheets(
  frame: PageFrame,
  report: VerificationReport,
  imageHref: (page: number) => string,
): Html | null {
  const { shown } = report;
  if (!shown || shown.sheets.length === 0) return null;
  const say = sayIn(frame.lang);
  return html`<section class="card" aria-labelledby="pages"><h2 id="pages">${say(TEXTS.pages)}</h2>${shown.seals.length > 0 ? html`<p class="hint">${say(TEXTS.lead)}</p>` : null}
<ul class="sheets">${shown.sheets.map((sheet) => html`<li>${figure(frame, report.signatures, shown, sheet, imageHref(sheet.page))}</li>`)}</ul></section>`;
}

function figure(
  frame: PageFrame,
  signatures: readonly SignatureReport[],
  shown: Shown,
  { page, width_mm: width, height_mm: height }: Shown['sheets'][number],
  href: string,
): Html {
  const say = sayIn(frame.lang);
  const onPage = <T extends { readonly page: number }>(places: readonly T[]): T[] =>
    places.filter((place) => place.page === page);
  const seals = onPage(shown.seals);
  const caption = say(TEXTS.page, { n: page, all: shown.page_count });
  const numbers = [...new Set(seals.map(({ signature }) => signature))];
  const what = numbers.length > 0 ? numbers.map((n) => say(TEXTS.seal, { n })).join(', ') : say(TEXTS.none);
  return html`<figure><svg class="sheet" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${caption}: ${what}`}"><image href="${href}" x="0" y="0" width="${width}" height="${height}" preserveAspectRatio="none"></image>${seals.map(
    (place) =>
      html`<g class="${FRAME_OF[signatures[place.signature - 1]?.indication ?? 'INDETERMINATE']}">${box(place, height)}${badge(place, height, String(place.signature))}</g>`,
  )}${onPage(shown.pictures).map((place) => html`<g class="picture">${box(place, height)}${badge(place, height, '?')}</g>`)}</svg><figcaption>${caption}</figcaption></figure>`;
}

type Place = { readonly x_mm: number; readonly y_mm: number; readonly width_mm: number; readonly height_mm: number };

const MARGIN = 1;

/** The frame stands a little outside, so that it hides nothing of the seal. */
const box = ({ x_mm: x, y_mm: y, width_mm: w, height_mm: h }: Place, pageHeight: number): Html =>
  html`<rect class="frame" x="${x - MARGIN}" y="${pageHeight - y - h - MARGIN}" width="${w + 2 * MARGIN}" height="${h + 2 * MARGIN}" rx="1"></rect>`;

const BADGE = 4.5;

/** A number in a disc at the upper left corner, kept on the page. */
function badge({ x_mm: x, y_mm: y, height_mm: h }: Place, pageHeight: number, text: string): Html {
  const left = Math.max(BADGE, x - MARGIN);
  const top = Math.max(BADGE, pageHeight - y - h - MARGIN);
  return html`<circle class="badge" cx="${left}" cy="${top}" r="${BADGE}"></circle><text class="badge-text" x="${left}" y="${top + 2.1}">${text}</text>`;
}
