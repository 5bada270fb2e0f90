// A license's state and dates in words: the mark, the tag, the sentence.
import type { LicenseState } from '../../common/contract/license.ts';
import type { Html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { tag } from '../../common/web/parts.ts';
import { formatIsoDate, type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { NEVER } from '../domain/license-date.ts';

const TEXTS = {
  valid: { zh: '有效', en: 'Valid' },
  expiring: { zh: '将于 {n} 天后到期', en: 'Expires in {n} days' },
  suspended: { zh: '暂扣', en: 'Suspended' },
  revoked: { zh: '已撤销', en: 'Revoked' },
  cancelled: { zh: '已注销', en: 'Cancelled' },
  expired: { zh: '已过期', en: 'Expired' },
  forever: { zh: '长期', en: 'No end date' },
} satisfies Texts;

/** From this many days before its end a license is called expiring. */
export const EXPIRING_DAYS = 30;

const MARKS: Readonly<Record<LicenseState, Mark>> = {
  valid: 'passed',
  suspended: 'warning',
  revoked: 'failed',
  cancelled: 'unknown',
  expired: 'unknown',
};

/** What decides how a license looks in a list. `daysLeft`: whole days to its end, null for one without end. */
export type StateView = { readonly state: LicenseState; readonly daysLeft: number | null };

export function isExpiring({ state, daysLeft }: StateView): boolean {
  return state === 'valid' && daysLeft !== null && daysLeft <= EXPIRING_DAYS;
}

export function stateMark(view: StateView): Mark {
  return isExpiring(view) ? 'warning' : MARKS[view.state];
}

export function stateWords(lang: Lang, view: StateView): string {
  const say = sayIn(lang);
  return isExpiring(view) ? say(TEXTS.expiring, { n: view.daysLeft ?? 0 }) : say(TEXTS[view.state]);
}

export function stateTag(lang: Lang, view: StateView): Html {
  return tag(stateMark(view), stateWords(lang, view));
}

/** `2026年11月20日`; a license without end says so. */
export function dateWords(lang: Lang, isoDate: string): string {
  return isoDate === NEVER ? sayIn(lang)(TEXTS.forever) : formatIsoDate(lang, isoDate);
}

/** Whole days from `today` to `validTo`, both YYYY-MM-DD; null for a license without end. */
export function daysLeft(validTo: string, today: string): number | null {
  return validTo === NEVER ? null : Math.round((Date.parse(validTo) - Date.parse(today)) / 86_400_000);
}

/** `360***********0018`: enough to recognise one's own number, not enough to use it. */
export function maskCode(code: string): string {
  return code.length <= 8 ? code : `${code.slice(0, 3)}${'*'.repeat(code.length - 7)}${code.slice(-4)}`;
}

export const STATE_TEXTS: Readonly<Record<LicenseState, Text>> = {
  valid: TEXTS.valid,
  suspended: TEXTS.suspended,
  revoked: TEXTS.revoked,
  cancelled: TEXTS.cancelled,
  expired: TEXTS.expired,
};
