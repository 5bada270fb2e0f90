// The rules of a license type, applied to what a department asks to be issued.
// Every fault is `license-fields-invalid` with a pointer into the request. Codes of the holder: common/codes/holder-code.ts.

import { isCalendarDate } from '../../common/codes/calendar-date.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { lastDayAfterYears, NEVER } from './license-date.ts';
import type { FieldRule, LicenseType, LicenseTypeField } from './license-type.ts';

export type LicenseDates = { readonly issuedOn: string; readonly validFrom: string; readonly validTo: string };

/** Controls, format characters (which can turn the direction of text), lone surrogates and private use: never printed. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** Issue date and period by request and type. `today` is the date in China. */
export function decideDates(type: LicenseType, request: IssueRequest, today: string): LicenseDates {
  const issuedOn = checkedDate(request.issued_on ?? today, '/issued_on');
  if (issuedOn > today) fail(`issued_on is after today, ${today}`, '/issued_on');
  const validFrom = checkedDate(request.valid_from ?? issuedOn, '/valid_from');
  const validTo = decideEnd(type, request.valid_to, validFrom);
  if (validTo < validFrom) fail('valid_to is before valid_from', '/valid_to');
  return { issuedOn, validFrom, validTo };
}

function decideEnd(type: LicenseType, asked: string | undefined, validFrom: string): string {
  if (asked !== undefined) checkedDate(asked, '/valid_to');
  if (type.validity.kind === 'stated') {
    return asked ?? fail('this license type needs valid_to', '/valid_to');
  }
  const latest = type.validity.kind === 'unlimited' ? NEVER : lastDayAfterYears(validFrom, type.validity.years);
  if (asked !== undefined && asked > latest) fail(`the latest end that this type allows is ${latest}`, '/valid_to');
  return asked ?? latest;
}

/** Throws unless holder, number and fields satisfy the type. Unknown and missing fields are both faults. */
export function checkLicenseFields(type: LicenseType, request: IssueRequest, dates: LicenseDates): void {
  if (!type.holder.code_types.includes(request.holder.code_type)) {
    fail(`this type is held under code types ${type.holder.code_types.join(', ')}`, '/holder/code_type');
  }
  checkText(request.holder.name, '/holder/name');
  checkText(request.license_number, '/license_number');
  const known = new Map(type.fields.map((field) => [field.name, field]));
  for (const name of Object.keys(request.fields)) {
    if (!known.has(name)) fail('the license type has no such field', pointerTo(name));
  }
  const allDates = collectDates(type, request, dates);
  for (const field of type.fields) checkField(field, request.fields[field.name], allDates);
}

function checkField(field: LicenseTypeField, value: string | undefined, dates: ReadonlyMap<string, string>): void {
  const at = pointerTo(field.name);
  if (value === undefined) {
    if (field.obligation === 'mandatory') fail(`${field.label} is missing`, at);
    return;
  }
  checkText(value, at);
  const length = [...value].length;
  if (length < field.min_length || length > field.max_length) {
    fail(`${field.label} has ${length} characters, expected ${field.min_length} to ${field.max_length}`, at);
  }
  if (field.kind === 'date') checkedDate(value, at);
  if (field.kind === 'choice' && !field.choices?.includes(value)) {
    fail(`${field.label} is none of ${field.choices?.join(', ')}`, at);
  }
  for (const rule of field.rules) checkFieldRule(rule, field, value, dates, at);
}

function checkFieldRule(
  rule: FieldRule,
  field: LicenseTypeField,
  value: string,
  dates: ReadonlyMap<string, string>,
  at: string,
): void {
  if (rule.kind === 'pattern') {
    if (!new RegExp(`^(?:${rule.pattern})$`, 'u').test(value)) fail(`${field.label}: expected ${rule.says}`, at);
    return;
  }
  const other = dates.get(rule.other);
  if (other === undefined) return; // an optional date that was left out
  if (value > other) fail(`${field.label} is after ${rule.other}, ${other}`, at);
  if (rule.kind === 'within_days_before') {
    const days = (Date.parse(other) - Date.parse(value)) / 86_400_000;
    if (days > rule.days) fail(`${field.label} is ${days} days before ${rule.other}; ${rule.days} are allowed`, at);
  }
}

function collectDates(type: LicenseType, request: IssueRequest, dates: LicenseDates): ReadonlyMap<string, string> {
  const all = new Map([
    ['issued_on', dates.issuedOn],
    ['valid_from', dates.validFrom],
    ['valid_to', dates.validTo],
  ]);
  for (const field of type.fields) {
    const value = field.kind === 'date' ? request.fields[field.name] : undefined;
    if (value !== undefined) all.set(field.name, value);
  }
  return all;
}

function checkText(text: string, at: string): void {
  if (text.trim() !== text || text === '') fail('expected a text without blanks around it', at);
  const found = UNPRINTABLE.exec(text)?.[0];
  if (found !== undefined) {
    fail(`U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')} cannot be printed`, at);
  }
}

function checkedDate(text: string, at: string): string {
  return isCalendarDate(text) ? text : fail('expected a date of the calendar as YYYY-MM-DD', at);
}

function pointerTo(field: string): string {
  return `/fields/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('license-fields-invalid', sentence, { pointer });
}
