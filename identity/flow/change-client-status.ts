// Suspends a system, and readmits it. It counts at the next request: running instances notice by the row's version. What the
// system holds ends by itself within the life of an access token; new ones it does not get.
import { TrustError } from '../../common/errors.ts';
import type { Client } from '../domain/client.ts';
import { findClient, markClientStatus } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import type { ClientDeps } from './rotate-client-secret.ts';

export type StatusChange = {
  readonly clientId: string;
  readonly status: Client['status'];
  /** Account of an administrator, or the operator. */
  readonly by: string;
  readonly reason: string;
};

/** Repeating it changes nothing. Errors: not-found, invalid-request. */
export async function changeClientStatus(
  { db, clock }: ClientDeps,
  { clientId, status, by, reason }: StatusChange,
): Promise<void> {
  const why = reason.trim();
  if (why.length < 4 || why.length > 500)
    throw new TrustError('invalid-request', 'The reason is not accepted; expected 4 to 500 characters', {
      pointer: '/reason',
    });
  await db.transaction(async (trx) => {
    const client = await findClient(trx, clientId);
    if (client === null) throw new TrustError('not-found', `There is no client ${clientId}.`);
    if (client.status === status) return;
    await markClientStatus(trx, clientId, status);
    const kind = status === 'active' ? 'client.resumed' : 'client.suspended';
    await insertEvent(trx, { at: clock(), kind, clientId, detail: { by, reason: why } });
  });
}
