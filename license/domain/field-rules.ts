// The rules that a value of a license can be held to, one function each: null, or the rest of the sentence that begins
// with the label of the field. A rule that refers to a value that was left out is silent.
import { checkCitizenNumber } from '../../common/codes/citizen-number.ts';
import { isCreditCode } from '../../common/codes/credit-code.ts';
import { isTrustError } from '../../common/errors.ts';
import { compareDecimals, decimalsOf } from './decimal.ts';
import type { FieldRule, FieldRuleOf } from './type-field.ts';

/** What a rule may look at beside the value itself. */
export type Judged = {
  /** Name -> value: the fields, and the common dates and texts. */
  readonly values: ReadonlyMap<string, string>;
  /** Date in China. */
  readonly today: string;
};
type Rule<K extends FieldRule['kind']> = (rule: FieldRuleOf<K>, value: string, judged: Judged) => string | null;

const RULES: { readonly [K in FieldRule['kind']]: Rule<K> } = {
  pattern: (rule, value) => (matchesPattern(rule.pattern, value) ? null : `: expected ${rule.says}`),
  check_character: checkCharacter,
  before: byDate((value, other) => value < other, 'is not before'),
  not_after: byDate((value, other) => value <= other, 'is after'),
  after: byDate((value, other) => value > other, 'is not after'),
  not_before: byDate((value, other) => value >= other, 'is before'),
  within_days_before: (rule, value, judged) => checkDistance(rule, value, judged, 'before'),
  within_days_after: (rule, value, judged) => checkDistance(rule, value, judged, 'after'),
  number_range: checkRange,
  not_above: (rule, value, { values }) => {
    const other = values.get(rule.other);
    return other === undefined || compareDecimals(value, other) <= 0 ? null : ` is above ${rule.other}, ${other}`;
  },
  equals: (rule, value, { values }) =>
    [undefined, value].includes(values.get(rule.other)) ? null : ` is not the same as ${rule.other}`,
  differs: (rule, value, { values }) => (values.get(rule.other) === value ? ` is the same as ${rule.other}` : null),
};

/** Applies one rule; the sentence says what was expected and never repeats the value itself. */
export function breachOf<K extends FieldRule['kind']>(
  rule: FieldRuleOf<K> & { readonly kind: K },
  value: string,
  judged: Judged,
): string | null {
  return RULES[rule.kind](rule, value, judged);
}

/** The whole value, as Unicode. */
export function matchesPattern(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(value);
}

function checkCharacter(rule: FieldRuleOf<'check_character'>, value: string, { today }: Judged): string | null {
  if (rule.scheme === 'credit_code') return isCreditCode(value) ? null : ' is not a 统一社会信用代码';
  try {
    checkCitizenNumber(value, today, '');
    return null;
  } catch (error) {
    if (isTrustError(error)) return ' is not a 公民身份号码';
    throw error;
  }
}

type DateRule = { readonly other: string };

/** The other date by name, or the fixed date that the rule carries. */
function otherDate(rule: DateRule, { values }: Judged): string | undefined {
  return /^\d/.test(rule.other) ? rule.other : values.get(rule.other);
}

function byDate(holds: (value: string, other: string) => boolean, says: string) {
  return (rule: DateRule, value: string, judged: Judged): string | null => {
    const other = otherDate(rule, judged);
    return other === undefined || holds(value, other) ? null : ` ${says} ${nameOf(rule, other)}`;
  };
}

function checkDistance(
  rule: DateRule & { readonly days: number },
  value: string,
  judged: Judged,
  side: 'before' | 'after',
): string | null {
  const other = otherDate(rule, judged);
  if (other === undefined) return null;
  const days = ((Date.parse(other) - Date.parse(value)) / 86_400_000) * (side === 'before' ? 1 : -1);
  if (days < 0) return ` is ${side === 'before' ? 'after' : 'before'} ${nameOf(rule, other)}`;
  return days <= rule.days ? null : ` is ${days} days ${side} ${rule.other}; ${rule.days} are allowed`;
}

function nameOf(rule: DateRule, other: string): string {
  return rule.other === other ? other : `${rule.other}, ${other}`;
}

function checkRange({ min, max, decimals }: FieldRuleOf<'number_range'>, value: string): string | null {
  if (decimalsOf(value) > decimals) return ` has more than ${decimals} digits after the point`;
  if (min !== undefined && compareDecimals(value, min) < 0) return ` is less than ${min}`;
  return max !== undefined && compareDecimals(value, max) > 0 ? ` is more than ${max}` : null;
}
