// identity.client_secrets: secrets of clients that keep no key, as digests. At most two are live: the newest, and the one
// before it until its end, so that a system can change over without a moment of refusal. Rows stay.
import type { Knex } from 'knex';

export async function insertClientSecret(
  db: Knex,
  { clientId, digest, at }: { readonly clientId: string; readonly digest: Uint8Array; readonly at: Date },
): Promise<void> {
  await db.raw('insert into identity.client_secrets (client_id, digest, added_at) values (?, ?, ?)', [
    clientId,
    Buffer.from(digest),
    at,
  ]);
}

/** Live secrets, newest first. */
export async function listLiveSecrets(
  db: Knex,
  clientId: string,
  now: Date,
): Promise<readonly { readonly id: string; readonly addedAt: Date; readonly endsAt: Date | null }[]> {
  const { rows } = await db.raw<{ rows: { id: string; added_at: Date; ends_at: Date | null }[] }>(
    `select id::text, added_at, ends_at from identity.client_secrets
     where client_id = ? and (ends_at is null or ends_at > ?) order by client_secrets.id desc`,
    [clientId, now],
  );
  return rows.map((row) => ({ id: row.id, addedAt: row.added_at, endsAt: row.ends_at }));
}

/** Sets the end of a secret, or draws it nearer. */
export async function endClientSecret(db: Knex, id: string, at: Date): Promise<void> {
  await db.raw(
    `update identity.client_secrets set ends_at = greatest(added_at, ?::timestamptz)
     where id = ? and (ends_at is null or ends_at > ?::timestamptz)`,
    [at, id, at],
  );
}

/** Whether the digest is one of the client's live secrets. An index look-up of 256 unguessable bits tells an attacker nothing. */
export async function hasLiveSecret(db: Knex, clientId: string, digest: Uint8Array, now: Date): Promise<boolean> {
  const query = db.raw<{ rows: unknown[] }>(
    `select 1 from identity.client_secrets
     where digest = ? and client_id = ? and (ends_at is null or ends_at > ?)`,
    [Buffer.from(digest), clientId, now],
  );
  const { rows } = await query.options({ name: 'client-secret' });
  return rows.length === 1;
}
