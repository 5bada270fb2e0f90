// A DPoP proof at a room's door (RFC 9449, 4.3): a JWT of type dpop+jwt, signed ES256 by the key that it carries itself, made
// for this method and address, for this access token, now, and used once. What it proves is that the caller holds the key that
// the token is bound to.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, type JWTVerifyResult, jwtVerify } from 'jose';
import { sm3 } from '../crypto/sm3.ts';

export type ProofCheck = {
  /** Value of the header DPoP; empty when there is none. */
  readonly proof: string;
  readonly method: string;
  /** The address as callers know it, without query. */
  readonly url: string;
  readonly token: string;
  /** `cnf.jkt` of the token (RFC 7638). */
  readonly thumbprint: string;
  readonly now: Date;
  /** False when this digest was remembered before, by whatever node; needed until `until`. */
  readonly remember: (digest: Uint8Array, until: Date) => Promise<boolean>;
};

/** A proof is good for so long, to either side of now. */
const PROOF_SECONDS = 60;
const MAX_BYTES = 4096;

/** What is wrong with the proof, as the end of a sentence; null when it is accepted. */
export async function checkProof(check: ProofCheck): Promise<string | null> {
  if (check.proof === '') return 'there is no DPoP proof';
  if (check.proof.length > MAX_BYTES) return 'its DPoP proof is too long';
  const verified = await verify(check);
  if (verified === null) return 'its DPoP proof is no JWT of type dpop+jwt that its own key signed with ES256';
  const { payload, protectedHeader } = verified;
  const fault = faultOf(payload, check);
  if (fault !== null) return fault;
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!);
  if (thumbprint !== check.thumbprint) return 'its DPoP proof was made with another key than it is bound to';
  const digest = sm3(new TextEncoder().encode(JSON.stringify([thumbprint, payload.jti])));
  const until = new Date((payload.iat! + PROOF_SECONDS + 1) * 1000);
  return (await check.remember(digest, until)) ? null : 'its DPoP proof was used before';
}

async function verify({ proof, now }: ProofCheck): Promise<JWTVerifyResult | null> {
  try {
    return await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'], currentDate: now });
  } catch {
    return null;
  }
}

function faultOf({ htm, htu, ath, iat, jti }: JWTPayload, { method, url, token, now }: ProofCheck): string | null {
  if (htm !== method) return `its DPoP proof is not for ${method}`;
  if (typeof htu !== 'string' || withoutQuery(htu) !== withoutQuery(url)) return `its DPoP proof is not for ${url}`;
  if (ath !== createHash('sha256').update(token).digest('base64url')) return 'its DPoP proof is for another token';
  if (typeof jti !== 'string' || jti === '') return 'its DPoP proof has no jti';
  if (typeof iat !== 'number' || Math.abs(iat - now.getTime() / 1000) > PROOF_SECONDS)
    return `its DPoP proof was not made within ${PROOF_SECONDS} seconds`;
  return null;
}

function withoutQuery(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && `${url.origin}${url.pathname}`;
}
