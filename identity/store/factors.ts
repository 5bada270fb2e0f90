// identity.factors. What must happen once (a recovery code, a step of a clock, a counter that grows) is a compare-and-set:
// whoever finds the row changed meanwhile gets false and has proven nothing.
import type { Knex } from 'knex';
import type { Factor, FactorKind } from '../domain/factor.ts';

export type NewFactor = {
  readonly accountId: number;
  readonly kind: FactorKind;
  readonly label: string;
  readonly lookup?: Uint8Array;
  readonly box?: Uint8Array;
  readonly public?: Readonly<Record<string, unknown>>;
  readonly addedAt: Date;
};

type Row = {
  id: number;
  account_id: number;
  kind: FactorKind;
  label: string;
  lookup: Buffer | null;
  box: Buffer | null;
  public: Record<string, unknown>;
  version: number;
  added_at: Date;
  last_used_at: Date | null;
};

const COLUMNS = 'id, account_id, kind, label, lookup, box, public, version, added_at, last_used_at';

/** False when the lookup is taken, or when the account has its one TOTP already. */
export async function insertFactor(db: Knex, factor: NewFactor): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into identity.factors (account_id, kind, label, lookup, box, public, added_at)
     values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    [
      factor.accountId,
      factor.kind,
      factor.label,
      bufferOrNull(factor.lookup),
      bufferOrNull(factor.box),
      JSON.stringify(factor.public ?? {}),
      factor.addedAt,
    ],
  );
  return rowCount === 1;
}

/** The factors of an account that are in use, oldest first. */
export async function listFactors(db: Knex, accountId: number, kind?: FactorKind): Promise<readonly Factor[]> {
  const query = db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.factors
     where account_id = ? and removed_at is null and (?::text is null or kind = ?) order by id limit 200`,
    [accountId, kind ?? null, kind ?? null],
  );
  const { rows } = await query.options({ name: 'factors-by-account' });
  return rows.map(toFactor);
}

export async function findFactorByLookup(db: Knex, kind: FactorKind, lookup: Uint8Array): Promise<Factor | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.factors where kind = ? and lookup = ? and removed_at is null`,
    [kind, Buffer.from(lookup)],
  );
  return rows[0] ? toFactor(rows[0]) : null;
}

/** Writes what a use changed; false when another use was quicker or the factor was removed. */
export async function markFactorUsed(
  db: Knex,
  { id, version }: Pick<Factor, 'id' | 'version'>,
  change: { readonly usedAt: Date; readonly public?: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.factors
     set last_used_at = ?, public = coalesce(?::jsonb, public), version = version + 1
     where id = ? and version = ? and removed_at is null`,
    [change.usedAt, change.public === undefined ? null : JSON.stringify(change.public), id, version],
  );
  return rowCount === 1;
}

/** Takes one factor of the account out of use; false when it is not there. */
export async function removeFactor(
  db: Knex,
  { accountId, id }: { readonly accountId: number; readonly id: number },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update identity.factors set removed_at = ? where id = ? and account_id = ? and removed_at is null',
    [at, id, accountId],
  );
  return rowCount === 1;
}

/** Spends a factor that is good once: true for the one caller that did. */
export async function spendFactor(
  db: Knex,
  { accountId, kind, lookup }: { readonly accountId: number; readonly kind: FactorKind; readonly lookup: Uint8Array },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.factors set removed_at = :at, last_used_at = :at, version = version + 1
     where account_id = :accountId and kind = :kind and lookup = :lookup and removed_at is null`,
    { at, accountId, kind, lookup: Buffer.from(lookup) },
  );
  return rowCount === 1;
}

/** Takes all of a kind out of use; returns how many that were. */
export async function removeFactors(db: Knex, accountId: number, kind: FactorKind, at: Date): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update identity.factors set removed_at = ? where account_id = ? and kind = ? and removed_at is null',
    [at, accountId, kind],
  );
  return rowCount;
}

function toFactor(row: Row): Factor {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    label: row.label,
    lookup: row.lookup,
    box: row.box,
    public: row.public,
    version: row.version,
    addedAt: row.added_at,
    lastUsedAt: row.last_used_at,
  };
}

function bufferOrNull(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes);
}

/** True when the account had this factor and took it out of use. */
export async function isFactorRemoved(
  db: Knex,
  { accountId, kind, lookup }: { readonly accountId: number; readonly kind: FactorKind; readonly lookup: Uint8Array },
): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `select 1 from identity.factors
     where account_id = ? and kind = ? and lookup = ? and removed_at is not null limit 1`,
    [accountId, kind, Buffer.from(lookup)],
  );
  return rows.length > 0;
}
