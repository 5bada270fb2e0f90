// The trusted certificates as they cross to a thread: DER.
import { parseCertificate } from './certificate.ts';
import type { TrustStores } from './trust-stores.ts';
import type { Trust } from './verify-chain.ts';

type StoreBytes = { readonly roots: readonly Uint8Array[]; readonly intermediates: readonly Uint8Array[] };
export type TrustBytes = Readonly<Record<keyof TrustStores, StoreBytes>>;

export function trustBytes({ makers, signers, timeStamping }: TrustStores): TrustBytes {
  const bytesOf = ({ roots, intermediates }: Trust): StoreBytes => ({
    roots: roots.map(({ raw }) => raw),
    intermediates: intermediates.map(({ raw }) => raw),
  });
  return { makers: bytesOf(makers), signers: bytesOf(signers), timeStamping: bytesOf(timeStamping) };
}

export function readTrustBytes({ makers, signers, timeStamping }: TrustBytes): TrustStores {
  const read = ({ roots, intermediates }: StoreBytes): Trust => ({
    roots: roots.map(parseCertificate),
    intermediates: intermediates.map(parseCertificate),
  });
  return { makers: read(makers), signers: read(signers), timeStamping: read(timeStamping) };
}
