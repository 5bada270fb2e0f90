// Did this certificate's key sign these bytes? For what authorities sign: certificates, revocation lists, OCSP responses.
import { verifyForeignSignature } from '../crypto/foreign-signature.ts';
import { verifySm2 } from '../crypto/sm2.ts';
import { isTrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { OID } from './oids.ts';

export type Signed = {
  /** The bytes that were signed, as received. */
  readonly tbsRaw: Uint8Array;
  readonly signatureAlgorithm: string;
  /** Its whole AlgorithmIdentifier. */
  readonly signatureAlgorithmRaw: Uint8Array;
  readonly signature: Uint8Array;
};

const known = new WeakMap<Signed, WeakMap<Certificate, boolean | null>>();

/**
 * SM2, or what others sign with; null for a weak or unknown algorithm, which proves nothing. Remembered per pair of parsed
 * objects: authorities are the same ones from call to call.
 */
export function isSignedBy(signed: Signed, signer: Certificate): boolean | null {
  const answers = known.get(signed) ?? new WeakMap<Certificate, boolean | null>();
  known.set(signed, answers);
  const answer = answers.has(signer) ? answers.get(signer)! : verify(signed, signer);
  answers.set(signer, answer);
  return answer;
}

function verify(signed: Signed, signer: Certificate): boolean | null {
  if (signed.signatureAlgorithm !== OID.sm2WithSm3) return verifyForeign(signed, signer);
  try {
    return verifySm2(signer.publicKey(), signed.tbsRaw, signed.signature);
  } catch (error) {
    if (isTrustError(error, 'key-malformed')) return false;
    throw error;
  }
}

function verifyForeign(signed: Signed, signer: Certificate): boolean | null {
  const verdict = verifyForeignSignature({
    spki: signer.spki,
    algorithmRaw: signed.signatureAlgorithmRaw,
    message: signed.tbsRaw,
    signature: signed.signature,
  });
  return verdict.isKnown && !verdict.isWeak ? verdict.isValid : null;
}
