// 延续, 变更, 补发, 更正: what the next version of a license says, from the version before it and a request that names only
// what becomes another. Which fields, holders and dates an operation may touch is said by the license type (`changes`).
// Every fault is `license-fields-invalid` with a pointer into the request.
import type { IssueRequest, VersionRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { addDays } from './license-date.ts';
import type { LicenseContent } from './license-record.ts';
import type { LicenseType } from './license-type.ts';
import { decideDates, type LicenseDates } from './license-validity.ts';

export type NextVersion = {
  /** The whole of what the version will say. */
  readonly request: IssueRequest;
  readonly dates: LicenseDates;
};

/** `today`: the date in China. */
export function makeNextVersion(
  type: LicenseType,
  current: LicenseContent,
  request: VersionRequest,
  today: string,
): NextVersion {
  checkTouched(type, request);
  const dates = decideVersionDates(type, current, request, today);
  return { request: mergeVersion(type, current, request), dates };
}

/** The whole of what the version will say, before any of it is judged. */
export function mergeVersion(type: LicenseType, current: LicenseContent, request: VersionRequest): IssueRequest {
  return {
    case_id: request.case_id,
    item: request.item,
    license_type: type.code,
    authority_code: current.issuingAuthority.code,
    license_number: current.licenseNumber,
    holders:
      request.holders ?? current.holders.map(({ name, codeType, code }) => ({ name, code_type: codeType, code })),
    fields: mergeFields(type, current.fields, request.fields),
    photo: request.photo ?? current.photo?.base64,
  };
}

function decideVersionDates(
  type: LicenseType,
  current: LicenseContent,
  request: VersionRequest,
  today: string,
): LicenseDates {
  const decide = request.operation === 'renew' ? renewedDates : keptDates;
  const dates = decide(type, current, request, today);
  if (dates.issuedOn < current.issuedOn) fail(`the version before was issued on ${current.issuedOn}`, '/issued_on');
  return dates;
}

/** What an operation may touch, beside the date of issue. */
export type Touch = {
  readonly fields: '*' | readonly string[];
  readonly holders: boolean;
  readonly photo: boolean;
  readonly dates: boolean;
};
const NOTHING: Touch = { fields: [], holders: false, photo: false, dates: false };

/** By the `changes` of the license type. */
export function touchedBy(type: LicenseType, operation: VersionRequest['operation']): Touch {
  const { change, correct } = type.changes;
  // A renewal is examined like a new license: what was found this time may be another in every field.
  if (operation === 'renew') return { fields: '*', holders: false, photo: true, dates: true };
  if (operation === 'change' && change) return { ...NOTHING, ...change, photo: true };
  // '*' is everything on the face, the names of the holders too.
  if (operation === 'correct' && correct)
    return { ...NOTHING, ...correct, holders: correct.fields === '*', photo: true };
  return NOTHING;
}

function checkTouched(type: LicenseType, request: VersionRequest): void {
  const { operation } = request;
  const may = touchedBy(type, operation);
  for (const name of Object.keys(request.fields)) {
    if (may.fields !== '*' && !may.fields.includes(name)) {
      fail(`${operation} does not touch this field; it touches ${may.fields.join(', ') || 'none'}`, pointerTo(name));
    }
  }
  if (request.holders && !may.holders) fail(`${operation} does not touch the holders of this type`, '/holders');
  if (request.photo && !may.photo) fail(`${operation} does not touch the photo`, '/photo');
  for (const name of ['valid_from', 'valid_to'] as const) {
    if (request[name] !== undefined && !may.dates) fail(`${operation} does not touch the period`, `/${name}`);
  }
  const touches =
    Object.keys(request.fields).length > 0 || request.holders !== undefined || request.photo !== undefined;
  if ((operation === 'change' || operation === 'correct') && !touches)
    fail(`there is nothing to ${operation}`, '/fields');
}

/** Fields that the type does not have any more stay behind; null takes one away. */
function mergeFields(
  type: LicenseType,
  before: LicenseContent['fields'],
  asked: VersionRequest['fields'],
): Record<string, string> {
  const known = new Set(type.fields.map(({ name }) => name));
  const kept = Object.entries(before).filter(([name]) => known.has(name) && asked[name] === undefined);
  const given = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries([...kept, ...given]);
}

/** The days of a renewal, both included; null for a type that knows none. */
export function renewalWindow(
  { changes }: Pick<LicenseType, 'changes'>,
  { validTo }: Pick<LicenseContent, 'validTo'>,
): { readonly opens: string; readonly closes: string } | null {
  if (!changes.renew) return null;
  const { days_before: before, days_after: after } = changes.renew;
  return { opens: addDays(validTo, -before), closes: addDays(validTo, after) };
}

/** Throws license-state-forbids outside the days of a renewal. */
export function checkRenewable(type: LicenseType, current: Pick<LicenseContent, 'validTo'>, today: string): void {
  const window = renewalWindow(type, current);
  if (!window) throw new TrustError('license-state-forbids', 'this license type knows no renew');
  const { opens, closes } = window;
  if (today >= opens && today <= closes) return;
  throw new TrustError('license-state-forbids', `it can be renewed from ${opens} to ${closes}; today is ${today}`);
}

/** The period of a renewal begins without a gap: on the day of issue, or as asked, at the latest the day after the old end. */
function renewedDates(
  type: LicenseType,
  current: LicenseContent,
  request: VersionRequest,
  today: string,
): LicenseDates {
  checkRenewable(type, current, today);
  const dates = decideDates(type, request, today);
  const latest = addDays(current.validTo, 1);
  if (dates.validFrom > latest && dates.validFrom > dates.issuedOn) {
    fail(`the period would begin after ${latest} and leave a gap`, '/valid_from');
  }
  if (dates.validTo <= current.validTo) fail(`the license is valid until ${current.validTo} already`, '/valid_to');
  return dates;
}

/** The period stays. A change is issued today, a replacement and a correction bear the day of what they put right. */
function keptDates(type: LicenseType, current: LicenseContent, request: VersionRequest, today: string): LicenseDates {
  const { validFrom, validTo } = current;
  const issuedOn = request.issued_on ?? (request.operation === 'change' ? today : current.issuedOn);
  const asked = { issued_on: issuedOn, valid_from: validFrom, valid_to: validTo };
  return decideDates({ ...type, validity: { kind: 'stated' } }, asked, today);
}

function pointerTo(field: string): string {
  return `/fields/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('license-fields-invalid', sentence, { pointer });
}
