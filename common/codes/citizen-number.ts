// 公民身份号码 (GB 11643-1999): 6 area, 8 birth date, 3 sequence, 1 check character.
// Not here: whether the person exists, and whether the six-digit area existed in the year of birth: no table of areas is
// complete, and a missing one is never a reason to turn a person away.
import { TrustError } from '../errors.ts';
import { isCalendarDate } from './calendar-date.ts';

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

function findFault(code: string, today: string): string | null {
  if (!/^\d{17}[\dX]$/.test(code)) return 'a 公民身份号码 has 17 digits and a check character (a digit or X)';
  const birth = birthDateOf(code);
  if (!isCalendarDate(birth) || birth < '1800-01-01') return 'characters 7 to 14 are not a date of the calendar';
  if (birth > today) return 'characters 7 to 14 are a date in the future';
  const expected = citizenNumberCheckCharacter(code.slice(0, 17));
  return expected === code.charAt(17) ? null : `character 18 should be ${expected}, found ${code.charAt(17)}`;
}
