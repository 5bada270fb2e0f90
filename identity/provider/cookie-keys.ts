// Signs and checks the provider's cookies in the form of Keygrip, which the library would make of the keys itself: HMAC-SHA-1
// under the newest key, base64url. Keygrip compares by two more HMACs under a random key; a comparison in constant time does
// the same for a tenth of the work, several times a request.
import { timingSafeEqual } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { makeTextSigner } from '../../common/crypto/text-signer.ts';

export type CookieKeys = {
  /** Under the first key. */
  sign(text: string): string;
  /** Which key has signed the text; -1: none of them. */
  index(text: string, signature: string): number;
  verify(text: string, signature: string): boolean;
};

/** `secrets`: newest first. */
export function makeCookieKeys(secrets: readonly string[]): CookieKeys {
  const signers = secrets.map((secret) => makeTextSigner('sha1', secret));
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
