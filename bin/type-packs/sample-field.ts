// A value that obeys the rules of its field, given the values that the rules refer to: the rules read backwards.
import { breachOf, type Judged } from '../../license/domain/field-rules.ts';
import { optionsOf } from '../../license/domain/field-text.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import type { FieldRule, LicenseTypeField } from '../../license/domain/type-field.ts';
import { type Random, sample, sampleCitizenNumber, sampleCreditCode } from './sample-codes.ts';

const TRIES = 200;
const HAN = '[一-龥]';
/** Texts need not be longer to be a sample; the bound itself is tried by break-request.ts. */
const LONG_ENOUGH = 40;

/** Undefined when none was found: rules that contradict each other, or a pattern that the lengths forbid. */
export function sampleField(
  type: LicenseType,
  field: LicenseTypeField,
  judged: Judged,
  random: Random,
): string | undefined {
  for (let turn = 0; turn < TRIES; turn++) {
    const value = propose(type, field, judged, random);
    const length = [...value].length;
    const fits = length >= field.min_length && length <= field.max_length;
    if (fits && field.rules.every((rule) => breachOf(rule, value, judged) === null)) return value;
  }
  return undefined;
}

function propose(type: LicenseType, field: LicenseTypeField, judged: Judged, random: Random): string {
  const same = field.rules.find((rule) => rule.kind === 'equals');
  const equal = same && judged.values.get(same.other);
  if (equal !== undefined) return equal;
  if (field.kind === 'date') return proposeDate(field.rules, judged, random);
  if (field.kind === 'number') return proposeNumber(field.rules, judged, random);
  if (field.kind !== 'text') {
    const options = optionsOf(type, field);
    return options[below(options.length, random)]?.value ?? '';
  }
  return proposeText(field, random);
}

function proposeText(field: LicenseTypeField, random: Random): string {
  for (const rule of field.rules) {
    if (rule.kind === 'check_character') {
      return rule.scheme === 'credit_code' ? sampleCreditCode(random) : sampleCitizenNumber(random);
    }
    if (rule.kind === 'pattern') return sample(rule.pattern, random);
  }
  if (field.example !== undefined && random() < 0.5) return field.example;
  const most = Math.min(field.max_length, Math.max(field.min_length, LONG_ENOUGH));
  const length = field.min_length + below(most - field.min_length + 1, random);
  return sample(`${HAN}{${length}}`, random);
}

const DAY_MS = 86_400_000;
/** How far from a bound a date is proposed when there is only one. */
const SPAN_DAYS = 1500;

function proposeDate(rules: readonly FieldRule[], judged: Judged, random: Random): string {
  let from: number | undefined;
  let to: number | undefined;
  for (const rule of rules) {
    const [least, most] = boundsOf(rule, judged);
    if (least !== undefined) from = Math.max(from ?? least, least);
    if (most !== undefined) to = Math.min(to ?? most, most);
  }
  const last = to ?? (from === undefined ? dayOf(judged.today) : from + SPAN_DAYS);
  const first = Math.max(from ?? last - SPAN_DAYS, last - SPAN_DAYS * 4);
  return dateOf(first + below(Math.max(last - first, 0) + 1, random));
}

type Bounds = readonly [least: number | undefined, most: number | undefined];

/** Days that a rule leaves, in days of the epoch; a rule whose other date is missing leaves all. */
function boundsOf(rule: FieldRule, { values }: Judged): Bounds {
  if (!('other' in rule)) return [undefined, undefined];
  const text = /^\d{4}-/.test(rule.other) ? rule.other : values.get(rule.other);
  if (text === undefined) return [undefined, undefined];
  const other = dayOf(text);
  const bounds: Readonly<Partial<Record<FieldRule['kind'], Bounds>>> = {
    before: [undefined, other - 1],
    not_after: [undefined, other],
    after: [other + 1, undefined],
    not_before: [other, undefined],
    within_days_before: [other - ('days' in rule ? rule.days : 0), other],
    within_days_after: [other, other + ('days' in rule ? rule.days : 0)],
  };
  return bounds[rule.kind] ?? [undefined, undefined];
}

function proposeNumber(rules: readonly FieldRule[], { values }: Judged, random: Random): string {
  const range = rules.find((rule) => rule.kind === 'number_range');
  const least = Number(range?.min ?? '0');
  const above = rules.flatMap((rule) =>
    rule.kind === 'not_above' ? [Number(values.get(rule.other) ?? 'Infinity')] : [],
  );
  const most = Math.min(Number(range?.max ?? 'Infinity'), ...above, least + 10 ** (1 + below(6, random)));
  const decimals = below((range?.decimals ?? 6) + 1, random);
  return (least + random() * (most - least)).toFixed(decimals);
}

export function dayOf(date: string): number {
  return Math.round(Date.parse(date) / DAY_MS);
}

export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function below(count: number, random: Random): number {
  return Math.min(Math.floor(random() * count), count - 1);
}
