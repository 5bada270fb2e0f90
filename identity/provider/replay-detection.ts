// What may be used once: client assertions (RFC 7523) and DPoP proofs (RFC 9449), told apart by issuer and `jti`. The library
// looks first and writes then; only the unique index decides between two at once, on however many nodes. What the request
// presents besides is read in the same statement.
import type { Knex } from 'knex';
import type { Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { insertArtifactOnce } from '../store/artifacts.ts';
import { presentOnce } from '../store/exchanges.ts';
import { keepPresented, presentedHere } from './request-reads.ts';
import { isExchange } from './request-writes.ts';

/** An assertion may say that it lives for ever; what is remembered of it ends in a year that a calendar knows. */
const LAST_SECONDS = Date.UTC(2200, 0) / 1000;

/** Replaces `ReplayDetection.unique`. `exp`: seconds; a later use is refused for its age. */
export function detectReplaysIn(provider: Provider, { db, clock }: { readonly db: Knex; readonly clock: Clock }): void {
  Object.defineProperty(provider.ReplayDetection, 'unique', {
    value: async (issuer: string, jti: string, exp: number): Promise<boolean> => {
      const id = JSON.stringify([issuer, jti]);
      const artifact = {
        model: 'ReplayDetection',
        id,
        payload: {},
        expiresAt: new Date(Math.min(exp, LAST_SECONDS) * 1000),
      };
      const presented = presentedHere();
      if (presented === null) return insertArtifactOnce(db, artifact, clock(), { isFlushedLater: isExchange() });
      const how = { now: clock(), isFlushedLater: isExchange() };
      const { isFirst, token } = await presentOnce(db, artifact, presented, how);
      keepPresented(presented, token);
      return isFirst;
    },
  });
}
