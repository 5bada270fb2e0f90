// 证书登录: who signed our challenge, and may that certificate say who somebody is? Each check has a fault of its own, because
// the person can do something else about each. Chain, periods, usage and revocation are judged by common/pki.
import { z } from 'zod';
import type { CertificateAnswer } from '../../common/contract/certificate-agent.ts';
import { sm2SignatureFromRaw, verifySm2 } from '../../common/crypto/sm2.ts';
import { isTrustError } from '../../common/errors.ts';
import { type Certificate, certificateFingerprint, parseCertificate } from '../../common/pki/certificate.ts';
import type { Revocation } from '../../common/pki/chain-revocation.ts';
import { findIdentityCode } from '../../common/pki/identity-code.ts';
import { type ChainReport, verifyChain } from '../../common/pki/verify-chain.ts';

export type CertificateFault =
  /** No certificate, or no SM2 key in it. */
  | { readonly kind: 'unreadable' }
  /** The signature is not this certificate's, or not over our challenge. */
  | { readonly kind: 'signature' }
  /** Issued by nobody whom we believe. */
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'expired'; readonly on: Date }
  | { readonly kind: 'not-yet-valid'; readonly from: Date }
  | { readonly kind: 'revoked' }
  /** Certified for something else than to say who somebody is. */
  | { readonly kind: 'usage' }
  /** Nobody could be asked whether it was revoked. */
  | { readonly kind: 'state-unknown' }
  /** It does not name the number of an identity document. */
  | { readonly kind: 'no-number' };

/** What else can stand between a good certificate and its account. */
export type CertificateRefusal =
  | CertificateFault
  /** The page is older than its challenge, or sent twice. */
  | { readonly kind: 'challenge' }
  /** Nobody has an account under this number; or one that is not in use. */
  | { readonly kind: 'no-account' }
  /** The number is that of somebody else. */
  | { readonly kind: 'other-person' }
  /** The person has taken it off the account. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'taken' };

export type PresentedCertificate = {
  readonly leaf: Certificate;
  /** What came along: helps to find a chain, is not believed. */
  readonly intermediates: readonly Certificate[];
};

/** Certificates of the answer; null when one of them cannot be read. */
export function readPresented({ certificate, chain }: CertificateAnswer): PresentedCertificate | null {
  try {
    const read = (base64: string) => parseCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
    const leaf = read(certificate);
    leaf.publicKey();
    return { leaf, intermediates: chain.map(read) };
  } catch (error) {
    if (isTrustError(error, 'certificate-malformed') || isTrustError(error, 'key-malformed')) return null;
    throw error;
  }
}

/** SM2 with the standard user id over the message; DER, or r ‖ s as many media give it. */
export function isSignedBy(leaf: Certificate, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const der = signature.length === 64 ? sm2SignatureFromRaw(signature) : signature;
    return verifySm2(leaf.publicKey(), message, der);
  } catch (error) {
    if (isTrustError(error, 'der-malformed')) return false;
    throw error;
  }
}

/** The chain at `now`; without `revocation` that step says so. */
export function judgeChain(
  { leaf, intermediates }: PresentedCertificate,
  roots: readonly Certificate[],
  now: Date,
  revocation?: Revocation,
): ChainReport {
  return verifyChain({ leaf, roots, intermediates, at: now, usage: 'authentication', revocation });
}

/** The first fault of the report, in the order of its steps; null when all passed. */
export function faultOf({ steps, chain }: ChainReport, now: Date): CertificateFault | null {
  const failed = steps.find(({ status }) => status === 'failed');
  if (!failed) return null;
  switch (failed.name) {
    case 'certificate-period': {
      const leaf = chain[0]!;
      if (now > leaf.notAfter) return { kind: 'expired', on: leaf.notAfter };
      return now < leaf.notBefore ? { kind: 'not-yet-valid', from: leaf.notBefore } : { kind: 'untrusted' };
    }
    case 'certificate-usage':
      return { kind: 'usage' };
    case 'certificate-revocation':
      return { kind: failed.sub_indication === 'TRY_LATER' ? 'state-unknown' : 'revoked' };
    default:
      return { kind: 'untrusted' };
  }
}

/** The citizen number that the certificate names; null when there is none of the right form. */
export function holderNumberOf(leaf: Certificate): string | null {
  const number = findIdentityCode(leaf);
  return number !== null && /^\d{17}[\dX]$/.test(number) ? number : null;
}

/** What is kept of a certificate, and shown: nothing that names its holder's number. */
export const keptCertificate = z.object({
  serial: z.string(),
  issuer: z.string(),
  notAfter: z.iso.datetime(),
  /** SM3 of the certificate. */
  sm3: z.string(),
});
export type KeptCertificate = z.infer<typeof keptCertificate>;

export function describeCertificate(leaf: Certificate): KeptCertificate {
  return {
    serial: leaf.serial,
    issuer: leaf.issuer,
    notAfter: leaf.notAfter.toISOString(),
    sm3: certificateFingerprint(leaf),
  };
}
