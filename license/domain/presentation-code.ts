// 亮证码: a code of one use that stands for one license for at most a minute. It is 26 random characters (130 bits) after a
// prefix; tables hold its SM3 only. Chance comes in as an argument.
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';

/** Seconds from making to expiry. */
export const PRESENTATION_TTL_SECONDS = 60;
/** Characters of `random` that `makePresentationCode` wants. */
export const PRESENTATION_RANDOM_CHARACTERS = 26;

const FORM = /^lz_[0-9a-hjkmnp-tv-z]{26}$/;

/** The code from 26 random base-32 characters. */
export function makePresentationCode(random: string): string {
  return parsePresentationCode(`lz_${random}`);
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
