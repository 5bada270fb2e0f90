// identity.known_devices: browsers in which a person has logged in. Knowing one opens nothing: it only keeps strangers' guesses
// from locking the owner out, and tells a login from a new place apart.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

export type Device = {
  /** Digest of the random name in the browser's cookie. */
  readonly key: Uint8Array;
  /** Browser and system in words. */
  readonly label: string;
};

const FIND = {
  name: 'known-device',
  text: 'select 1 from identity.known_devices where account_id = $1 and device_key = $2',
};

const REMEMBER = {
  name: 'remember-device',
  text: `insert into identity.known_devices as old (account_id, device_key, label, first_used_at, last_used_at)
    values ($1, $2, $3, $4, $4)
    on conflict (account_id, device_key) do update set last_used_at = excluded.last_used_at, label = excluded.label
    returning (xmax = 0) as is_new`,
};

export async function isKnownDevice(db: Knex, accountId: number, deviceKey: Uint8Array): Promise<boolean> {
  return (await runStatement(db, FIND, [accountId, Buffer.from(deviceKey)])).rowCount > 0;
}

/** Remembers the browser; true when it was new for this account. */
export async function rememberDevice(db: Knex, accountId: number, { key, label }: Device, now: Date): Promise<boolean> {
  const { rows } = await runStatement<{ is_new: boolean }>(db, REMEMBER, [accountId, Buffer.from(key), label, now]);
  return rows[0]?.is_new ?? false;
}

/** After 「不是我本人」 or a new password nothing is known any more. */
export async function forgetDevices(db: Knex, accountId: number): Promise<void> {
  await db.raw('delete from identity.known_devices where account_id = ?', [accountId]);
}

/** At most `limit` browsers that were not used since `before`. */
export async function deleteUnusedDevices(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.known_devices where ctid = any(array(
       select ctid from identity.known_devices where last_used_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
