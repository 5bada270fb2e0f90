// The key set (RFC 7517) of this moment. Whoever keeps it in between may do so for a part of the lead with which a key is
// published before it signs; who meets a key that he does not know asks again.
import { createHash } from 'node:crypto';
import type { Handler } from '../../common/http/routes.ts';
import type { Keyring } from '../provider/keyring.ts';

const MAX_AGE_SECONDS = 600;

/** `leadSeconds`: how long a key is published before it signs. */
export function makeJwksHandler(keyring: Keyring, leadSeconds: number): Handler {
  const maxAge = Math.min(MAX_AGE_SECONDS, Math.floor(leadSeconds / 4));
  return async (ctx) => {
    await keyring.refresh();
    const body = JSON.stringify({ keys: keyring.publicKeys() });
    ctx.set('Cache-Control', `public, max-age=${maxAge}`);
    ctx.set('Access-Control-Allow-Origin', '*');
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    ctx.set('ETag', etag);
    ctx.type = 'application/jwk-set+json; charset=utf-8';
    ctx.body = body;
    if (ctx.get('If-None-Match').includes(etag)) ctx.status = 304;
  };
}
