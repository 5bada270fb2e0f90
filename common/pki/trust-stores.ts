// Whom verification trusts, and for what: who may make seals, who may sign documents, who may stamp times. Three stores,
// because a certificate that is good for one of these is good for none of the others by that alone.
// Not here: where they are kept (common/files/trust-folder.ts) and how a chain is judged (verify-chain.ts).
import type { Certificate } from './certificate.ts';
import type { Revocation } from './chain-revocation.ts';
import type { RevocationEvidence } from './revocation.ts';
import type { Trust } from './verify-chain.ts';

export type TrustStores = {
  /** Authorities under which a certificate may make seals (制章者). */
  readonly makers: Trust;
  /** Authorities under which a certificate may sign documents (签章者). */
  readonly signers: Trust;
  readonly timeStamping: Trust;
};

const NOBODY: Trust = { roots: [], intermediates: [] };

/** Nothing can be more than INDETERMINATE. */
export const NO_TRUST: TrustStores = { makers: NOBODY, signers: NOBODY, timeStamping: NOBODY };

/** The stores, in each of them `certificates` too, which only help to find a chain. */
export function withIntermediates(stores: TrustStores, certificates: readonly Certificate[]): TrustStores {
  if (certificates.length === 0) return stores;
  return mapStores(stores, (trust) => ({ ...trust, intermediates: [...trust.intermediates, ...certificates] }));
}

/** The stores, all judged with the same evidence of revocation. */
export function withRevocation(stores: TrustStores, revocation: Revocation): TrustStores {
  return mapStores(stores, (trust) => ({ ...trust, revocation }));
}

/** The stores, with what a document brings along beside the evidence at hand; nothing where none is asked for. */
export function withEvidence(stores: TrustStores, { crls, ocspResponses }: RevocationEvidence): TrustStores {
  if (crls.length + ocspResponses.length === 0) return stores;
  return mapStores(stores, (trust) => {
    if (!trust.revocation) return trust;
    const { evidence, ...others } = trust.revocation;
    const all = { crls: [...evidence.crls, ...crls], ocspResponses: [...evidence.ocspResponses, ...ocspResponses] };
    return { ...trust, revocation: { ...others, evidence: all } };
  });
}

/** Each store through `change`. */
export function mapStores(stores: TrustStores, change: (trust: Trust) => Trust): TrustStores {
  const { makers, signers, timeStamping } = stores;
  return { makers: change(makers), signers: change(signers), timeStamping: change(timeStamping) };
}
