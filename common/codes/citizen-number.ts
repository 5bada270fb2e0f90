// 公民身份号码 (GB 11643-1999): 6 area, 8 birth date, 3 sequence, 1 check character.
// Not here: whether the person exists, and whether the six-digit area existed in the year of birth: no table of areas is
// complete, and an abolished or missing one is a notice, never a reason to turn a person away.
import { TrustError } from '../errors.ts';
import { isCalendarDate } from './calendar-date.ts';
import type { CodeNotice } from './code-notice.ts';
import { regionNotice } from './region.ts';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]; // 2^(17-i) mod 11
const CHECK_CHARACTERS = '10X98765432';

/** The 18th character that belongs to the first 17 digits. */
export function citizenNumberCheckCharacter(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(first17.charAt(index)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/**
 * Throws `code-check` unless `code` has 17 digits and its check character, and a birth date that is in the calendar and
 * not after `today` (YYYY-MM-DD). The detail never repeats the number.
 */
export function checkCitizenNumber(code: string, today: string, pointer?: string): void {
  const fault = findFault(code, today);
  if (fault) throw new TrustError('code-check', fault, pointer === undefined ? {} : { pointer });
}

/** The date of birth in a checked number, YYYY-MM-DD. */
export function birthDateOf(code: string): string {
  return `${code.slice(6, 10)}-${code.slice(10, 12)}-${code.slice(12, 14)}`;
}

/** What a checked number says. */
export type CitizenNumberParts = {
  /** Where the number was given, six digits of GB/T 2260. */
  readonly region: string;
  /** YYYY-MM-DD. */
  readonly birthDate: string;
  readonly sex: 'female' | 'male';
  readonly notices: readonly CodeNotice[];
};

/** Region codes of 港澳台居民居住证, whose numbers are built alike; 830000 is no region of GB/T 2260. */
const RESIDENCE_PERMIT_REGIONS: ReadonlySet<string> = new Set(['810000', '820000', '830000']);

/** Takes a number apart that `checkCitizenNumber` lets pass. */
export function readCitizenNumber(code: string): CitizenNumberParts {
  const region = code.slice(0, 6);
  const notice = RESIDENCE_PERMIT_REGIONS.has(region) ? null : regionNotice(region);
  return {
    region,
    birthDate: birthDateOf(code),
    sex: Number(code.charAt(16)) % 2 === 0 ? 'female' : 'male',
    notices: notice ? [notice] : [],
  };
}

function findFault(code: string, today: string): string | null {
  if (/^\d{15}$/.test(code)) return 'the 15 digits of before 1999 are used no more; the number has 18 characters now';
  if (!/^\d{17}[\dX]$/.test(code)) return 'a 公民身份号码 has 17 digits and a check character (a digit or X)';
  const birth = birthDateOf(code);
  if (!isCalendarDate(birth) || birth < '1800-01-01') return 'characters 7 to 14 are not a date of the calendar';
  if (birth > today) return 'characters 7 to 14 are a date in the future';
  const expected = citizenNumberCheckCharacter(code.slice(0, 17));
  return expected === code.charAt(17) ? null : `character 18 should be ${expected}, found ${code.charAt(17)}`;
}
