// The keys under which a 证照编号 is found and kept unique: HMAC-SM3, since many numbers hold a year and a running number
// that could be tried one by one.
import { utf8 } from '../../common/bytes.ts';
import { hmacSm3 } from '../../common/crypto/sealed-box.ts';
import type { LicenseType } from './license-type.ts';

/** 32 bytes: finds the licenses of this type and authority with this number. */
export function numberKeyOf(
  pepper: Uint8Array,
  licenseType: string,
  authorityCode: string,
  number: string,
): Uint8Array {
  return hmacSm3(pepper, utf8(JSON.stringify(['license number', licenseType, authorityCode, number])));
}

/** 32 bytes that no two licenses of the type have: numbers are given once by each authority, or by all; null where not. */
export function uniqueKeyOf(
  pepper: Uint8Array,
  type: LicenseType,
  authorityCode: string,
  number: string,
): Uint8Array | null {
  if (type.numbering.unique === 'none') return null;
  return numberKeyOf(pepper, type.code, type.numbering.unique === 'type' ? '' : authorityCode, number);
}
