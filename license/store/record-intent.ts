// Recording the intent to issue. With it, in the same statement or transaction: the number of a new license is taken, and a
// license that gets a further version is locked (`pending_issue`), so that there is one intent for it at a time.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import {
  INTENT_COLUMNS,
  ISSUE_COLUMNS,
  ISSUE_KEY,
  type Issue,
  type IssueKey,
  type IssueRow,
  issueOf,
  keyOf,
  type Lease,
  type NewIntent,
} from './issues.ts';

const RECORDED = `insert into license.issues (${INTENT_COLUMNS}, state, attempts, lease_token, lease_until, next_attempt_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
      'intended', 1, $23, $24, $22)
    on conflict do nothing returning license_id`;
/** A number that is taken ends the whole statement with a unique violation of license_numbers. */
const NUMBERED = (from: string): string =>
  `insert into license.license_numbers (unique_key, license_id) select $17::bytea, license_id from ${from}
    where $17::bytea is not null`;

/** The license of the issue, if it is at the version before and nobody else has it. */
const LOCK = (from: string, issue: string, license: string, version: string): string =>
  `update license.licenses l set pending_issue = ${issue}
    where l.license_id = ${license} and l.version = ${version} - 1 and l.state = 'valid' and l.pending_issue is null
      and exists (select from ${from}) returning 1`;

const RECORD_FIRST: Statement = {
  name: 'issue-record',
  text: `with made as (${RECORDED}), numbered as (${NUMBERED('made')})
    select count(*)::int as made, count(*)::int as locked from made`,
};

const RECORD_NEXT: Statement = {
  name: 'issue-record-next',
  text: `with made as (${RECORDED}), locked as (${LOCK('made', '$6', '$9', '$10')})
    select (select count(*)::int from made) as made, (select count(*)::int from locked) as locked`,
};

const REOPEN: Statement = {
  name: 'issue-reopen',
  text: `with made as (
      update license.issues set state = 'intended', attempts = attempts + 1, lease_token = $6, lease_until = $7,
        next_attempt_at = $8, finished_at = null
      where ${ISSUE_KEY} and state = 'given_up' returning ${ISSUE_COLUMNS}),
    numbered as (
      insert into license.license_numbers (unique_key, license_id) select unique_key, license_id from made
      where operation = 'issue' and unique_key is not null),
    locked as (
      update license.licenses l set pending_issue = made.issue_id from made
      where made.operation <> 'issue' and l.license_id = made.license_id and l.version = made.version - 1
        and l.state = 'valid' and l.pending_issue is null
      returning 1)
    select made.*, made.operation = 'issue' or exists (select from locked) as is_locked from made`,
};

/** `recorded`; `known`: the case has an issue already; `locked`: the license is at another version, in another state or taken. */
export type Recorded = 'recorded' | 'known' | 'locked';

/**
 * Records the intent together with the lease of the one who works on it, takes the number of a new license and locks one
 * that gets a further version. A unique violation of license_numbers tells that the number is taken.
 */
export async function recordIntent(db: Knex, intent: NewIntent, lease: Lease): Promise<Recorded> {
  const values = [...intentValues(intent), lease.token, lease.until];
  if (intent.operation === 'issue') {
    const { rows } = await runStatement<{ made: number }>(db, RECORD_FIRST, values);
    return rows[0]?.made === 1 ? 'recorded' : 'known';
  }
  return inTransaction(db, async (trx) => {
    const { rows } = await runStatement<{ made: number; locked: number }>(trx, RECORD_NEXT, values);
    const row = rows[0]!;
    if (row.made === 0) return { keep: true, value: 'known' };
    return row.locked === 1 ? { keep: true, value: 'recorded' } : { keep: false, value: 'locked' };
  });
}

/** Begins one that was given up anew, under a lease; null when it is not given up any more or the license is not free. */
export async function reopenIssue(db: Knex, key: IssueKey, lease: Lease, now: Date): Promise<Issue | null> {
  return inTransaction(db, async (trx) => {
    const values = [...keyOf(key), lease.token, lease.until, now];
    const row = (await runStatement<IssueRow & { is_locked: boolean }>(trx, REOPEN, values)).rows[0];
    return row?.is_locked ? { keep: true, value: issueOf(row) } : { keep: false, value: null };
  });
}

/** Commits when `keep`, rolls back otherwise; either way the value is the answer. */
async function inTransaction<T>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<{ readonly keep: boolean; readonly value: T }>,
): Promise<T> {
  const trx = await db.transaction();
  try {
    const { keep, value } = await work(trx);
    await (keep ? trx.commit() : trx.rollback());
    return value;
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}

function intentValues(intent: NewIntent): readonly unknown[] {
  return [
    ...keyOf(intent),
    intent.issueId,
    intent.clientId,
    intent.actor,
    intent.licenseId,
    intent.version,
    intent.identifier,
    intent.replaces,
    intent.fingerprint,
    intent.askedBox,
    intent.contentBox,
    intent.numberKey,
    intent.uniqueKey,
    intent.region,
    intent.holderKeys,
    intent.wrappedKeys,
    intent.sealEsID,
    intent.createdAt,
  ];
}
