// Random identifiers: a prefix that says what they name, then 26 base-32 characters (130 bits).
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford: no i l o u

/** `makeId('lic')` -> `lic_5k…`; never guessable, never reused. */
export function makeId<P extends string>(prefix: P): `${P}_${string}` {
  return `${prefix}_${makeToken(26)}`;
}

/** `length` random base-32 characters, 5 bits each. */
export function makeToken(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte & 31]).join('');
}
