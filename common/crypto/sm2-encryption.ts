// SM2 encryption (GB/T 32918.4) for one receiver, who decrypts with what he has: the result is the SM2Cipher of GM/T 0009,
// DER of x, y, hash and cipher text, that is C1, C3, C2; `openssl pkeyutl -decrypt` takes it as it is.
// node:crypto has no SM2 encryption, so this is the one place where sm-crypto-v2 runs. Not here: decryption.
import { sm2 } from 'sm-crypto-v2';
import { concatBytes, fromHex, toHex } from '../bytes.ts';
import { importSm2PublicKey, type Sm2PublicKey } from './sm2.ts';
import { sm3 } from './sm3.ts';

// SEQUENCE { SEQUENCE { id-ecPublicKey, SM2 curve }, BIT STRING of 65 bytes }
const SPKI_PREFIX = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200');
const C1_C3_C2 = 1;

/** Encrypts at least one byte. The point must be one of the curve (readSm2Point). */
export function encryptSm2(point: Uint8Array, message: Uint8Array): Uint8Array {
  if (message.length === 0) throw new RangeError('SM2 encrypts at least one byte');
  return fromHex(sm2.doEncrypt(message, toHex(point), C1_C3_C2, { asn1: true }));
}

/** An uncompressed point, 65 bytes, as a key. `key-malformed` for one that is not on the curve. */
export function readSm2Point(point: Uint8Array): Sm2PublicKey {
  return importSm2PublicKey(concatBytes(SPKI_PREFIX, point));
}

/** Names a key to its owner: the first 16 hexadecimal digits of the SM3 of its point. */
export function sm2KeyId(point: Uint8Array): string {
  return toHex(sm3(point)).slice(0, 16);
}
