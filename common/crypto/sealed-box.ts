// Authenticated encryption of small secrets at rest: SM4-CTR and HMAC-SM3, encrypt-then-MAC, separate keys (there is no
// SM4-GCM in node:crypto). A box is version (1 byte) ‖ nonce (16) ‖ ciphertext ‖ tag (32).
// The context names the place a box belongs to (table, column, row), so that boxes cannot be exchanged.
// Not here: passwords (argon2id) and lookups, for which `hmacSm3` with a derived key is the tool.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { concatBytes, equalBytes, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';

const VERSION = 1;
const NONCE_BYTES = 16;
const TAG_BYTES = 32;
const KEY_BYTES = 32;

/** A 32-byte key for one purpose: HKDF (RFC 5869) with SM3 over the 32-byte master key. */
export function deriveKey(masterKey: Uint8Array, purpose: string): Uint8Array {
  checkKey(masterKey);
  return new Uint8Array(hkdfSync('sm3', masterKey, 'xinji', purpose, KEY_BYTES));
}

/** HMAC with SM3, 32 bytes. */
export function hmacSm3(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sm3', key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** Closes a box: 49 bytes longer than the plaintext. `nonce` (16 bytes, never used twice with a key) is random unless given. */
export function closeBox(
  key: Uint8Array,
  plaintext: Uint8Array,
  context: string,
  nonce: Uint8Array = new Uint8Array(randomBytes(NONCE_BYTES)),
): Uint8Array {
  const { cipherKey, macKey } = splitKey(key);
  const cipher = createCipheriv('sm4-ctr', cipherKey, nonce);
  const head = concatBytes(Uint8Array.of(VERSION), nonce, cipher.update(plaintext), cipher.final());
  return concatBytes(head, tagOf(macKey, head, context));
}

/** Opens a box closed with the same key and context; `sealed-box-corrupt` for every other one. */
export function openBox(key: Uint8Array, box: Uint8Array, context: string): Uint8Array {
  const { cipherKey, macKey } = splitKey(key);
  if (box.length < 1 + NONCE_BYTES + TAG_BYTES || box[0] !== VERSION)
    throw new TrustError('sealed-box-corrupt', 'the bytes are not a sealed box');
  const head = box.subarray(0, box.length - TAG_BYTES);
  if (!equalBytes(tagOf(macKey, head, context), box.subarray(head.length)))
    throw new TrustError('sealed-box-corrupt', 'the authentication tag of the sealed box does not fit');
  const decipher = createDecipheriv('sm4-ctr', cipherKey, head.subarray(1, 1 + NONCE_BYTES));
  return concatBytes(decipher.update(head.subarray(1 + NONCE_BYTES)), decipher.final());
}

/** The length of the context comes first, so that no context runs into the head. */
function tagOf(macKey: Uint8Array, head: Uint8Array, context: string): Uint8Array {
  const label = utf8(context);
  return hmacSm3(macKey, Uint8Array.from([24, 16, 8, 0].map((shift) => (label.length >>> shift) & 0xff)), label, head);
}

function splitKey(key: Uint8Array): { cipherKey: Uint8Array; macKey: Uint8Array } {
  checkKey(key);
  return {
    cipherKey: hmacSm3(key, utf8('sealed-box cipher')).subarray(0, 16),
    macKey: hmacSm3(key, utf8('sealed-box mac')),
  };
}

function checkKey(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
}
