// Evidence of revocation kept while seals are used at level T, for the day when LT or LTA is asked for and the authorities
// answer no more. Per certificate and hour, not per document: a list says the same of all that was sealed in that hour.
// Keeping never holds a sealing up: what cannot be had is logged and asked for again with a later one.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { certificateFingerprint } from '../../common/pki/certificate.ts';
import { findNewestEvidence, insertEvidence } from '../store/revocation-evidence.ts';
import { completeEvidence } from './complete-evidence.ts';
import type { EvidenceSource } from './preserve-document.ts';
import type { Chain } from './signature-chains.ts';

export type EvidenceKeeper = {
  /** Asks the source for a chain, at most once an hour, and keeps the answer; never throws. */
  readonly keep: (chain: Chain, at: Date) => Promise<void>;
  /** The source, and where it gives nothing the newest that was kept and sufficed when it was. */
  readonly source: EvidenceSource;
};

export type EvidenceKeeperDeps = {
  readonly db: Knex;
  readonly log: Pick<Log, 'warn'>;
  /** All or nothing, as `completeEvidence` makes it. */
  readonly source: EvidenceSource;
};

const ASK_AGAIN_MS = 3_600_000;
const TRY_AGAIN_MS = 60_000;

export function makeEvidenceKeeper({ db, log, source }: EvidenceKeeperDeps): EvidenceKeeper {
  const asked = new Map<string, number>();

  const keep = async (chain: Chain, at: Date): Promise<void> => {
    const certificateSm3 = keyOf(chain);
    if ((asked.get(certificateSm3) ?? 0) > at.getTime()) return;
    asked.set(certificateSm3, at.getTime() + ASK_AGAIN_MS);
    try {
      const evidence = await source.collect(chain, at);
      const evidenceSm3 = toHex(sm3(...evidence.crls, ...evidence.ocspResponses));
      await insertEvidence(db, { certificateSm3, evidenceSm3 }, { ...evidence, keptAt: at });
    } catch (error) {
      asked.set(certificateSm3, at.getTime() + TRY_AGAIN_MS);
      log.warn({ err: error, certificate: certificateSm3 }, 'no evidence of revocation was kept with this sealing');
    }
  };

  const collect: EvidenceSource['collect'] = async (chain, at) => {
    try {
      return await source.collect(chain, at);
    } catch (error) {
      if (!isTrustError(error, 'validation-data-unavailable') || chain.length === 0) throw error;
      const kept = await findNewestEvidence(db, keyOf(chain));
      if (!kept) throw error;
      return completeEvidence({ collect: async () => kept }).collect(chain, kept.keptAt);
    }
  };

  return { keep, source: { collect } };
}

const keyOf = ([leaf]: Chain): string => (leaf ? certificateFingerprint(leaf) : '');
