// 统一社会信用代码 (GB 32100-2015): 18 characters, the last one a check character.
// Layout: 1 registering department, 1 category, 6 area (GB/T 2260), 9 organisation code (GB 11714), 1 check character.
// Not here: whether the organisation exists.
import { TrustError } from '../errors.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'; // GB 32100: no I O S V Z
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]; // 3^i mod 31
const FORM = /^[0-9A-HJ-NPQRTUWXY]{18}$/;

/** The 18th character that belongs to the first 17, or null if they hold a character outside the alphabet. */
export function creditCodeCheckCharacter(first17: string): string | null {
  let sum = 0;
  for (const [index, weight] of WEIGHTS.entries()) {
    const value = ALPHABET.indexOf(first17.charAt(index) || ' ');
    if (value < 0) return null;
    sum += value * weight;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** Throws `code-check` unless `code` is 18 characters of the alphabet with the right check character. */
export function checkCreditCode(code: string, pointer?: string): void {
  const at = pointer === undefined ? {} : { pointer };
  if (!FORM.test(code)) {
    throw new TrustError('code-check', 'a 统一社会信用代码 has 18 characters of 0-9 and A-Z without I O S V Z', at);
  }
  const expected = creditCodeCheckCharacter(code.slice(0, 17));
  if (expected !== code.charAt(17)) {
    throw new TrustError('code-check', `character 18 should be ${expected}, found ${code.charAt(17)}`, at);
  }
}

/** True where `checkCreditCode` would not throw. */
export function isCreditCode(code: string): boolean {
  return FORM.test(code) && creditCodeCheckCharacter(code.slice(0, 17)) === code.charAt(17);
}
