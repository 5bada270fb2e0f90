// identity.known_devices: browsers in which a person has logged in. Knowing one opens nothing: it only keeps strangers' guesses
// from locking the owner out, and tells a login from a new place apart.
import type { Knex } from 'knex';

export type Device = {
  /** Digest of the random name in the browser's cookie. */
  readonly key: Uint8Array;
  /** Browser and system in words. */
  readonly label: string;
};

/** A condition: the account of this SQL expression has logged in with the browser of the parameter. */
export function isKnownDevice(accountId: string, parameter: string): string {
  return `exists (select from identity.known_devices where account_id = ${accountId} and device_key = ${parameter})`;
}

/** A common table expression, `remembered`: the account, the browser and now, from the parameters `first` on; says `is_new`. */
export function rememberingDevice(first: number): string {
  const [account, key, label, now] = ['bigint', 'bytea', 'text', 'timestamptz'].map(
    (type, at) => `$${first + at}::${type}`,
  );
  return `remembered as (
      insert into identity.known_devices as old (account_id, device_key, label, first_used_at, last_used_at)
      values (${account}, ${key}, ${label}, ${now}, ${now})
      on conflict (account_id, device_key) do update set last_used_at = excluded.last_used_at, label = excluded.label
      returning (xmax = 0) as is_new)`;
}

export function deviceValues(accountId: number, { key, label }: Device, now: Date): unknown[] {
  return [accountId, Buffer.from(key), label, now];
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
