// When a license is issued, from when and until when it is valid: by the request as far as the type lets it say so.
// Every fault is `license-fields-invalid` with a pointer into the request.
import { isCalendarDate } from '../../common/codes/calendar-date.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { lastDayAfter, NEVER } from './license-date.ts';
import type { LicenseType } from './license-type.ts';

export type LicenseDates = { readonly issuedOn: string; readonly validFrom: string; readonly validTo: string };

type Asked = Pick<IssueRequest, 'issued_on' | 'valid_from' | 'valid_to'>;

/** Issue date and period by request and type. `today` is the date in China. */
export function decideDates(type: LicenseType, request: Asked, today: string): LicenseDates {
  const issuedOn = checkedDate(request.issued_on ?? today, '/issued_on');
  if (issuedOn > today) fail(`issued_on is after today, ${today}`, '/issued_on');
  const validFrom = checkedDate(request.valid_from ?? issuedOn, '/valid_from');
  const validTo = decideEnd(type, request.valid_to, validFrom);
  if (validTo < validFrom) fail('valid_to is before valid_from', '/valid_to');
  return { issuedOn, validFrom, validTo };
}

function decideEnd(type: LicenseType, asked: string | undefined, validFrom: string): string {
  if (asked !== undefined) checkedDate(asked, '/valid_to');
  const { validity } = type;
  if (validity.kind === 'stated' || validity.kind === 'listed') {
    const end = asked ?? fail('this license type needs valid_to', '/valid_to');
    const ends = type.validity_range.map((word) => endOfPeriod(word, validFrom));
    if (validity.kind === 'listed' && !ends.includes(end)) {
      fail(
        `valid_to is the end of none of ${type.validity_range.join(', ')}: expected ${ends.join(', ')}`,
        '/valid_to',
      );
    }
    return end;
  }
  const latest = latestEnd(validity, validFrom);
  if (asked !== undefined && asked > latest) fail(`the latest end that this type allows is ${latest}`, '/valid_to');
  return asked ?? latest;
}

function latestEnd(
  validity: Exclude<LicenseType['validity'], { kind: 'stated' | 'listed' }>,
  validFrom: string,
): string {
  if (validity.kind === 'unlimited') return NEVER;
  return lastDayAfter(validFrom, validity.kind === 'years' ? { years: validity.years } : { months: validity.months });
}

/** The last day of a period that begins on `from`, by a word of 有效期限范围 (GB/T 36902). */
export function endOfPeriod(word: string, from: string): string {
  const count = Number.parseInt(word, 10);
  if (word.endsWith('年')) return lastDayAfter(from, { years: count });
  if (word.endsWith('个月')) return lastDayAfter(from, { months: count });
  return word.endsWith('日') ? lastDayAfter(from, { days: count }) : NEVER;
}

function checkedDate(text: string, at: string): string {
  return isCalendarDate(text) ? text : fail('expected a date of the calendar as YYYY-MM-DD', at);
}

function fail(sentence: string, pointer: string): never {
  throw new TrustError('license-fields-invalid', sentence, { pointer });
}
