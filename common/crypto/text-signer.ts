// Signs short texts by HMAC, such as the values of cookies. A browser brings the same value again and again, and it is signed
// to be checked: the signatures made last are remembered, so that it is worked out once.
import { createHmac, createSecretKey } from 'node:crypto';
import { utf8 } from '../bytes.ts';
import { Recent } from '../recent.ts';

/** So many at least, twice as many at most. */
const REMEMBERED = 10_000;
/** Longer texts are not remembered. */
const REMEMBERED_LENGTH = 200;

/** The HMAC of a text under `secret`, base64url. */
export function makeTextSigner(hash: 'sha1' | 'sm3', secret: string): (text: string) => string {
  const key = createSecretKey(utf8(secret));
  const sign = (text: string): string => createHmac(hash, key).update(text).digest('base64url');
  const recent = new Recent(REMEMBERED, sign);
  return (text) => (text.length > REMEMBERED_LENGTH ? sign(text) : recent.get(text));
}
