// Signs and checks the provider's cookies in the form of Keygrip, which the library would make of the keys itself: HMAC-SHA-1
// under the newest key, base64url. Keygrip compares by two more HMACs under a random key; a comparison in constant time does
// the same for a tenth of the work, several times a request. The keys are made ready once.
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';

export type CookieKeys = {
  /** Under the first key. */
  sign(text: string): string;
  /** Which key has signed the text; -1: none of them. */
  index(text: string, signature: string): number;
  verify(text: string, signature: string): boolean;
};

/** `secrets`: newest first. */
export function makeCookieKeys(secrets: readonly string[]): CookieKeys {
  const keys = secrets.map((secret) => createSecretKey(utf8(secret)));
  const [newest] = keys;
  if (newest === undefined) throw new Error('cookies need at least one key');
  const index = (text: string, signature: string): number => {
    const given = utf8(signature);
    return keys.findIndex((key) => {
      const made = utf8(signatureOf(key, text));
      return made.length === given.length && timingSafeEqual(made, given);
    });
  };
  return {
    sign: (text) => signatureOf(newest, text),
    index,
    verify: (text, signature) => index(text, signature) >= 0,
  };
}

function signatureOf(key: KeyObject, text: string): string {
  return createHmac('sha1', key).update(text).digest('base64url');
}
