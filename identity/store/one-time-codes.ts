// identity.one_time_codes: codes that were sent to a phone or mailbox. A row belongs to one purpose and one browser or
// interaction; another code for the same place takes its place.
import type { Knex } from 'knex';

export type SentCode = {
  /** Keyed digest of purpose and binding. */
  readonly lookup: Uint8Array;
  /** Keyed digest of the code; null when nobody has the address: then no code is right. */
  readonly codeKey: Uint8Array | null;
  /** Sealed: where it went, and whom it is for. */
  readonly box: Uint8Array;
  readonly sentAt: Date;
  readonly expiresAt: Date;
};

type Row = { lookup: Buffer; code_key: Buffer | null; box: Buffer; tries: number; sent_at: Date; expires_at: Date };

export async function upsertCode(db: Knex, code: SentCode): Promise<void> {
  await db.raw(
    `insert into identity.one_time_codes (lookup, code_key, box, sent_at, expires_at) values (?, ?, ?, ?, ?)
     on conflict (lookup) do update set (code_key, box, tries, sent_at, expires_at) =
       (excluded.code_key, excluded.box, 0, excluded.sent_at, excluded.expires_at)`,
    [
      Buffer.from(code.lookup),
      code.codeKey === null ? null : Buffer.from(code.codeKey),
      Buffer.from(code.box),
      code.sentAt,
      code.expiresAt,
    ],
  );
}

export async function findCode(db: Knex, lookup: Uint8Array): Promise<SentCode | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    'select lookup, code_key, box, tries, sent_at, expires_at from identity.one_time_codes where lookup = ?',
    [Buffer.from(lookup)],
  );
  return rows[0] ? toSentCode(rows[0]) : null;
}

/** Counts one try before the code is looked at; null when the tries or the time of the code are used up. */
export async function takeCodeTry(
  db: Knex,
  lookup: Uint8Array,
  { maxTries, now }: { readonly maxTries: number; readonly now: Date },
): Promise<(SentCode & { readonly tries: number }) | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `update identity.one_time_codes set tries = tries + 1
     where lookup = ? and tries < ? and expires_at > ?
     returning lookup, code_key, box, tries, sent_at, expires_at`,
    [Buffer.from(lookup), maxTries, now],
  );
  return rows[0] ? { ...toSentCode(rows[0]), tries: rows[0].tries } : null;
}

/** True for the one caller that spent this very code. */
export async function spendCode(db: Knex, lookup: Uint8Array, codeKey: Uint8Array): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'delete from identity.one_time_codes where lookup = ? and code_key = ?',
    [Buffer.from(lookup), Buffer.from(codeKey)],
  );
  return rowCount === 1;
}

export async function deleteCode(db: Knex, lookup: Uint8Array): Promise<void> {
  await db.raw('delete from identity.one_time_codes where lookup = ?', [Buffer.from(lookup)]);
}

/** At most `limit` rows that expired before `before`; returns how many went. */
export async function deleteExpiredCodes(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.one_time_codes where ctid = any(array(
       select ctid from identity.one_time_codes where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toSentCode(row: Row): SentCode {
  return {
    lookup: row.lookup,
    codeKey: row.code_key,
    box: row.box,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
  };
}
