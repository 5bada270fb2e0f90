// seal.seal_acts: the answer of each act for its repetition. The row is written first in the transaction of the act, so
// that of parallel equal requests one acts and the others wait for its answer.
import type { Knex } from 'knex';

export type ActKey = { readonly actor: string; readonly idempotencyKey: string };

/** Claims the act; false when it is on record already. Waits for a transaction that is at it. */
export async function claimAct(trx: Knex, key: ActKey, requestSm3: string, at: Date): Promise<boolean> {
  const inserted = await trx('seal.seal_acts')
    .insert({ actor: key.actor, idempotency_key: key.idempotencyKey, request_sm3: requestSm3, at })
    .onConflict(['actor', 'idempotency_key'])
    .ignore()
    .returning('actor');
  return inserted.length === 1;
}

export async function markAnswer(trx: Knex, key: ActKey, answer: string): Promise<void> {
  await trx('seal.seal_acts').where({ actor: key.actor, idempotency_key: key.idempotencyKey }).update({ answer });
}

export async function findAct(
  db: Knex,
  key: ActKey,
): Promise<{ readonly requestSm3: string; readonly answer: string } | null> {
  const row = await db('seal.seal_acts')
    .select({ requestSm3: 'request_sm3', answer: 'answer' })
    .where({ actor: key.actor, idempotency_key: key.idempotencyKey })
    .first();
  return row ?? null;
}
