// `<schema>.seen_proofs`: DPoP proofs that were used, as digests, until they are too old to be used again. The primary key
// decides between two at once, on whichever nodes; each insert clears away a few that are over.
import type { Knex } from 'knex';

/** Makes the table; called by the migration of the room that keeps it. */
export async function createSeenProofsTable(knex: Knex, schema: string): Promise<void> {
  await knex.raw('create table ??.seen_proofs (digest bytea primary key, expires_at timestamptz not null)', [schema]);
  await knex.raw('create index seen_proofs_expires_at on ??.seen_proofs (expires_at)', [schema]);
}

/** False when it was remembered before. */
export async function rememberProof(
  db: Knex,
  { schema, digest, until, now }: { schema: string; digest: Uint8Array; until: Date; now: Date },
): Promise<boolean> {
  const query = db.raw<{ rows: unknown[] }>(
    `with gone as (delete from ??.seen_proofs where ctid = any(array(
       select ctid from ??.seen_proofs where expires_at < ? limit 5 for update skip locked)))
     insert into ??.seen_proofs (digest, expires_at) values (?, ?) on conflict do nothing returning 1`,
    [schema, schema, now, schema, Buffer.from(digest), until],
  );
  const { rows } = await query.options({ name: `${schema}-seen-proof` });
  return rows.length === 1;
}
