// license.revocations: one row for every act of revoking, by its Idempotency-Key, so that a repetition is recognised.
import type { Knex } from 'knex';
import type { LicenseAct } from '../domain/license-states.ts';

export type Revocation = {
  readonly clientId: string;
  readonly idempotencyKey: string;
  readonly identifier: string;
  readonly kind: LicenseAct;
  readonly reason: string;
  readonly revokedAt: Date;
};

export async function findRevocation(db: Knex, clientId: string, idempotencyKey: string): Promise<Revocation | null> {
  const rows = await db('license.revocations')
    .select<{ identifier: string; kind: LicenseAct; reason: string; revoked_at: Date }[]>(
      'identifier',
      'kind',
      'reason',
      'revoked_at',
    )
    .where({ client_id: clientId, idempotency_key: idempotencyKey });
  const row = rows[0];
  if (!row) return null;
  return {
    clientId,
    idempotencyKey,
    identifier: row.identifier,
    kind: row.kind,
    reason: row.reason,
    revokedAt: row.revoked_at,
  };
}

/** Fails on the primary key when the same key is being used at the same time. */
export async function insertRevocation(trx: Knex.Transaction, revocation: Revocation): Promise<void> {
  await trx('license.revocations').insert({
    client_id: revocation.clientId,
    idempotency_key: revocation.idempotencyKey,
    identifier: revocation.identifier,
    kind: revocation.kind,
    reason: revocation.reason,
    revoked_at: revocation.revokedAt,
  });
}
