// The key by which the licenses of a holder are found: HMAC-SM3(pepper, type‖code). Tables hold it instead of the code,
// so that a copy of the database tells nobody's number; without the pepper all numbers cannot be tried either.
import { utf8 } from '../../common/bytes.ts';
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import { hmacSm3 } from '../../common/crypto/sealed-box.ts';

/** 32 bytes. The type has three digits always, so type‖code is unambiguous. */
export function holderKey(pepper: Uint8Array, codeType: string, code: string): Uint8Array {
  return hmacSm3(pepper, utf8(codeType + canonicalHolderCode(code)));
}
