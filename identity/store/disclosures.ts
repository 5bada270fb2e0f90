// identity.disclosures: which claims about a person a system was told, counted by day. The values are not here.
import type { Knex } from 'knex';

export type Disclosure = {
  readonly sub: string;
  readonly clientId: string;
  /** Names of claims; at least one. */
  readonly claims: readonly string[];
  readonly at: Date;
};

/** What a system was told in all that is on record. */
export type Told = {
  readonly clientId: string;
  readonly claims: readonly string[];
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
};

/** Counts one more time. The day is China's. */
export async function countDisclosure(db: Knex, { sub, clientId, claims, at }: Disclosure): Promise<void> {
  const query = db.raw(
    `insert into identity.disclosures as old (account_id, client_id, day, claims, first_at, last_at)
     select id, :clientId, (:at::timestamptz at time zone 'Asia/Shanghai')::date, :claims, :at, :at
     from identity.accounts where sub = :sub
     on conflict (account_id, client_id, day, claims) do update set
       times = old.times + 1, last_at = greatest(old.last_at, excluded.last_at)`,
    { sub, clientId, claims: [...claims].sort(), at },
  );
  await query.options({ name: 'disclosure-count' });
}

/** By system, the last told first; at most 200. */
export async function listTold(db: Knex, accountId: number): Promise<readonly Told[]> {
  type Row = { client_id: string; claims: string[]; times: number; first_at: Date; last_at: Date };
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select told.client_id, claims, times, first_at, last_at
     from (select client_id, sum(times)::integer as times, min(first_at) as first_at, max(last_at) as last_at
           from identity.disclosures where account_id = :accountId group by client_id) told
     join (select client_id, array_agg(distinct claim order by claim) as claims
           from identity.disclosures, unnest(claims) as claim where account_id = :accountId group by client_id) named
       on named.client_id = told.client_id
     order by last_at desc limit 200`,
    { accountId },
  );
  return rows.map((row) => ({
    clientId: row.client_id,
    claims: row.claims,
    times: row.times,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }));
}

/** At most `limit` rows of days before `before`; returns how many went. */
export async function deleteOldDisclosures(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.disclosures where ctid = any(array(
       select ctid from identity.disclosures where day < ?::timestamptz::date limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
