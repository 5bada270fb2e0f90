// Writes down what a person agreed that a system may know: a new row each time, with what still counted before it.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { type Decision, mergeDecisions } from '../domain/consent.ts';
import { findLiveConsent, insertConsent } from '../store/consents.ts';
import { insertEvent } from '../store/events.ts';

export type GiveConsentDeps = { readonly db: Knex; readonly clock: Clock };

export type ConsentGiven = Decision & {
  readonly sub: string;
  readonly clientId: string;
  readonly until: Date;
  readonly requestId?: string;
};

/** Returns what counts from now on. */
export async function giveConsent({ db, clock }: GiveConsentDeps, consent: ConsentGiven): Promise<Decision> {
  const now = clock();
  const { sub, clientId, until, requestId } = consent;
  return db.transaction(async (trx) => {
    const before = await findLiveConsent(trx, sub, clientId, now);
    const decision = before
      ? mergeDecisions({ given: before.scopes, declined: before.declined }, consent)
      : { given: consent.given, declined: consent.declined };
    const { given: scopes, declined } = decision;
    await insertConsent(trx, sub, { clientId, scopes, declined, givenAt: now, until });
    await insertEvent(trx, { at: now, kind: 'consent.given', sub, clientId, requestId });
    return decision;
  });
}
