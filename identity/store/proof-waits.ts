// identity.proof_waits: name and number that a silent source was asked about, sealed, one per account, until it answers.
import type { Knex } from 'knex';
import type { Account } from '../domain/account.ts';
import { closeText, type DocumentKeys, openText } from '../domain/document-box.ts';
import type { Identity } from '../domain/proofing.ts';

export type ProofWait = {
  readonly identity: Identity;
  /** When they were entered; other entries have another time. */
  readonly since: Date;
};

type Row = { box: Buffer; since: Date };

/** The newest entries count. */
export async function insertProofWait(
  db: Knex,
  keys: DocumentKeys,
  { id, sub }: Account,
  { identity, since, expiresAt }: ProofWait & { readonly expiresAt: Date },
): Promise<void> {
  await db.raw(
    `insert into identity.proof_waits (account_id, box, since, expires_at) values (?, ?, ?, ?)
     on conflict (account_id) do update set
       box = excluded.box, since = excluded.since, expires_at = excluded.expires_at`,
    [id, Buffer.from(closeText(keys, place(sub), JSON.stringify(identity))), since, expiresAt],
  );
}

/** Null when nothing waits, or its time is over. */
export async function findProofWait(
  db: Knex,
  keys: DocumentKeys,
  { id, sub }: Pick<Account, 'id' | 'sub'>,
  now: Date,
): Promise<ProofWait | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    'select box, since from identity.proof_waits where account_id = ? and expires_at > ?',
    [id, now],
  );
  const row = rows[0];
  return row ? { identity: JSON.parse(openText(keys, place(sub), row.box)) as Identity, since: row.since } : null;
}

export async function deleteProofWait(db: Knex, accountId: number): Promise<void> {
  await db.raw('delete from identity.proof_waits where account_id = ?', [accountId]);
}

/** At most `limit` that waited in vain; returns how many went. */
export async function deleteOldProofWaits(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.proof_waits where account_id = any(array(
       select account_id from identity.proof_waits where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function place(sub: string): string {
  return `identity.proof_waits/${sub}`;
}
