// The day whose state somebody asks for: one text field of a form, which may stay empty, what may be wrong with it, and
// the state of that day in a sentence.
import type { FileVerification } from '../../common/contract/license.ts';
import type { Html } from '../../common/web/html.ts';
import { type Fault, faultOf, field } from '../../common/web/parts.ts';
import { formatIsoDate, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { stateWord } from './license-words.ts';

export type DayFault = 'date-malformed' | 'date-future';

const FIELD = 'date';
const TEXTS = {
  label: { zh: '查询某一天的状态（选填）', en: 'State on a day (optional)' },
  hint: { zh: '例如 2026-11-20，不填则只查当前状态', en: 'Such as 2026-11-20; left empty: the state now' },
  'date-malformed': { zh: '日期格式应为 2026-11-20', en: 'Write the date as 2026-11-20' },
  'date-future': { zh: '只能查询今天及以前的状态', en: 'The state is known until today' },
  was: { zh: '{date}当日：证照{state}', en: 'On {date} the license was {state}' },
  notIssued: { zh: '{date}当日：证照尚未签发', en: 'On {date} the license had not been issued' },
  untold: { zh: '{date}当日的状态已无法查询', en: 'What it was on {date} can no longer be told' },
} satisfies Texts;

/** `value` as typed. */
export function dayField(lang: Lang, value: string, faults: readonly Fault[]): Html {
  const say = sayIn(lang);
  const fault = faultOf(faults, FIELD);
  const words = { label: say(TEXTS.label), hint: say(TEXTS.hint) };
  return field({ name: FIELD, ...words, value, autocomplete: 'off', inputmode: 'numeric', fault });
}

export function dayFault(lang: Lang, kind: DayFault): Fault {
  return { field: FIELD, words: sayIn(lang)(TEXTS[kind]) };
}

/** `stateAt` null: it was asked for and cannot be told. */
export function dayWords(lang: Lang, date: string, stateAt: FileVerification['license']['state_at']): string {
  const say = sayIn(lang);
  const day = formatIsoDate(lang, date);
  if (stateAt === null) return say(TEXTS.untold, { date: day });
  if (stateAt.state === 'not_issued') return say(TEXTS.notIssued, { date: day });
  return say(TEXTS.was, { date: day, state: stateWord(lang, stateAt.state) });
}
