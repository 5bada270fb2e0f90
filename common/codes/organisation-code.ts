// Organisation code (GB 11714): 8 characters and a check character; characters 9 to 17 of a 统一社会信用代码.
import { TrustError } from '../errors.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** The 9th character that belongs to the first 8, or null if they hold a character outside 0-9 A-Z. */
export function organisationCodeCheckCharacter(first8: string): string | null {
  let sum = 0;
  for (const [index, weight] of WEIGHTS.entries()) {
    const value = ALPHABET.indexOf(first8.charAt(index) || ' ');
    if (value < 0) return null;
    sum += value * weight;
  }
  const rest = 11 - (sum % 11);
  return rest === 10 ? 'X' : rest === 11 ? '0' : String(rest);
}

/** True for nine characters, without a hyphen, with the right check character. */
export function isOrganisationCode(code: string): boolean {
  return /^[0-9A-Z]{8}[0-9X]$/.test(code) && organisationCodeCheckCharacter(code.slice(0, 8)) === code.charAt(8);
}

/** Throws `code-check` unless `code` (9 characters, a hyphen before the last is allowed) has the right check character. */
export function checkOrganisationCode(code: string, pointer?: string): void {
  const at = pointer === undefined ? {} : { pointer };
  const plain = code.replace(/^(.{8})-(.)$/, '$1$2');
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(plain)) {
    throw new TrustError('code-check', 'an organisation code has 8 characters of 0-9 A-Z and a check character', at);
  }
  const expected = organisationCodeCheckCharacter(plain.slice(0, 8));
  if (expected !== plain.charAt(8)) {
    throw new TrustError('code-check', `character 9 should be ${expected}, found ${plain.charAt(8)}`, at);
  }
}
