// Did this certificate's key sign these bytes? For what authorities sign: certificates, revocation lists, OCSP responses.
import { toHex, utf8 } from '../bytes.ts';
import { verifyForeignSignature } from '../crypto/foreign-signature.ts';
import { verifySm2 } from '../crypto/sm2.ts';
import { sm3 } from '../crypto/sm3.ts';
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

type Answer = boolean | null;

const known = new WeakMap<Signed, WeakMap<Certificate, Answer>>();
/** By the SM3 of everything that decides, for objects that were parsed anew: a document carries the same chain many times. */
const remembered = new Map<string, Answer>();
const MAX_REMEMBERED = 1000;

/**
 * SM2, or what others sign with; null for a weak or unknown algorithm, which proves nothing. Answers are remembered:
 * authorities are the same ones from call to call.
 */
export function isSignedBy(signed: Signed, signer: Certificate): Answer {
  const answers = known.get(signed) ?? new WeakMap<Certificate, Answer>();
  known.set(signed, answers);
  const answer = answers.has(signer) ? answers.get(signer)! : recall(signed, signer);
  answers.set(signer, answer);
  return answer;
}

function recall(signed: Signed, signer: Certificate): Answer {
  const key = keyOf(signed, signer);
  const earlier = remembered.get(key);
  if (earlier !== undefined) return earlier;
  const answer = verify(signed, signer);
  if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
  remembered.set(key, answer);
  return answer;
}

/** Each part is hashed first, so that no other division of the same bytes has this key. */
function keyOf(
  { tbsRaw, signatureAlgorithm, signatureAlgorithmRaw, signature }: Signed,
  { spki }: Certificate,
): string {
  const parts = [tbsRaw, utf8(signatureAlgorithm), signatureAlgorithmRaw, signature, spki];
  return toHex(sm3(...parts.map((part) => sm3(part))));
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
