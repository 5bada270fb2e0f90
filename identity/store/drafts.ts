// identity.drafts: what somebody without a session has typed so far, sealed, found by the digest of a token that only his
// browser has. A step replaces it as a whole.
import type { Knex } from 'knex';

export type DraftKind = 'register' | 'recover';

export async function upsertDraft(
  db: Knex,
  draft: {
    readonly tokenDigest: Uint8Array;
    readonly kind: DraftKind;
    readonly box: Uint8Array;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await db.raw(
    `insert into identity.drafts (token_digest, kind, box, expires_at) values (?, ?, ?, ?)
     on conflict (token_digest) do update set box = excluded.box, expires_at = excluded.expires_at`,
    [Buffer.from(draft.tokenDigest), draft.kind, Buffer.from(draft.box), draft.expiresAt],
  );
}

/** Null when there is none of this kind, or its time is over. */
export async function findDraft(
  db: Knex,
  { tokenDigest, kind, now }: { readonly tokenDigest: Uint8Array; readonly kind: DraftKind; readonly now: Date },
): Promise<Uint8Array | null> {
  const { rows } = await db.raw<{ rows: { box: Buffer }[] }>(
    'select box from identity.drafts where token_digest = ? and kind = ? and expires_at > ?',
    [Buffer.from(tokenDigest), kind, now],
  );
  return rows[0]?.box ?? null;
}

export async function deleteDraft(db: Knex, tokenDigest: Uint8Array): Promise<void> {
  await db.raw('delete from identity.drafts where token_digest = ?', [Buffer.from(tokenDigest)]);
}

/** At most `limit` rows whose time ended before `before`; returns how many went. */
export async function deleteOldDrafts(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.drafts where ctid = any(array(
       select ctid from identity.drafts where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
