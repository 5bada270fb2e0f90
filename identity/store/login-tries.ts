// identity.login_tries: password tries by login and address within a window, and by account from all. The login is kept as a keyed digest.
import type { Knex } from 'knex';
import type { Tries } from '../domain/login-throttle.ts';

/** Counts one try, before the password is looked at; a window that is over begins anew. */
export async function takeTry(
  db: Knex,
  try_: { loginKey: Uint8Array; address: string; now: Date; windowEndsAt: Date },
): Promise<Tries> {
  const { rows } = await db.raw<{ rows: { tries: number; window_ends_at: Date }[] }>(
    `insert into identity.login_tries as old (login_key, address, tries, window_ends_at)
     values (:key, :address, 1, :ends)
     on conflict (login_key, address) do update set
       tries = case when old.window_ends_at <= :now then 1 else old.tries + 1 end,
       window_ends_at = case when old.window_ends_at <= :now then excluded.window_ends_at else old.window_ends_at end
     returning tries, window_ends_at`,
    { key: Buffer.from(try_.loginKey), address: try_.address, ends: try_.windowEndsAt, now: try_.now },
  );
  const row = rows[0]!;
  return { tries: row.tries, windowEndsAt: row.window_ends_at };
}

/** Forgets the tries after a right password. */
export async function deleteTries(db: Knex, loginKey: Uint8Array, address: string): Promise<void> {
  await db.raw('delete from identity.login_tries where login_key = ? and address = ?', [
    Buffer.from(loginKey),
    address,
  ]);
}

/** Takes one try back out of the count. */
export async function giveTryBack(db: Knex, loginKey: Uint8Array, address: string): Promise<void> {
  await db.raw('update identity.login_tries set tries = greatest(tries - 1, 0) where login_key = ? and address = ?', [
    Buffer.from(loginKey),
    address,
  ]);
}

/** At most `limit` rows whose window ended before `before`; returns how many went. */
export async function deleteOldTries(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.login_tries where ctid = any(array(
       select ctid from identity.login_tries where window_ends_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
