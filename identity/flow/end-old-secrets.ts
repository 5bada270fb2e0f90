// Ends the overlap of a client's secrets: of those that are live only the newest stays.
import { TrustError } from '../../common/errors.ts';
import { parseReason } from '../domain/reason.ts';
import { endClientSecret, listLiveSecrets } from '../store/client-secrets.ts';
import { touchClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';
import type { ClientDeps } from './rotate-client-secret.ts';

/** Repeating it changes nothing. Errors: not-found, invalid-request. */
export async function endOldSecrets(
  { db, clock }: ClientDeps,
  { clientId, by, reason }: { readonly clientId: string; readonly by: string; readonly reason: string },
): Promise<void> {
  const why = parseReason(reason);
  await db.transaction(async (trx) => {
    if (!(await touchClient(trx, clientId))) throw new TrustError('not-found', `There is no client ${clientId}.`);
    const now = clock();
    const [, ...old] = await listLiveSecrets(trx, clientId, now);
    for (const { id } of old) await endClientSecret(trx, id, now);
    if (old.length > 0)
      await insertEvent(trx, { at: now, kind: 'client.secret-ended', clientId, detail: { by, reason: why } });
  });
}
