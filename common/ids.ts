// Random identifiers: a prefix that says what they name, then 26 base-32 characters (130 bits); and UUIDs in order of time.
import { randomBytes, randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford: no i l o u

/** `makeId('lic')` -> `lic_5k…`; never guessable, never reused. */
export function makeId<P extends string>(prefix: P): `${P}_${string}` {
  return `${prefix}_${makeToken(26)}`;
}

/** `length` random base-32 characters, 5 bits each. */
export function makeToken(length: number): string {
  let token = '';
  for (const byte of takeRandomBytes(length)) token += ALPHABET[byte & 31];
  return token;
}

const STORE_BYTES = 8192;
const store = Buffer.alloc(STORE_BYTES);
let left = 0;

/**
 * `count` random bytes that nobody else gets. They are generated thousands at a time: in the midst of a request the way to
 * the generator and back costs more than all else about an id.
 */
export function takeRandomBytes(count: number): Buffer {
  if (count > STORE_BYTES) return randomBytes(count);
  if (left < count) {
    randomFillSync(store);
    left = STORE_BYTES;
  }
  left -= count;
  const taken = Buffer.from(store.subarray(left, left + count));
  // Who reads the memory of the process later does not find it here.
  store.fill(0, left, left + count);
  return taken;
}

const UUID_BYTES = 16;

/** UUID version 7 (RFC 9562): the milliseconds of `at` in front, then 74 random bits; later ones sort behind earlier ones. */
export function makeUuid7(at: Date): string {
  const bytes = takeRandomBytes(UUID_BYTES);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
