// The room's signing key: P-256, PKCS#8 PEM, as a JWK whose kid is its thumbprint (RFC 7638).
import { createPrivateKey } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'oidc-provider';
import { TrustError } from '../../common/errors.ts';

/** Errors: config-invalid. */
export async function makeSigningJwk(pem: string): Promise<JWK> {
  let jwk: Record<string, unknown>;
  try {
    jwk = createPrivateKey(pem).export({ format: 'jwk' }) as Record<string, unknown>;
  } catch (cause) {
    throw new TrustError('config-invalid', 'XINJI_IDENTITY_SIGNING_KEY is not a private key in PEM', { cause });
  }
  const { kty, crv, x, y, d } = jwk;
  if (kty !== 'EC' || crv !== 'P-256' || !isText(x) || !isText(y) || !isText(d))
    throw new TrustError('config-invalid', 'XINJI_IDENTITY_SIGNING_KEY is not a P-256 key');
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return { kty, crv, x, y, d, kid, alg: 'ES256', use: 'sig' };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
