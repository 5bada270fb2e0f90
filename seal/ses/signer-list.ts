// Who may use a seal: the signer certificate must be in the seal's certList by binary equality, or by digest.
import { equalBytes } from '../../common/bytes.ts';
import { sm2Z } from '../../common/crypto/sm2.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import type { SignerList } from './seal.ts';

/** certListType 2: plain SM3 of each DER certificate. */
export function digestList(certificates: readonly Certificate[]): SignerList {
  return { type: 2, digests: certificates.map(({ raw }) => ({ type: 'SM3', value: sm3(raw) })) };
}

/** GB/T 38540-2020: binary equality; a digest is plain SM3 of the DER certificate, or, as some vendors do, with Z. */
export function isSignerListed(signers: SignerList, certificateDer: Uint8Array): boolean {
  if (signers.type === 1) return signers.certificates.some((listed) => equalBytes(listed, certificateDer));
  return hasDigest(signers, sm3(certificateDer)) || hasDigest(signers, digestWithZ(certificateDer));
}

/** A digest that was taken with Z, said in a sentence. */
export function signerListDeviations(signers: SignerList, certificate: Certificate): readonly string[] {
  if (signers.type === 1 || hasDigest(signers, sm3(certificate.raw))) return [];
  if (!hasDigest(signers, digestWithZ(certificate.raw))) return [];
  return ['The seal lists the signer certificate by an SM3 taken with Z instead of the plain one.'];
}

function hasDigest(signers: SignerList, digest: Uint8Array | null): boolean {
  return digest !== null && signers.type === 2 && signers.digests.some(({ value }) => equalBytes(value, digest));
}

/** SM3(Z ‖ certificate) with the key of the certificate; null for a key that is not SM2. */
function digestWithZ(der: Uint8Array): Uint8Array | null {
  try {
    return sm3(sm2Z(parseCertificate(der).publicKey()), der);
  } catch (error) {
    if (isTrustError(error)) return null;
    throw error;
  }
}
