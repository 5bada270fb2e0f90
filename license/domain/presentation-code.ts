// 亮证码: what stands for a presentation for at most a minute. As a QR code it is 26 random characters (130 bits) after a
// prefix; beside it 8 digits, which only a verifier who is logged in may type. Tables hold the SM3 of the one and a keyed hash
// of the other: 8 digits could be tried one by one against a plain one. Chance comes in as an argument.
import { utf8 } from '../../common/bytes.ts';
import { hmacSm3 } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';

/** Seconds from making to expiry. */
export const CODE_TTL_SECONDS = 60;
/** Characters of `random` that `makePresentationCode` wants. */
export const CODE_RANDOM_CHARACTERS = 26;
export const DIGITS_COUNT = 8;

const FORM = /^lz_[0-9a-hjkmnp-tv-z]{26}$/;
const DIGITS = /^\d{8}$/;
/** In an address of ours a code stands behind this. */
const IN_ADDRESS = /[?&]code=(lz_[0-9a-z]{26})(?:&|$)/;

/** The code from 26 random base-32 characters. */
export function makePresentationCode(random: string): string {
  return parsePresentationCode(`lz_${random}`);
}

/** 8 digits from a whole number below 100,000,000. */
export function makeDigits(random: number): string {
  return String(random).padStart(DIGITS_COUNT, '0');
}

/** What somebody scanned or typed: a code, an address that holds one, or digits; blanks and full-width letters do no harm. */
export type CodeText =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'digits'; readonly digits: string };

/** Throws `code-malformed`, without repeating the text. */
export function parseCodeText(text: string): CodeText {
  const plain = text.normalize('NFKC').replace(/\s/gu, '');
  if (DIGITS.test(plain)) return { kind: 'digits', digits: plain };
  return { kind: 'code', code: parsePresentationCode(IN_ADDRESS.exec(plain)?.[1] ?? plain) };
}

/** The code without the blanks that pages group it by. Throws `code-malformed`, without repeating the text. */
export function parsePresentationCode(text: string): string {
  const code = text.replace(/\s/gu, '');
  if (!FORM.test(code)) {
    throw new TrustError('code-malformed', 'a presentation code is lz_ and 26 characters of 0-9 a-z without i l o u');
  }
  return code;
}

/** What the table knows of a code: 32 bytes. */
export function hashPresentationCode(code: string): Uint8Array {
  return sm3(utf8(code));
}

/** What the table knows of digits: 32 bytes under the room's own key for them. */
export function digitsKey(key: Uint8Array, digits: string): Uint8Array {
  return hmacSm3(key, utf8(digits));
}
