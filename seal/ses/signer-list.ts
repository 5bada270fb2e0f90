// Who may use a seal: the signer certificate must be in the seal's certList by binary equality, or by digest.
import { equalBytes } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { SignerList } from './seal.ts';

/** GB/T 38540-2020: binary equality; a digest list is read as plain SM3 of the DER certificate. */
export function isSignerListed(signers: SignerList, certificateDer: Uint8Array): boolean {
  if (signers.type === 1) return signers.certificates.some((listed) => equalBytes(listed, certificateDer));
  const digest = sm3(certificateDer);
  return signers.digests.some(({ value }) => equalBytes(value, digest));
}
