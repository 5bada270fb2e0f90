// A person takes back what he gave a system: from here on it gets nothing under it, and must ask again. Access tokens that
// are judged without asking us (JWTs of our own rooms) end by themselves within minutes.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { revokeGrantsOf } from '../store/artifacts.ts';
import { withdrawConsents } from '../store/consents.ts';
import { insertEvent } from '../store/events.ts';

export type WithdrawConsentDeps = { readonly db: Knex; readonly clock: Clock };

/** Errors: consent-not-found. */
export async function withdrawConsent(
  { db, clock }: WithdrawConsentDeps,
  { sub, clientId, requestId }: { readonly sub: string; readonly clientId: string; readonly requestId?: string },
): Promise<void> {
  const now = clock();
  // 1. The consent first: a hop that made a grant of it in the same moment looks again and drops it (provider/grants.ts).
  const had = await withdrawConsents(db, sub, clientId, now);
  if (!had) throw new TrustError('consent-not-found', 'There is nothing to withdraw from this system.');
  // 2. Then all that was made of it, and the event, together.
  await db.transaction(async (trx) => {
    await revokeGrantsOf(trx, { accountSub: sub, clientId });
    await insertEvent(trx, { at: now, kind: 'consent.withdrawn', sub, clientId, requestId });
  });
}
