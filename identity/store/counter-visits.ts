// identity.counter_visits: the newest counter check of an account, while the person may still stand at the counter. A permit is
// used up by taking the row away, so that of two uses one gets it.
import type { Knex } from 'knex';

export type CounterVisit = {
  readonly accountId: number;
  /** `sub` of the clerk who saw the document. */
  readonly clerk: string;
  readonly expiresAt: Date;
  /** When a code reached the phone that the person holds; null: not yet. */
  readonly phoneAt: Date | null;
  /** When a new password was allowed; null: it was not. */
  readonly permitAt: Date | null;
};

type Row = { clerk: string; expires_at: Date; phone_at: Date | null; permit_at: Date | null };

/** In place of an older one. */
export async function insertVisit(
  db: Knex,
  visit: { readonly accountId: number; readonly clerk: string; readonly begunAt: Date; readonly expiresAt: Date },
): Promise<void> {
  await db.raw(
    `insert into identity.counter_visits (account_id, clerk, begun_at, expires_at) values (?, ?, ?, ?)
     on conflict (account_id) do update set clerk = excluded.clerk, begun_at = excluded.begun_at,
       expires_at = excluded.expires_at, phone_key = null, phone_at = null, permit_at = null`,
    [visit.accountId, visit.clerk, visit.begunAt, visit.expiresAt],
  );
}

/** Null when there is none, or its time is over. */
export async function findVisit(
  db: Knex,
  { accountId, now }: { readonly accountId: number; readonly now: Date },
): Promise<CounterVisit | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select clerk, expires_at, phone_at, permit_at from identity.counter_visits where account_id = ? and expires_at > ?`,
    [accountId, now],
  );
  const row = rows[0];
  if (!row) return null;
  return { accountId, clerk: row.clerk, expiresAt: row.expires_at, phoneAt: row.phone_at, permitAt: row.permit_at };
}

type OfClerk = { readonly accountId: number; readonly clerk: string; readonly now: Date };

/** The phone that was reached. False when the clerk's visit is over or another's; what was allowed before counts no more. */
export async function markVisitPhone(
  db: Knex,
  { accountId, clerk, now, phoneKey }: OfClerk & { readonly phoneKey: Uint8Array },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.counter_visits set phone_key = ?, phone_at = ?, permit_at = null
     where account_id = ? and clerk = ? and expires_at > ?`,
    [Buffer.from(phoneKey), now, accountId, clerk, now],
  );
  return rowCount === 1;
}

/** False when the clerk's visit is over or another's, or no phone was reached. The permit lasts until `expiresAt`. */
export async function markVisitPermit(
  db: Knex,
  { accountId, clerk, now, expiresAt }: OfClerk & { readonly expiresAt: Date },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.counter_visits set permit_at = ?, expires_at = ?
     where account_id = ? and clerk = ? and expires_at > ? and phone_at is not null`,
    [now, expiresAt, accountId, clerk, now],
  );
  return rowCount === 1;
}

type OfPhone = { readonly accountId: number; readonly phoneKey: Uint8Array; readonly now: Date };

const PERMITTED = 'account_id = ? and phone_key = ? and permit_at is not null and expires_at > ?';

/** Is a new password allowed to who has this phone? */
export async function hasPermit(db: Knex, { accountId, phoneKey, now }: OfPhone): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(`select 1 from identity.counter_visits where ${PERMITTED}`, [
    accountId,
    Buffer.from(phoneKey),
    now,
  ]);
  return rows.length > 0;
}

/** Uses the permit up; false when there is none any more. */
export async function takePermit(trx: Knex, { accountId, phoneKey, now }: OfPhone): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(`delete from identity.counter_visits where ${PERMITTED}`, [
    accountId,
    Buffer.from(phoneKey),
    now,
  ]);
  return rowCount === 1;
}

/** At most `limit` rows whose time ended before `before`; returns how many went. */
export async function deleteOldVisits(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.counter_visits where ctid = any(array(
       select ctid from identity.counter_visits where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
