// Holder codes (持证主体代码) and their types: GB/T 36903, Annex A.
// Not here: the keyed hashes by which what belongs to a holder is found (in the rooms).
import { TrustError } from '../errors.ts';
import { checkCitizenNumber } from './citizen-number.ts';
import { checkCreditCode } from './credit-code.ts';

/** GB/T 36903, Annex A: code of the type -> its name. */
export const HOLDER_CODE_TYPES: ReadonlyMap<string, string> = new Map([
  ['001', '统一社会信用代码'],
  ['099', '其他法人或其他组织有效证件代码'],
  ['111', '公民身份号码'],
  ['114', '军官证'],
  ['115', '武警警官证'],
  ['118', '士兵证'],
  ['119', '武警士兵证'],
  ['120', '军队文职人员证'],
  ['122', '武警文职人员证'],
  ['411', '外交护照'],
  ['412', '公务护照'],
  ['413', '公务普通护照'],
  ['414', '普通护照'],
  ['511', '台湾居民来往大陆通行证'],
  ['516', '港澳居民来往内地通行证'],
  ['999', '其他自然人有效证件代码'],
]);

/** Types of the codes of persons; the others name organisations. */
export const PERSON_CODE_TYPES: readonly string[] = [...HOLDER_CODE_TYPES.keys()].filter(
  (type) => !type.startsWith('0'),
);

/** The one spelling under which a code is stored and hashed: full-width forms folded, blanks dropped, upper case. */
export function canonicalHolderCode(code: string): string {
  return code.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
}

/**
 * Throws `invalid-request` for an unknown type and `code-check` for a code that breaks the rule of its type.
 * `code` must be canonical; `today` is the calendar date that a birth date may not pass.
 */
export function checkHolderCode(codeType: string, code: string, today: string): void {
  if (!HOLDER_CODE_TYPES.has(codeType)) {
    throw new TrustError('invalid-request', `${codeType} is not a holder code type of GB/T 36903`, {
      pointer: '/holder/code_type',
    });
  }
  if (codeType === '001') checkCreditCode(code, '/holder/code');
  else if (codeType === '111') checkCitizenNumber(code, today, '/holder/code');
  else if (!/^[0-9A-Z一-鿿()-]{1,64}$/u.test(code)) {
    throw new TrustError('code-check', 'a document number has letters, digits, hyphens and brackets only', {
      pointer: '/holder/code',
    });
  }
}
