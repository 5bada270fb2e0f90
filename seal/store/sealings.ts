// seal.sealings: one row an act. The intent is on record before the key is used; (client_id, idempotency_key) is unique,
// so that of parallel equal requests one writes the intent and the others find it. A lease that has expired may be taken
// over by raising `attempt`; only the latest attempt can release.
import type { Knex } from 'knex';
import { firstPage, type RecordedSealing, type Release, type SealingIntent } from '../domain/sealing.ts';

export async function findSealing(db: Knex, clientId: string, idempotencyKey: string): Promise<RecordedSealing | null> {
  const row = await db('seal.sealings')
    .select({
      sealingId: 'sealing_id',
      requestSm3: 'request_sm3',
      attempt: 'attempt',
      leaseUntil: 'lease_until',
      updateSm3: 'update_sm3',
    })
    .where({ client_id: clientId, idempotency_key: idempotencyKey })
    .first()
    .options({ name: 'sealing-by-key' });
  return row ?? null;
}

/** Writes the intent with attempt 1; false when this key is on record already. */
export async function insertIntent(db: Knex, intent: SealingIntent): Promise<boolean> {
  const { query } = intent;
  const inserted = await db('seal.sealings')
    .insert({
      sealing_id: intent.sealingId,
      client_id: intent.clientId,
      idempotency_key: intent.idempotencyKey,
      request_sm3: intent.requestSm3,
      es_id: query.seal,
      eseal_sm3: intent.esealSm3,
      page: firstPage(query),
      x_mm: query.x_mm ?? null,
      y_mm: query.y_mm ?? null,
      reason: query.reason ?? null,
      input_sm3: intent.inputSm3,
      input_size: intent.inputSize,
      state: 'intended',
      attempt: 1,
      lease_until: intent.leaseUntil,
      created_at: intent.createdAt,
    })
    .onConflict(['client_id', 'idempotency_key'])
    .ignore()
    .returning('sealing_id')
    .options({ name: 'sealing-intent' });
  return inserted.length === 1;
}

/** Names the grant that an intent uses; in the transaction that wrote the intent. */
export async function markGrant(trx: Knex, sealingId: string, grantId: string): Promise<void> {
  await trx('seal.sealings')
    .where({ sealing_id: sealingId })
    .update({ grant_id: grantId })
    .options({ name: 'sealing-grant' });
}

/** Takes over an act whose lease has expired at `now`; the new attempt, or null when somebody else was faster. */
export async function claimSealing(
  db: Knex,
  sealing: Pick<RecordedSealing, 'sealingId' | 'attempt'>,
  now: Date,
  leaseUntil: Date,
): Promise<number | null> {
  const rows = await db('seal.sealings')
    .where({ sealing_id: sealing.sealingId, attempt: sealing.attempt, state: 'intended' })
    .where('lease_until', '<=', now)
    .update({ attempt: sealing.attempt + 1, lease_until: leaseUntil })
    .returning<{ attempt: number }[]>('attempt');
  return rows[0]?.attempt ?? null;
}

/** Records what is released; false when another attempt has taken over. */
export async function markReleased(
  db: Knex,
  sealing: { readonly sealingId: string; readonly attempt: number },
  release: Release,
  at: Date,
): Promise<boolean> {
  const count = await db('seal.sealings')
    .where({ sealing_id: sealing.sealingId, attempt: sealing.attempt, state: 'intended' })
    .update({
      state: 'released',
      signed_at: release.signedAt,
      field: release.field,
      data_sm3: release.dataSm3,
      update_sm3: release.updateSm3,
      update_size: release.updateSize,
      released_at: at,
    })
    .options({ name: 'sealing-release' });
  return count === 1;
}

/** Gives up the lease, so that a repetition does not have to wait for its end. */
export async function endLease(
  db: Knex,
  sealing: { readonly sealingId: string; readonly attempt: number },
  at: Date,
): Promise<void> {
  await db('seal.sealings')
    .where({ sealing_id: sealing.sealingId, attempt: sealing.attempt, state: 'intended' })
    .update({ lease_until: at });
}
