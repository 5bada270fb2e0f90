// Makes a client a new secret. The one before it stays good for the overlap; an older one ends now, so that never more than
// two are live. The text is returned once and kept nowhere.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { digestSecret, makeSecretText } from '../domain/client-secret.ts';
import { parseReason } from '../domain/reason.ts';
import { endClientSecret, insertClientSecret, listLiveSecrets } from '../store/client-secrets.ts';
import { findClient, touchClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';

export type ClientDeps = { readonly db: Knex; readonly clock: Clock };

export type SecretRequest = {
  readonly clientId: string;
  readonly overlapSeconds: number;
  /** Account of an administrator with his reason; the operator unless given. */
  readonly by?: string;
  readonly reason?: string;
};

/** Errors: not-found, client-invalid (the client authenticates without a secret), invalid-request. */
export async function rotateClientSecret(
  { db, clock }: ClientDeps,
  { clientId, overlapSeconds, ...who }: SecretRequest,
): Promise<{ readonly secret: string }> {
  if (who.reason !== undefined) parseReason(who.reason);
  const secret = makeSecretText(randomBytes(32));
  await db.transaction(async (trx) => {
    // 1. The row of the client is locked: two rotations at once come one after the other.
    if (!(await touchClient(trx, clientId))) throw new TrustError('not-found', `There is no client ${clientId}.`);
    const client = await findClient(trx, clientId);
    if (!client?.authMethod.startsWith('client_secret'))
      throw new TrustError('client-invalid', `${clientId} authenticates by ${client?.authMethod}, without a secret`);
    // 2. The newest overlaps, what is older ends.
    const now = clock();
    const live = await listLiveSecrets(trx, clientId, now);
    for (const [index, { id }] of live.entries()) {
      await endClientSecret(trx, id, index === 0 ? new Date(now.getTime() + overlapSeconds * 1000) : now);
    }
    // 3. The new one.
    await insertClientSecret(trx, { clientId, digest: digestSecret(secret), at: now });
    await insertEvent(trx, {
      at: now,
      kind: 'client.secret-made',
      clientId,
      detail: { overlap_seconds: overlapSeconds, by: 'operator', ...who },
    });
  });
  return { secret };
}
