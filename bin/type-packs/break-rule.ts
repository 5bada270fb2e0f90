// Values that break one rule, beside its bound: each kind of rule read backwards once more.
import { breachOf, type Judged } from '../../license/domain/field-rules.ts';
import { optionsOf } from '../../license/domain/field-text.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import type { FieldRule, LicenseTypeField } from '../../license/domain/type-field.ts';
import { dateOf, dayOf } from './sample-field.ts';

/** None when every candidate obeys the rule. */
export function breakRule(
  type: LicenseType,
  field: LicenseTypeField,
  rule: FieldRule,
  value: string,
  judged: Judged,
): readonly string[] {
  const candidates = new Set(candidatesOf(type, field, rule, value, judged));
  return [...candidates].filter((candidate) => breachOf(rule, candidate, judged) !== null);
}

function candidatesOf(
  type: LicenseType,
  field: LicenseTypeField,
  rule: FieldRule,
  value: string,
  { values }: Judged,
): readonly string[] {
  switch (rule.kind) {
    case 'pattern':
      return [`${value}※`, ...unlike(value)];
    case 'check_character':
      return ['0', '1'].map((character) => value.slice(0, -1) + character);
    case 'number_range':
      return aroundRange(rule);
    case 'not_above':
      return [plus(values.get(rule.other) ?? '0', 1)];
    case 'differs':
      return [values.get(rule.other) ?? ''];
    case 'equals':
      return field.kind === 'date' ? [plusDays(value, 1), plusDays(value, -1)] : unlikeValues(type, field, value);
    default:
      return aroundDate(/^\d/.test(rule.other) ? rule.other : values.get(rule.other), 'days' in rule ? rule.days : 0);
  }
}

function aroundRange({ min, max, decimals }: Extract<FieldRule, { kind: 'number_range' }>): readonly string[] {
  const within = min ?? max ?? '0';
  const [whole] = within.split('.');
  return [
    ...(min === undefined ? [] : [plus(min, -1)]),
    ...(max === undefined ? [] : [plus(max, 1)]),
    `${whole}.${'0'.repeat(decimals)}1`,
  ];
}

/** Decimals are kept as they are: only the whole part is counted. */
function plus(number: string, by: number): string {
  const [whole = '0', decimals] = number.split('.');
  const moved = String(BigInt(whole) + BigInt(by));
  return decimals === undefined || moved.startsWith('-') ? moved : `${moved}.${decimals}`;
}

function plusDays(date: string, days: number): string {
  return dateOf(dayOf(date) + days);
}

function aroundDate(other: string | undefined, days: number): readonly string[] {
  if (other === undefined) return [];
  return [other, ...[1, -1, days + 1, -days - 1].map((by) => plusDays(other, by))].filter((date) =>
    /^\d{4}-/.test(date),
  );
}

/** As long as the value, and shorter. */
function unlike(value: string): readonly string[] {
  return [`${value.slice(0, -1)}※`, value.slice(1)];
}

function unlikeValues(type: LicenseType, field: LicenseTypeField, value: string): readonly string[] {
  const options = optionsOf(type, field).map((option) => option.value);
  return options.length > 0 ? options.filter((option) => option !== value) : unlike(value);
}
