// Authenticated encryption at rest: SM4-CTR and HMAC-SM3, encrypt-then-MAC, separate keys (there is no SM4-GCM in
// node:crypto). Two formats: 1 ‖ nonce (16) ‖ ciphertext ‖ tag (32), for a key without a name, and
// 2 ‖ key id (8) ‖ nonce (16) ‖ ciphertext ‖ tag (32), which tells which of several keys opens it: so keys can be changed.
// The context names the place a box belongs to (table, column, row), so that boxes cannot be exchanged.
// Not here: passwords (argon2id) and lookups, for which `hmacSm3` with a derived key is the tool.
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { concatBytes, equalBytes, fromHex, toHex, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import { takeRandomBytes } from '../ids.ts';

/** A key with a name, made ready once: node:crypto takes a key object in a third of the time that it needs for bytes. */
export type BoxKey = {
  /** 16 hexadecimal digits; says nothing about the key. */
  readonly id: string;
  readonly cipherKey: KeyObject;
  readonly macKey: KeyObject;
};

/** Closes under the first; opens what any of them closed. */
export type BoxKeyring = readonly [BoxKey, ...BoxKey[]];

/** 32 bytes without a name, a named key, or several. */
export type BoxKeys = Uint8Array | BoxKey | BoxKeyring;

const UNNAMED = 1;
const NAMED = 2;
const ID_BYTES = 8;
export const NONCE_BYTES = 16;
const TAG_BYTES = 32;
export const KEY_BYTES = 32;

/** A 32-byte key for one purpose: HKDF (RFC 5869) with SM3 over the 32-byte master key. */
export function deriveKey(masterKey: Uint8Array, purpose: string): Uint8Array {
  checkKey(masterKey);
  return new Uint8Array(hkdfSync('sm3', masterKey, 'xinji', purpose, KEY_BYTES));
}

/** HMAC with SM3, 32 bytes. */
export function hmacSm3(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return hmacWith(createSecretKey(key), parts);
}

function hmacWith(key: KeyObject, parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sm3', key);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** The name of a 32-byte key: 16 hexadecimal digits made from it one way. */
export function keyIdOf(key: Uint8Array): string {
  checkKey(key);
  return toHex(hmacSm3(key, utf8('sealed-box key id')).subarray(0, ID_BYTES));
}

/** `id`: 16 hexadecimal digits; made from the key unless given. */
export function makeBoxKey(key: Uint8Array, id: string = keyIdOf(key)): BoxKey {
  checkKey(key);
  if (!/^[0-9a-f]{16}$/.test(id)) throw new RangeError('a key id has 16 hexadecimal digits');
  return {
    id,
    cipherKey: createSecretKey(hmacSm3(key, utf8('sealed-box cipher')).subarray(0, 16)),
    macKey: createSecretKey(hmacSm3(key, utf8('sealed-box mac'))),
  };
}

/**
 * Closes a box: 49 bytes longer than the plaintext, 57 under a named key. `nonce` (16 bytes, never used twice with a key for
 * other bytes) is random unless given.
 */
export function closeBox(
  keys: BoxKeys,
  plaintext: Uint8Array,
  context: string,
  nonce: Uint8Array = takeRandomBytes(NONCE_BYTES),
): Uint8Array {
  const isNamed = !(keys instanceof Uint8Array);
  const key = firstOf(keys);
  const name = isNamed ? concatBytes(Uint8Array.of(NAMED), fromHex(key.id)) : Uint8Array.of(UNNAMED);
  const cipher = createCipheriv('sm4-ctr', key.cipherKey, nonce);
  const start = name.length + NONCE_BYTES;
  // One piece of memory for the whole: files of 100 KB and more are closed too.
  const box = new Uint8Array(start + plaintext.length + TAG_BYTES);
  box.set(name);
  box.set(nonce, name.length);
  box.set(cipher.update(plaintext), start); // all of it: a counter mode keeps nothing back
  const head = box.subarray(0, start + plaintext.length);
  box.set(tagOf(key.macKey, head, context), head.length);
  return box;
}

/** Opens a box closed with the same key and context; `sealed-box-corrupt` for every other one. */
export function openBox(keys: BoxKeys, box: Uint8Array, context: string): Uint8Array {
  const id = boxKeyId(box);
  const start = id === null ? 1 : 1 + ID_BYTES;
  if (box.length < start + NONCE_BYTES + TAG_BYTES || (id === null && box[0] !== UNNAMED))
    throw new TrustError('sealed-box-corrupt', 'the bytes are not a sealed box');
  const head = box.subarray(0, box.length - TAG_BYTES);
  const tag = box.subarray(head.length);
  const key = candidates(keys, id).find(({ macKey }) => equalBytes(tagOf(macKey, head, context), tag));
  if (!key) throw new TrustError('sealed-box-corrupt', 'the authentication tag of the sealed box does not fit');
  const decipher = createDecipheriv('sm4-ctr', key.cipherKey, head.subarray(start, start + NONCE_BYTES));
  return concatBytes(decipher.update(head.subarray(start + NONCE_BYTES)), decipher.final());
}

/** The id of the key under which a box says it was closed; null for a box that names none. */
export function boxKeyId(box: Uint8Array): string | null {
  return box[0] === NAMED && box.length > ID_BYTES ? toHex(box.subarray(1, 1 + ID_BYTES)) : null;
}

/** A named box is tried with the key of its name alone, one without a name with every key. */
function candidates(keys: BoxKeys, id: string | null): readonly BoxKey[] {
  const all = keys instanceof Uint8Array ? [makeBoxKey(keys)] : isRing(keys) ? keys : [keys];
  if (id === null) return all;
  const named = all.filter((key) => key.id === id);
  if (named.length > 0) return named;
  throw new TrustError('sealed-box-corrupt', `the sealed box was closed under key ${id}, which is not here`, {
    hint: 'Give the key that was in use before by XINJI_MASTER_KEY_PREVIOUS; `xinji doctor` names the keys in use.',
  });
}

function firstOf(keys: BoxKeys): BoxKey {
  if (keys instanceof Uint8Array) return makeBoxKey(keys);
  return isRing(keys) ? keys[0] : keys;
}

const isRing = (keys: BoxKey | BoxKeyring): keys is BoxKeyring => Array.isArray(keys);

/** The length of the context comes first, so that no context runs into the head. */
function tagOf(macKey: KeyObject, head: Uint8Array, context: string): Uint8Array {
  const label = utf8(context);
  const length = Uint8Array.from([24, 16, 8, 0].map((shift) => (label.length >>> shift) & 0xff));
  return hmacWith(macKey, [length, label, head]);
}

function checkKey(key: Uint8Array): void {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
}
