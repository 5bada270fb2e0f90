// Signs and checks the provider's cookies in the form of Keygrip, which the library would make of the keys itself: HMAC-SHA-1
// under the newest key, base64url. Keygrip compares by two more HMACs under a random key; a comparison in constant time does
// the same for a tenth of the work, several times a request. A browser brings the same cookie again and again, and each answer
// signs it anew: the signatures made last are remembered, since in the midst of a request one costs more than all its bytes.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { Recent } from '../../common/recent.ts';

export type CookieKeys = {
  /** Under the first key. */
  sign(text: string): string;
  /** Which key has signed the text; -1: none of them. */
  index(text: string, signature: string): number;
  verify(text: string, signature: string): boolean;
};

/** About 300 bytes each. */
const REMEMBERED = 10_000;
/** Longer ones are nobody's session. */
const REMEMBERED_LENGTH = 200;

/** `secrets`: newest first. */
export function makeCookieKeys(secrets: readonly string[]): CookieKeys {
  const signers = secrets.map(makeSigner);
  const [newest] = signers;
  if (newest === undefined) throw new Error('cookies need at least one key');
  const index = (text: string, signature: string): number => {
    const given = utf8(signature);
    return signers.findIndex((sign) => {
      const made = utf8(sign(text));
      return made.length === given.length && timingSafeEqual(made, given);
    });
  };
  return {
    sign: newest,
    index,
    verify: (text, signature) => index(text, signature) >= 0,
  };
}

function makeSigner(secret: string): (text: string) => string {
  const key = createSecretKey(utf8(secret));
  const sign = (text: string): string => createHmac('sha1', key).update(text).digest('base64url');
  const recent = new Recent(REMEMBERED, sign);
  return (text) => (text.length > REMEMBERED_LENGTH ? sign(text) : recent.get(text));
}
