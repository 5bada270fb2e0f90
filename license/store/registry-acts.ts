// license.registry_acts: who registered or ended what and why, append-only, by the Idempotency-Key of who did it.
import type { Knex } from 'knex';
import type { RegistryActDocument } from '../../common/contract/license-registry.ts';

export type StoredAct = { readonly asked: unknown; readonly answer: unknown };

/** Acts are rare: one at a time, so that two with one key are one. Held until the transaction ends. */
export async function lockRegistry(trx: Knex.Transaction): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtext('license.registry_acts'))`);
}

export async function findRegistryAct(db: Knex, actor: string, idempotencyKey: string): Promise<StoredAct | null> {
  const row = await db('license.registry_acts')
    .where({ actor, idempotency_key: idempotencyKey })
    .first<StoredAct | undefined>('asked', 'answer');
  return row ?? null;
}

export async function insertRegistryAct(db: Knex, act: RegistryActDocument, idempotencyKey: string): Promise<void> {
  await db('license.registry_acts').insert({
    act_id: act.act_id,
    kind: act.kind,
    actor: act.acted_by,
    idempotency_key: idempotencyKey,
    asked: JSON.stringify(act.asked),
    answer: JSON.stringify(act),
    acted_at: act.acted_at,
  });
}

/** The newest first, at most 1,000; of one authority or client when given. */
export async function listRegistryActs(db: Knex, of: string | null): Promise<readonly unknown[]> {
  const { rows } = await db.raw<{ rows: { answer: unknown }[] }>(
    `select answer from license.registry_acts
     where :of::text is null or :of in (asked ->> 'authority_code', asked ->> 'client_id', asked ->> 'organisation')
     order by acted_at desc, act_id limit 1000`,
    { of },
  );
  return rows.map(({ answer }) => answer);
}
