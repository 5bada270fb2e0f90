// identity.kept_forms: what somebody had typed when his session had lapsed. Sealed; found by the digest of a token that only
// his browser holds; taken once.
import type { Knex } from 'knex';

export type KeptForm = {
  readonly tokenDigest: Uint8Array;
  /** The page it was typed on. */
  readonly path: string;
  readonly box: Uint8Array;
  readonly expiresAt: Date;
};

export async function insertKeptForm(db: Knex, { tokenDigest, path, box, expiresAt }: KeptForm): Promise<void> {
  await db('identity.kept_forms').insert({
    token_digest: Buffer.from(tokenDigest),
    path,
    box: Buffer.from(box),
    expires_at: expiresAt,
  });
}

/** The box of that token and page, which is gone afterwards; null when there is none or its time is over. */
export async function takeKeptForm(
  db: Knex,
  { tokenDigest, path }: Pick<KeptForm, 'tokenDigest' | 'path'>,
  now: Date,
): Promise<Uint8Array | null> {
  const { rows } = await db.raw<{ rows: { box: Buffer }[] }>(
    'delete from identity.kept_forms where token_digest = ? and path = ? and expires_at > ? returning box',
    [Buffer.from(tokenDigest), path, now],
  );
  return rows[0]?.box ?? null;
}

/** At most `limit` rows whose time ended before `before`; returns how many went. */
export async function deleteExpiredKeptForms(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.kept_forms where ctid = any(array(
       select ctid from identity.kept_forms where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
