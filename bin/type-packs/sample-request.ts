// A request that a license type must take, made up from the type alone: holders, number, dates, and each field behind
// those that its rules refer to. What cannot be made up is said: such a type could never be issued as it stands.
import type { Judged } from '../../license/domain/field-rules.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import { decideDates, endOfPeriod } from '../../license/domain/license-validity.ts';
import type { LicenseTypeField } from '../../license/domain/type-field.ts';
import { type Random, type SampleHolder, sample, sampleHolder } from './sample-codes.ts';
import { below, dateOf, dayOf, sampleField } from './sample-field.ts';

export type SampleRequest = {
  license_number: string;
  holders: SampleHolder[];
  issued_on: string;
  valid_from?: string;
  valid_to?: string;
  fields: Record<string, string>;
  photo?: string;
};

export type Wishes = {
  /** Fields that are there, whatever their obligation lets. */
  readonly present?: readonly string[];
  /** Values that conditions ask for. */
  readonly values?: Readonly<Record<string, string>>;
};

/** A PNG of 3 by 4 pixels of one colour. */
export const SAMPLE_PHOTO =
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAAECAIAAADETxJQAAAAEUlEQVR42mM4cf0ZBDHgZQEAW44ePeodKaUAAAAASUVORK5CYII=';

const MOST_HOLDERS = 4;

/** Why a field could not be made up; `RangeError` so that it is no fault of the caller's. */
export class Unsampled extends RangeError {}

/** Throws `Unsampled` for a field whose rules leave no value that could be found. */
export function sampleRequest(type: LicenseType, today: string, random: Random, wishes: Wishes = {}): SampleRequest {
  const holders = sampleHolders(type, random);
  const issuedOn = dateOf(dayOf(today) - below(1000, random));
  const dates = samplePeriod(type, issuedOn, random);
  const request: SampleRequest = { license_number: '', holders, issued_on: issuedOn, ...dates, fields: {} };
  request.license_number = sampleNumber(type, holders, random);
  if (type.photo.obligation === 'mandatory' || (type.photo.obligation === 'optional' && random() < 0.5)) {
    request.photo = SAMPLE_PHOTO;
  }
  fillFields(type, request, { values: knownValues(type, request, today), today }, random, wishes);
  return request;
}

/** Every optional field is there and every free text as long as the type lets it be: what a face must hold. */
export function longestRequest(type: LicenseType, today: string, random: Random): SampleRequest {
  const optional = type.fields.filter(({ obligation }) => obligation === 'optional').map(({ name }) => name);
  const request = sampleRequest(type, today, random, { present: optional });
  const compared = new Set(type.fields.flatMap(referencesOf));
  for (const { name, kind, rules, max_length: length } of type.fields) {
    const isFree = kind === 'text' && rules.length === 0 && !compared.has(name);
    if (isFree && request.fields[name] !== undefined) request.fields[name] = '字'.repeat(length);
  }
  return request;
}

function sampleHolders({ holder }: LicenseType, random: Random): SampleHolder[] {
  const most = Math.min(holder.max_holders, Math.max(holder.min_holders, MOST_HOLDERS));
  const count = holder.min_holders + below(most - holder.min_holders + 1, random);
  const holders = new Map<string, SampleHolder>();
  while (holders.size < count) {
    const one = sampleHolder(holder.code_types[below(holder.code_types.length, random)]!, random);
    holders.set(one.code, one);
  }
  return [...holders.values()];
}

function samplePeriod(type: LicenseType, issuedOn: string, random: Random): { valid_from?: string; valid_to?: string } {
  const { validity, validity_range: range } = type;
  const from = random() < 0.5 ? issuedOn : dateOf(dayOf(issuedOn) + below(30, random));
  const period = from === issuedOn && random() < 0.5 ? {} : { valid_from: from };
  if (validity.kind !== 'listed' && validity.kind !== 'stated') return period;
  return { ...period, valid_to: endOfPeriod(range[below(range.length, random)]!, from) };
}

/** By its pattern, unless a field must be the same as number and holder code both. */
function sampleNumber(type: LicenseType, holders: readonly SampleHolder[], random: Random): string {
  const ties = type.fields.map(({ rules }) => rules.flatMap((rule) => (rule.kind === 'equals' ? [rule.other] : [])));
  const isTied = ties.some((others) => others.includes('license_number') && others.includes('holder_code'));
  return isTied ? holders[0]!.code : sample(type.numbering.pattern, random);
}

/** What rules may look at beside the fields, as the room decides it. */
export function knownValues(type: LicenseType, request: SampleRequest, today: string): Map<string, string> {
  const dates = decideDates(type, request, today);
  const [first] = request.holders;
  return new Map([
    ['issued_on', dates.issuedOn],
    ['valid_from', dates.validFrom],
    ['valid_to', dates.validTo],
    ['license_number', request.license_number],
    ['holder_name', first!.name],
    ['holder_code', first!.code],
    ['holder_code_type', first!.code_type],
  ]);
}

type Growing = Judged & { readonly values: Map<string, string> };

function fillFields(type: LicenseType, request: SampleRequest, judged: Growing, random: Random, wishes: Wishes): void {
  const waiting = [...type.fields];
  while (waiting.length > 0) {
    const open = new Set(waiting.map(({ name }) => name));
    const next = waiting.findIndex((field) => !referencesOf(field).some((name) => open.has(name)));
    const [field] = waiting.splice(Math.max(next, 0), 1); // in a circle any one begins
    if (!isWanted(field!, judged, random, wishes)) continue;
    const value = wishes.values?.[field!.name] ?? sampleField(type, field!, judged, random);
    if (value === undefined) throw new Unsampled(`${field!.name}: its rules leave no value that could be found`);
    request.fields[field!.name] = value;
    judged.values.set(field!.name, value);
  }
}

function isWanted(field: LicenseTypeField, { values }: Judged, random: Random, wishes: Wishes): boolean {
  if (wishes.present?.includes(field.name) || wishes.values?.[field.name] !== undefined) return true;
  const condition = field.required_if;
  if (!condition) return field.obligation === 'mandatory' || random() < 0.5;
  if (condition.equals.includes(values.get(condition.field) ?? '')) return true;
  return condition.otherwise === 'optional' && random() < 0.5;
}

/** Names that must be known before the field is made up. */
export function referencesOf(field: LicenseTypeField): readonly string[] {
  const others = field.rules.flatMap((rule) => ('other' in rule ? [rule.other] : []));
  return field.required_if ? [...others, field.required_if.field] : others;
}
