// identity.proof_waits: name and number that a silent source was asked about, sealed, one per account, until it answers.
import type { Knex } from 'knex';
import type { Account } from '../domain/account.ts';
import { closeText, type DocumentKeys, openText } from '../domain/document-box.ts';
import { type Identity, retryAfterSeconds } from '../domain/proofing.ts';

export type ProofWait = { readonly accountSub: string; readonly accountId: number; readonly identity: Identity };

type Row = { account_id: string; sub: string; box: Buffer; tries: number };

/** The newest entries count. */
export async function insertProofWait(
  db: Knex,
  keys: DocumentKeys,
  { id, sub }: Account,
  identity: Identity,
  { now, days }: { readonly now: Date; readonly days: number },
): Promise<void> {
  await db.raw(
    `insert into identity.proof_waits (account_id, box, next_at, expires_at) values (?, ?, ?, ?)
     on conflict (account_id) do update set
       box = excluded.box, tries = 0, next_at = excluded.next_at, expires_at = excluded.expires_at`,
    [
      id,
      Buffer.from(closeText(keys, place(sub), JSON.stringify(identity))),
      new Date(now.getTime() + retryAfterSeconds(0) * 1000),
      new Date(now.getTime() + days * 24 * 3600 * 1000),
    ],
  );
}

/** Takes one that is due, and puts its next turn off, so that no other instance asks at the same time. */
export async function takeDueProofWait(db: Knex, keys: DocumentKeys, now: Date): Promise<ProofWait | null> {
  return db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: Row[] }>(
      `select account_id, sub, box, tries from identity.proof_waits join identity.accounts on accounts.id = account_id
       where next_at <= :now and expires_at > :now order by next_at limit 1 for update of proof_waits skip locked`,
      { now },
    );
    const row = rows[0];
    if (!row) return null;
    const nextAt = new Date(now.getTime() + retryAfterSeconds(row.tries + 1) * 1000);
    await trx.raw('update identity.proof_waits set tries = tries + 1, next_at = ? where account_id = ?', [
      nextAt,
      row.account_id,
    ]);
    const identity = JSON.parse(openText(keys, place(row.sub), row.box)) as Identity;
    return { accountSub: row.sub, accountId: Number(row.account_id), identity };
  });
}

/** True while entries of the account wait. */
export async function hasProofWait(db: Knex, accountId: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>('select 1 from identity.proof_waits where account_id = ?', [
    accountId,
  ]);
  return rows.length > 0;
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
