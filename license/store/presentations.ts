// license.presentations: codes by their hash. Redeeming is one UPDATE … WHERE used_at IS NULL … RETURNING, so that of any
// number of parallel redemptions one succeeds. What the verifier was told of the state is kept, for a repeated answer.
import type { Knex } from 'knex';
import type { LicenseState } from '../../common/contract/license.ts';

export type Presentation = {
  readonly identifier: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly use: PresentationUse | null;
};
export type PresentationUse = {
  readonly usedAt: Date;
  readonly usedBy: string;
  readonly idempotencyKey: string;
  readonly redemptionId: string;
  readonly verifierName: string;
  readonly shownState: LicenseState;
  readonly shownReason: string | null;
  readonly shownSince: Date;
};

const COLUMNS = [
  'identifier',
  'created_at',
  'expires_at',
  'used_at',
  'used_by',
  'idempotency_key',
  'redemption_id',
  'verifier_name',
  'shown_state',
  'shown_reason',
  'shown_since',
] as const;

type Row = {
  code_hash: Uint8Array;
  identifier: string;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
  used_by: string | null;
  idempotency_key: string | null;
  redemption_id: string | null;
  verifier_name: string | null;
  shown_state: LicenseState | null;
  shown_reason: string | null;
  shown_since: Date | null;
};

export async function insertPresentation(
  db: Knex,
  codeHash: Uint8Array,
  presentation: Omit<Presentation, 'use'>,
): Promise<void> {
  await db('license.presentations').options({ name: 'presentation-insert' }).insert({
    code_hash: codeHash,
    identifier: presentation.identifier,
    created_at: presentation.createdAt,
    expires_at: presentation.expiresAt,
  });
}

export async function findPresentation(db: Knex, codeHash: Uint8Array): Promise<Presentation | null> {
  const rows = await db('license.presentations')
    .options({ name: 'presentation-by-code' })
    .select<Row[]>(COLUMNS)
    .where({ code_hash: codeHash });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** The redemption that this client made under this key, with the hash of its code, or null. */
export async function findRedemption(
  db: Knex,
  clientId: string,
  idempotencyKey: string,
): Promise<(Presentation & { readonly codeHash: Uint8Array }) | null> {
  const rows = await db('license.presentations')
    .options({ name: 'redemption-by-key' })
    .select<Row[]>(['code_hash', ...COLUMNS])
    .where({ used_by: clientId, idempotency_key: idempotencyKey })
    .whereNotNull('used_at');
  return rows[0] ? { ...fromRow(rows[0]), codeHash: rows[0].code_hash } : null;
}

/** Uses the code up, once; false when it is used, expired or unknown. */
export async function usePresentation(
  trx: Knex.Transaction,
  codeHash: Uint8Array,
  use: PresentationUse,
): Promise<boolean> {
  const rows = await trx('license.presentations')
    .options({ name: 'presentation-use' })
    .where({ code_hash: codeHash })
    .whereNull('used_at')
    .where('expires_at', '>', use.usedAt)
    .update({
      used_at: use.usedAt,
      used_by: use.usedBy,
      idempotency_key: use.idempotencyKey,
      redemption_id: use.redemptionId,
      verifier_name: use.verifierName,
      shown_state: use.shownState,
      shown_reason: use.shownReason,
      shown_since: use.shownSince,
    })
    .returning('identifier');
  return rows.length === 1;
}

/**
 * Ends the other live codes of this license: a page that renews its code has two at a time, and one reading is one showing.
 * Rows that a parallel redemption holds are passed over, so that two of them never wait for each other.
 */
export async function endOtherPresentations(
  trx: Knex.Transaction,
  identifier: string,
  codeHash: Uint8Array,
  now: Date,
): Promise<void> {
  const others = trx('license.presentations')
    .select('code_hash')
    .where({ identifier })
    .whereNull('used_at')
    .where('expires_at', '>', now)
    .whereNot({ code_hash: codeHash })
    .forUpdate()
    .skipLocked();
  await trx('license.presentations').whereIn('code_hash', others).update({ expires_at: now });
}

/** Removes at most `limit` codes that nobody used and that expired before `before`; tells how many. */
export async function deleteExpiredPresentations(db: Knex, before: Date, limit: number): Promise<number> {
  const stale = db('license.presentations')
    .select('code_hash')
    .whereNull('used_at')
    .where('expires_at', '<', before)
    .limit(limit);
  return db('license.presentations').whereIn('code_hash', stale).whereNull('used_at').delete();
}

function fromRow(row: Row): Presentation {
  return {
    identifier: row.identifier,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    use: row.used_at === null ? null : useOf(row, row.used_at),
  };
}

function useOf(row: Row, usedAt: Date): PresentationUse {
  return {
    usedAt,
    usedBy: row.used_by ?? '',
    idempotencyKey: row.idempotency_key ?? '',
    redemptionId: row.redemption_id ?? '',
    verifierName: row.verifier_name ?? '',
    shownState: row.shown_state ?? 'valid',
    shownReason: row.shown_reason,
    shownSince: row.shown_since ?? usedAt,
  };
}
