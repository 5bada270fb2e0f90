// What is new about a holder's licenses, one message in words that lead to the license.
import { html } from '../../common/web/html.ts';
import type { TimelineEntry } from '../../common/web/records.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { dateWords } from './license-words.ts';

/** As flow/holder-notices.ts gives it, with the name of the license and, for a reader, of the unit. */
export type NewsView = {
  readonly at: Date;
  readonly kind: 'issued' | 'version-added' | 'state-changed' | 'expiring' | 'new-reader';
  readonly name: string;
  readonly href: string;
  readonly unit: string | null;
  readonly validTo?: string;
};

const TEXTS = {
  issued: { zh: '已颁发', en: 'was issued' },
  'version-added': { zh: '有了新版本', en: 'has a new version' },
  'state-changed': { zh: '的状态有变化', en: 'has another state' },
  expiring: { zh: '将于{date}到期', en: 'ends on {date}' },
  'new-reader': { zh: '首次被{unit}依法读取', en: 'was read by {unit} for the first time, by law' },
} satisfies Texts;

export function newsEntry(lang: Lang, { at, kind, name, href, unit, validTo }: NewsView): TimelineEntry {
  const date = validTo === undefined ? '' : dateWords(lang, validTo);
  const words = sayIn(lang)(TEXTS[kind], { date, unit: unit ?? '' });
  return { at, what: html`<a href="${href}">${name}</a>${lang === 'zh' ? '' : ' '}${words}` };
}
