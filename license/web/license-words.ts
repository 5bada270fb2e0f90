// A license's state, dates and parts in words: the mark, the tag, the sentence.
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { tag } from '../../common/web/parts.ts';
import { formatIsoDate, type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { NEVER } from '../domain/license-date.ts';
import type { LicenseState } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { COMMON_PARTS, type CommonPart, fieldOfPart } from '../domain/shown-parts.ts';

export const STATE_TEXTS = {
  valid: { zh: '有效', en: 'Valid' },
  suspended: { zh: '暂扣', en: 'Suspended' },
  withdrawn: { zh: '已撤销', en: 'Withdrawn' },
  revoked: { zh: '已吊销', en: 'Revoked' },
  cancelled: { zh: '已注销', en: 'Cancelled' },
  lapsed: { zh: '已失效', en: 'Lapsed' },
  transferred: { zh: '已转出', en: 'Transferred' },
  expired: { zh: '已过期', en: 'Expired' },
} satisfies Record<LicenseState, Text>;

const TEXTS = {
  expiring: { zh: '将于 {n} 天后到期', en: 'Expires in {n} days' },
  expiringToday: { zh: '今天到期', en: 'Expires today' },
  forever: { zh: '长期', en: 'No end date' },
  fromTo: { zh: '{from}至{to}', en: '{from} to {to}' },
} satisfies Texts;

export const PART_TEXTS = {
  license_number: { zh: '证照编号', en: 'Number' },
  validity: { zh: '有效期', en: 'Validity' },
  holder: { zh: '部分隐去的姓名', en: 'Name, partly hidden' },
  holder_name: { zh: '完整姓名或名称', en: 'Full name' },
  holder_code: { zh: '证件号码', en: 'ID number' },
  issued_on: { zh: '颁发日期', en: 'Issued on' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  photo: { zh: '照片', en: 'Photo' },
} satisfies Record<CommonPart, Text>;

/** From this many days before its end a license is called expiring. */
export const EXPIRING_DAYS = 30;

const MARKS: Readonly<Record<LicenseState, Mark>> = {
  valid: 'passed',
  suspended: 'warning',
  withdrawn: 'failed',
  revoked: 'failed',
  cancelled: 'unknown',
  lapsed: 'unknown',
  transferred: 'unknown',
  expired: 'unknown',
};

/** What decides how a license looks in a list. `daysLeft`: whole days to its end, null for one without end. */
export type StateView = { readonly state: LicenseState; readonly daysLeft: number | null };

export function isExpiring({ state, daysLeft }: StateView): boolean {
  return state === 'valid' && daysLeft !== null && daysLeft <= EXPIRING_DAYS;
}

/** Valid or suspended: what can become of use again without a new one. */
export function isCurrent({ state }: StateView): boolean {
  return state === 'valid' || state === 'suspended';
}

export function stateMark(view: StateView): Mark {
  return isExpiring(view) ? 'warning' : MARKS[view.state];
}

export function stateWords(lang: Lang, view: StateView): string {
  const say = sayIn(lang);
  if (!isExpiring(view)) return say(STATE_TEXTS[view.state]);
  return view.daysLeft === 0 ? say(TEXTS.expiringToday) : say(TEXTS.expiring, { n: view.daysLeft ?? 0 });
}

/** The state within a sentence. */
export function stateWord(lang: Lang, state: LicenseState): string {
  const word = sayIn(lang)(STATE_TEXTS[state]);
  return lang === 'zh' ? word : word.toLowerCase();
}

export function stateTag(lang: Lang, view: StateView): Html {
  return tag(stateMark(view), stateWords(lang, view));
}

/** `2026年11月20日`; a license without end says so. */
export function dateWords(lang: Lang, isoDate: string): string {
  return isoDate === NEVER ? sayIn(lang)(TEXTS.forever) : formatIsoDate(lang, isoDate);
}

export function periodWords(lang: Lang, validFrom: string, validTo: string): string {
  return sayIn(lang)(TEXTS.fromTo, { from: dateWords(lang, validFrom), to: dateWords(lang, validTo) });
}

/** Whole days from `today` to `validTo`, both YYYY-MM-DD; null for a license without end. */
export function daysLeft(validTo: string, today: string): number | null {
  return validTo === NEVER ? null : Math.round((Date.parse(validTo) - Date.parse(today)) / 86_400_000);
}

/** `360***********0018`: enough to recognise one's own number, not enough to use it. */
export function maskCode(code: string): string {
  return code.length <= 8 ? code : `${code.slice(0, 3)}${'*'.repeat(code.length - 7)}${code.slice(-4)}`;
}

/** What a license type is called. */
export function typeName(lang: Lang, { name, name_en }: Pick<LicenseType, 'name' | 'name_en'>): string {
  return lang === 'zh' ? name : name_en;
}

/** Of a field, a group of fields, a row of a code table. */
export function labelWords(lang: Lang, labelled: { readonly label: string; readonly label_en: string }): string {
  return lang === 'zh' ? labelled.label : labelled.label_en;
}

/** A part in the words of the page: those of its license type for a field. */
export function partWords(lang: Lang, type: LicenseType | null, part: string): string {
  const common = COMMON_PARTS.find((known) => known === part);
  if (common !== undefined) return sayIn(lang)(PART_TEXTS[common]);
  const field = type?.fields.find(({ name }) => name === fieldOfPart(part));
  return field === undefined ? part : labelWords(lang, field);
}

/** The value of a field as people read it: dates written out, codes by their table, numbers with their unit. */
export function valueWords(lang: Lang, type: LicenseType | null, name: string, value: string): string {
  const field = type?.fields.find((one) => one.name === name);
  if (field?.kind === 'date') return dateWords(lang, value);
  if (field?.kind === 'code' && field.code_table !== undefined) {
    const row = type?.code_tables[field.code_table]?.find(({ code }) => code === value);
    return row === undefined ? value : labelWords(lang, row);
  }
  return field?.unit === undefined ? value : `${value} ${field.unit}`;
}

/** Names in one line: `证照编号、有效期` / `Number, Validity`. */
export function listWords(lang: Lang, names: readonly string[]): string {
  return names.join(lang === 'zh' ? '、' : ', ');
}

export function holderNames(
  lang: Lang,
  { holders }: { readonly holders: readonly { readonly name: string }[] },
): string {
  return listWords(
    lang,
    holders.map(({ name }) => name),
  );
}

/** A stranger's words as they were written, line by line. */
export function textLines(text: string): Html {
  const lines = text.split(/\r?\n/);
  return html`${lines.map((line, at) => (at === 0 ? line : html`<br>${line}`))}`;
}
