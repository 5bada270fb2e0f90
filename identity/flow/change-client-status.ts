// Suspends a system, and readmits it. It counts at the next request: running instances notice by the row's version. A system
// that is suspended leaves every session and is told so, since people are still logged in over there; what was granted to it
// is revoked, and an access token of a room that it holds ends by itself within minutes.
import { TrustError } from '../../common/errors.ts';
import type { Client } from '../domain/client.ts';
import { parseReason } from '../domain/reason.ts';
import { lockClient, markClientStatus } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import { leaveEverywhere } from './end-sessions.ts';
import type { ClientDeps } from './rotate-client-secret.ts';

export type StatusChange = {
  readonly clientId: string;
  readonly status: Client['status'];
  /** Account of an administrator, or the operator. */
  readonly by: string;
  readonly reason: string;
};

/** Repeating it changes nothing. Returns how many sessions the system left. Errors: not-found, invalid-request. */
export async function changeClientStatus(
  { db, clock }: ClientDeps,
  { clientId, status, by, reason }: StatusChange,
): Promise<{ readonly sessions: number }> {
  const why = parseReason(reason);
  return db.transaction(async (trx) => {
    const client = await lockClient(trx, clientId);
    if (client === null) throw new TrustError('not-found', `There is no client ${clientId}.`);
    if (client.status === status) return { sessions: 0 };
    await markClientStatus(trx, clientId, status);
    const now = clock();
    if (status === 'active') {
      await insertEvent(trx, { at: now, kind: 'client.resumed', clientId, detail: { by, reason: why } });
      return { sessions: 0 };
    }
    const sessions = await leaveEverywhere({ db: trx, clock }, clientId);
    const detail = { by, reason: why, sessions };
    await insertEvent(trx, { at: now, kind: 'client.suspended', clientId, detail });
    return { sessions };
  });
}
