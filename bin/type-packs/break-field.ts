// One field with one thing wrong: its obligation, its length, its kind, and each of its rules in turn.
import type { ProblemCode } from '../../common/errors.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import type { LicenseTypeField } from '../../license/domain/type-field.ts';
import { breakRule } from './break-rule.ts';
import { knownValues, referencesOf, type SampleRequest, Unsampled, type Wishes } from './sample-request.ts';

export type BrokenRequest = {
  readonly says: string;
  readonly request: SampleRequest;
  readonly code: ProblemCode;
  /** One of these. */
  readonly pointers: readonly string[];
};
/** A good request of the type; what is wrong is put into it. */
export type MakeGood = (wishes?: Wishes) => SampleRequest;

/** Puts each of the values into a good request; undefined leaves the field out. */
type Put = (
  says: string,
  wishes: Wishes,
  change: (value: string, request: SampleRequest) => readonly (string | undefined)[],
) => void;

/** Longer values are refused by the contract already, with another code. */
const CONTRACT_LENGTH = 2000;

/** Throws `Unsampled` where no good request could be made up, and for a rule that nothing breaks. */
export function breakField(
  type: LicenseType,
  field: LicenseTypeField,
  good: MakeGood,
  today: string,
): readonly BrokenRequest[] {
  const pointers = placesOf(type, field);
  const broken: BrokenRequest[] = [];
  const put: Put = (says, wishes, change) => {
    const base = good(wishes);
    for (const value of change(base.fields[field.name] ?? '', base)) {
      const { [field.name]: _, ...others } = base.fields;
      const fields = value === undefined ? others : { ...others, [field.name]: value };
      const request = { ...base, fields };
      broken.push({ says: `${field.name}: ${says}`, request, code: 'license-fields-invalid', pointers });
    }
  };
  breakObligation(type, field, put);
  const present = presence(type, [field.name]);
  put('empty', present, () => ['']);
  put('a blank behind it', present, (value) => [`${value} `]);
  put('a character that turns the direction of text', present, (value) => [`${value}\u202e`]);
  breakForm(field, present, put);
  for (const [index, rule] of field.rules.entries()) {
    const wishes = presence(type, [field.name, ...('other' in rule ? [rule.other] : [])]);
    put(`rule ${index + 1}, ${rule.kind}`, wishes, (value, request) => {
      const values = new Map([...Object.entries(request.fields), ...knownValues(type, request, today)]);
      const breaking = breakRule(type, field, rule, value, { values, today });
      if (breaking.length > 0) return breaking;
      throw new Unsampled(`${field.name}: no value was found that breaks rule ${index + 1}, ${rule.kind}`);
    });
  }
  return broken;
}

function breakForm(field: LicenseTypeField, present: Wishes, put: Put): void {
  if (field.kind === 'date') put('a day that the calendar lacks', present, () => ['2026-02-30']);
  if (field.kind === 'number') put('no number', present, () => ['1e3', '01', '1,000']);
  if (field.kind === 'choice' || field.kind === 'code') put('not on the list', present, () => ['※']);
  if (field.kind !== 'text') return;
  if (field.max_length < CONTRACT_LENGTH) put('too long', present, () => ['字'.repeat(field.max_length + 1)]);
  if (field.min_length > 1) put('too short', present, () => ['字'.repeat(field.min_length - 1)]);
}

/** Mandatory and left out; the condition holds and it is left out; it does not hold and the field may not be there. */
function breakObligation(type: LicenseType, field: LicenseTypeField, put: Put): void {
  if (field.obligation === 'mandatory') put('left out', {}, () => [undefined]);
  const condition = field.required_if;
  const other = type.fields.find(({ name }) => name === condition?.field);
  if (!condition || !other) return;
  const above = presence(type, [other.name]);
  for (const value of condition.equals) {
    const wishes = { ...above, values: { ...above.values, [other.name]: value } };
    put(`left out when ${other.name} is ${value}`, wishes, () => [undefined]);
  }
  const elsewhere = (other.choices ?? type.code_tables[other.code_table ?? '']?.map(({ code }) => code) ?? []).find(
    (choice) => !condition.equals.includes(choice),
  );
  if (condition.otherwise === 'absent' && elsewhere !== undefined) {
    const { present = [] } = presence(type, [field.name]);
    const wishes = { present, values: { ...above.values, [other.name]: elsewhere } };
    put(`there when ${other.name} is ${elsewhere}`, wishes, (value) => [value]);
  }
}

/** What makes it lawful that these fields are there: the conditions of each, and of those that they name. */
function presence(type: LicenseType, names: readonly string[]): Wishes {
  const present = new Set<string>();
  const values: Record<string, string> = {};
  const add = (name: string): void => {
    const field = type.fields.find((one) => one.name === name);
    if (!field || present.has(name)) return;
    present.add(name);
    const condition = field.required_if;
    if (!condition) return;
    add(condition.field);
    if (present.has(condition.field)) values[condition.field] ??= condition.equals[0]!;
  };
  names.forEach(add);
  return { present: [...present], values };
}

/** The field itself, and those whose rules look at it: which is judged first is the order of the type. */
function placesOf(type: LicenseType, field: LicenseTypeField): readonly string[] {
  const looking = type.fields.filter((one) => referencesOf(one).includes(field.name));
  return [field, ...looking].map(({ name }) => `/fields/${name}`);
}
