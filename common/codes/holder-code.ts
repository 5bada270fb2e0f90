// Holder codes (持证主体代码) and their types: GB/T 36903, Annex A. Each type is judged by its rule where one is public.
// Not here: the keyed hashes by which what belongs to a holder is found (in the rooms).
import { TrustError } from '../errors.ts';
import { checkCitizenNumber, readCitizenNumber } from './citizen-number.ts';
import type { CodeNotice } from './code-notice.ts';
import { checkCreditCode, readCreditCode } from './credit-code.ts';

type Form = { readonly form: RegExp; readonly says: string };

/** For what no public rule fixes: digits, letters and Chinese characters, at least one digit, hyphens and brackets. */
const ANY_DOCUMENT: Form = {
  form: /^(?=.*\d)[0-9A-Z一-鿿()-]{2,64}$/u,
  says: 'a document number has letters, digits, hyphens and brackets only, and at least one digit',
};
/** ICAO Doc 9303: nine places for the document number. */
const PASSPORT: Form = { form: /^(?=.*\d)[0-9A-Z]{5,9}$/, says: 'a passport number has 5 to 9 digits and letters' };

type CodeType = { readonly name: string; readonly holder: 'organisation' | 'person'; readonly form: Form | null };
const organisation = (name: string, form: Form | null): CodeType => ({ name, holder: 'organisation', form });
const person = (name: string, form: Form | null): CodeType => ({ name, holder: 'person', form });

/** GB/T 36903, Annex A. A form of null: judged by its own standard. */
const TYPES: ReadonlyMap<string, CodeType> = new Map([
  ['001', organisation('统一社会信用代码', null)], // GB 32100
  ['099', organisation('其他法人或其他组织有效证件代码', ANY_DOCUMENT)],
  ['111', person('公民身份号码', null)], // GB 11643
  ['114', person('军官证', ANY_DOCUMENT)],
  ['115', person('武警警官证', ANY_DOCUMENT)],
  ['118', person('士兵证', ANY_DOCUMENT)],
  ['119', person('武警士兵证', ANY_DOCUMENT)],
  ['120', person('军队文职人员证', ANY_DOCUMENT)],
  ['122', person('武警文职人员证', ANY_DOCUMENT)],
  ['411', person('外交护照', PASSPORT)],
  ['412', person('公务护照', PASSPORT)],
  ['413', person('公务普通护照', PASSPORT)],
  ['414', person('普通护照', PASSPORT)],
  [
    '511',
    person('台湾居民来往大陆通行证', {
      form: /^(\d{8}|\d{10}(\([A-Z]\)|[A-Z])?)$/,
      says: 'a 台湾居民来往大陆通行证 has 8 digits, or 10 digits and a letter',
    }),
  ],
  [
    '516',
    person('港澳居民来往内地通行证', {
      form: /^[HM]\d{8}(\d\d)?$/,
      says: 'a 港澳居民来往内地通行证 has H or M and 8 or 10 digits',
    }),
  ],
  ['999', person('其他自然人有效证件代码', ANY_DOCUMENT)],
]);

/** GB/T 36903, Annex A: code of the type -> its name. */
export const HOLDER_CODE_TYPES: ReadonlyMap<string, string> = new Map(
  [...TYPES].map(([type, { name }]) => [type, name]),
);

/** Types of the codes of persons; the others name organisations. */
export const PERSON_CODE_TYPES: readonly string[] = [...TYPES].flatMap(([type, { holder }]) =>
  holder === 'person' ? [type] : [],
);

/** The one spelling under which a code is stored and hashed: full-width forms folded, blanks dropped, upper case. */
export function canonicalHolderCode(code: string): string {
  return code.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
}

/**
 * Throws `invalid-request` for an unknown type and `code-check` for a code that breaks the rule of its type, with a pointer
 * to `code_type` or `code` below `at`. `code` must be canonical; `today` is the calendar date that a birth date may not pass.
 */
export function checkHolderCode(codeType: string, code: string, today: string, at = '/holder'): void {
  const type = TYPES.get(codeType);
  if (!type) {
    throw new TrustError('invalid-request', `${codeType} is not a holder code type of GB/T 36903`, {
      pointer: `${at}/code_type`,
    });
  }
  const pointer = `${at}/code`;
  if (codeType === '001') checkCreditCode(code, pointer);
  if (codeType === '111') checkCitizenNumber(code, today, pointer);
  if (type.form && !type.form.form.test(code)) throw new TrustError('code-check', type.form.says, { pointer });
}

/** The rule of a type in a sentence, for the reference. */
export function holderCodeRule(codeType: string): string {
  if (codeType === '001') return 'GB 32100, with its check character';
  if (codeType === '111') return 'GB 11643, with its check character and a date of birth';
  return TYPES.get(codeType)?.form?.says ?? '';
}

/** What is odd about a code that `checkHolderCode` lets pass. */
export function holderCodeNotices(codeType: string, code: string): readonly CodeNotice[] {
  if (codeType === '001') return readCreditCode(code).notices;
  if (codeType === '111') return readCitizenNumber(code).notices;
  return [];
}
