// Addresses and keys of a registration: which are accepted.
import { createHash, createPublicKey } from 'node:crypto';
import { TrustError } from '../../common/errors.ts';

/** A public P-256 key (RFC 7517). */
export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
};

/** http only where the caller allows it; no fragment and no user name. */
export function isWebUri(text: string, requireHttps: boolean): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || text.includes('#') || url.username !== '') return false;
  return url.protocol === 'https:' || (!requireHttps && url.protocol === 'http:');
}

/** RFC 8252: by address, not by a name that may be resolved elsewhere; the port is chosen at run time. */
export function isLoopbackUri(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^http:\/\/(127\.0\.0\.1|\[::1\])\//.test(text) && url.search === '' && !text.includes('#');
}

export function isPublicP256(key: PublicJwk): boolean {
  return key.kty === 'EC' && key.crv === 'P-256' && Boolean(key.x && key.y) && !('d' in key);
}

/** Only what a verifier needs; for signatures with ES256. */
export function publicPart({ kty, crv, x, y, kid }: PublicJwk): PublicJwk {
  return { kty, crv, x, y, ...(kid === undefined ? {} : { kid }), alg: 'ES256', use: 'sig' };
}

/** A public key as a person pastes it: PEM, or a JWK in JSON. Errors: client-invalid. */
export function parsePublicKey(text: string): PublicJwk {
  const refused = (cause?: unknown) =>
    new TrustError('client-invalid', 'jwks is not accepted; expected a public P-256 key in PEM or as a JWK', {
      pointer: '/jwks',
      cause,
    });
  if (/PRIVATE KEY|"d"\s*:/.test(text)) throw refused();
  try {
    const isJwk = text.trim().startsWith('{');
    const key = isJwk ? createPublicKey({ key: JSON.parse(text), format: 'jwk' }) : createPublicKey(text.trim());
    const jwk = key.export({ format: 'jwk' }) as PublicJwk;
    if (!isPublicP256(jwk)) throw refused();
    return publicPart(jwk);
  } catch (cause) {
    throw cause instanceof TrustError ? cause : refused(cause);
  }
}

/** RFC 7638, SHA-256: the name of a key that both sides can compute. */
export function thumbprintOf({ crv, kty, x, y }: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
