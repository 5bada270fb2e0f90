// A request to issue, judged by its license type: holder, number, photo and every field. The rules themselves are the table
// of field-rules.ts, the dates license-validity.ts, the codes of holders common/codes/holder-code.ts, the photo photo.ts.
// Every fault is `license-fields-invalid` with a pointer into the request and a sentence that repeats no value.
import { isCalendarDate } from '../../common/codes/calendar-date.ts';
import { canonicalHolderCode, checkHolderCode } from '../../common/codes/holder-code.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { breachOf, type Judged, matchesPattern } from './field-rules.ts';
import { optionsOf } from './field-text.ts';
import type { LicenseType } from './license-type.ts';
import type { LicenseDates } from './license-validity.ts';
import { DECIMAL, type LicenseTypeField } from './type-field.ts';

/** Controls, format characters (which can turn the direction of text), lone surrogates and private use: never printed. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** Throws unless holder, number and fields satisfy the type. `today` is the date in China. */
export function checkLicenseFields(type: LicenseType, request: IssueRequest, dates: LicenseDates, today: string): void {
  for (const check of checksOf(type, request, dates, today)) check();
}

/** All that `checkLicenseFields` would refuse one after the other, for a form that shows everything at once. */
export function listFieldFaults(
  type: LicenseType,
  request: IssueRequest,
  dates: LicenseDates,
  today: string,
): readonly TrustError[] {
  return checksOf(type, request, dates, today).flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (isTrustError(error)) return [error];
      throw error;
    }
  });
}

/** Each judges one thing on its own: holders, number, photo, every field. */
function checksOf(
  type: LicenseType,
  request: IssueRequest,
  dates: LicenseDates,
  today: string,
): readonly (() => void)[] {
  const judged = { values: collectValues(request, dates), today };
  return [
    () => checkHolders(type, request.holders, today),
    () => checkNumber(type, request.license_number),
    () => checkNames(type, request.fields),
    ...type.fields.map((field) => () => checkField(type, field, request.fields[field.name], judged)),
    () => checkPhoto(type, request.photo),
  ];
}

function checkNumber(type: LicenseType, number: string): void {
  checkText(number, '/license_number');
  if (!matchesPattern(type.numbering.pattern, number)) {
    fail(`the number is not as this type numbers: ${type.numbering.says}`, '/license_number');
  }
}

function checkNames(type: LicenseType, fields: IssueRequest['fields']): void {
  const known = new Set(type.fields.map((field) => field.name));
  for (const name of Object.keys(fields)) {
    if (!known.has(name)) fail('the license type has no such field', pointerTo(name));
  }
}

function checkPhoto({ photo: { obligation } }: LicenseType, photo: string | undefined): void {
  if (obligation === 'mandatory' && photo === undefined) fail('the photo is missing', '/photo');
  if (obligation === 'none' && photo !== undefined) fail('this license type has no photo', '/photo');
}

function checkHolders(type: LicenseType, holders: IssueRequest['holders'], today: string): void {
  const { min_holders: least, max_holders: most, code_types: codeTypes } = type.holder;
  if (holders.length < least || holders.length > most) {
    fail(`this type has ${least === most ? least : `${least} to ${most}`} holders, not ${holders.length}`, '/holders');
  }
  const known = new Set<string>();
  for (const [index, holder] of holders.entries()) {
    const at = `/holders/${index}`;
    if (!codeTypes.includes(holder.code_type)) {
      fail(`this type is held under code types ${codeTypes.join(', ')}`, `${at}/code_type`);
    }
    checkText(holder.name, `${at}/name`);
    const code = canonicalHolderCode(holder.code);
    checkHolderCode(holder.code_type, code, today, at);
    if (known.has(holder.code_type + code)) fail('the same holder is named twice', at);
    known.add(holder.code_type + code);
  }
}

function checkField(type: LicenseType, field: LicenseTypeField, value: string | undefined, judged: Judged): void {
  const at = pointerTo(field.name);
  checkObligation(field, value !== undefined, judged, at);
  if (value === undefined) return;
  checkText(value, at);
  const length = [...value].length;
  if (length < field.min_length || length > field.max_length) {
    fail(`${field.label} has ${length} characters, expected ${field.min_length} to ${field.max_length}`, at);
  }
  checkKind(type, field, value, at);
  for (const rule of field.rules) {
    const breach = breachOf(rule, value, judged);
    if (breach !== null) fail(`${field.label}${breach}`, at);
  }
}

function checkObligation(field: LicenseTypeField, present: boolean, { values }: Judged, at: string): void {
  const condition = field.required_if;
  if (!condition) {
    if (field.obligation === 'mandatory' && !present) fail(`${field.label} is missing`, at);
    return;
  }
  const applies = condition.equals.includes(values.get(condition.field) ?? '');
  const when = `${condition.field} is ${condition.equals.join(' or ')}`;
  if (applies && !present) fail(`${field.label} is missing; it is wanted when ${when}`, at);
  if (!applies && present && condition.otherwise === 'absent') fail(`${field.label} is only for when ${when}`, at);
}

function checkKind(type: LicenseType, field: LicenseTypeField, value: string, at: string): void {
  if (field.kind === 'date' && !isCalendarDate(value)) fail('expected a date of the calendar as YYYY-MM-DD', at);
  if (field.kind === 'number' && !DECIMAL.test(value)) {
    fail(`${field.label}: expected a number such as 120.50, up to 15 digits and 6 decimals`, at);
  }
  if (field.kind !== 'choice' && field.kind !== 'code') return;
  const options = optionsOf(type, field);
  if (!options.some((option) => option.value === value)) {
    const some = options.slice(0, 12).map((option) => option.value);
    fail(`${field.label} is none of ${some.join(', ')}${options.length > some.length ? ', …' : ''}`, at);
  }
}

/** Name -> value of all that rules may refer to; of joint holders the first. */
function collectValues(request: IssueRequest, dates: LicenseDates): ReadonlyMap<string, string> {
  const first = request.holders[0]!;
  return new Map([
    ...Object.entries(request.fields),
    ['issued_on', dates.issuedOn],
    ['valid_from', dates.validFrom],
    ['valid_to', dates.validTo],
    ['license_number', request.license_number],
    ['holder_name', first.name],
    ['holder_code', first.code],
    ['holder_code_type', first.code_type],
  ]);
}

function checkText(text: string, at: string): void {
  if (text.trim() !== text || text === '') fail('expected a text without blanks around it', at);
  const found = UNPRINTABLE.exec(text)?.[0];
  if (found !== undefined) {
    fail(`U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')} cannot be printed`, at);
  }
}

function pointerTo(field: string): string {
  return `/fields/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('license-fields-invalid', sentence, { pointer });
}
