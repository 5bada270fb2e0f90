// A source of revocation evidence that gives all or nothing: what does not show every certificate of a chain to be good is not
// kept in a document under the name of level LT.
import { TrustError } from '../../common/errors.ts';
import { checkRevocation } from '../../common/pki/revocation.ts';
import type { EvidenceSource } from './preserve-document.ts';

/** The same source; `validation-data-unavailable` where its evidence does not show each certificate to be good at the time. */
export function completeEvidence(source: EvidenceSource): EvidenceSource {
  return {
    collect: async (chain, at) => {
      const evidence = await source.collect(chain, at);
      for (const [i, certificate] of chain.slice(0, -1).entries()) {
        const { status, finding } = checkRevocation(certificate, chain[i + 1]!, evidence, at, at);
        if (status !== 'good') throw new TrustError('validation-data-unavailable', finding);
      }
      return evidence;
    },
  };
}
