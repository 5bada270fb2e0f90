// license.issues: the intent to issue one version of a license, recorded before anything leaves the room, and its outcome.
// The key of an issue is (organisation, case, type, operation, item). Who works on it holds a lease; whoever finds the lease
// run out may take it over, and the one who lost it cannot finish any more (finish-issue.ts). Who records the intent of a
// further version locks the license (`pending_issue`) in the same statement or transaction: one intent at a time.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { VersionOperation } from '../domain/license-record.ts';

export type IssueKey = {
  readonly organisation: string;
  readonly caseId: string;
  readonly licenseType: string;
  readonly operation: VersionOperation;
  readonly item: number;
};

/** What is recorded before the work. */
export type Intent = IssueKey & {
  readonly issueId: string;
  readonly clientId: string;
  /** Who asked: a client, or the account of a clerk. */
  readonly actor: string;
  readonly licenseId: string;
  readonly version: number;
  readonly identifier: string;
  readonly replaces: string | null;
  readonly fingerprint: Uint8Array;
  /** What the request asked, under the license's data key. */
  readonly askedBox: Uint8Array;
  /** Finds the license by its 证照编号; the other keeps the number unique, null where it need not be. */
  readonly numberKey: Uint8Array;
  readonly uniqueKey: Uint8Array | null;
  readonly region: string;
  /** The data key of the license, wrapped for those who will be its holders. */
  readonly holderKeys: readonly Uint8Array[];
  readonly wrappedKeys: readonly Uint8Array[];
  readonly sealEsID: string;
  readonly createdAt: Date;
};

export type Issue = Intent & {
  /** The content to be printed, under the license's data key; null once it is done. */
  readonly contentBox: Uint8Array | null;
  readonly externalCode: string | null;
  /** When the caller was told that the license comes: such an issue is not given up. */
  readonly promisedAt: Date | null;
  readonly state: 'intended' | 'done' | 'given_up';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly finishedAt: Date | null;
};

export type NewIntent = Intent & { readonly contentBox: Uint8Array };
export type Lease = { readonly token: string; readonly until: Date };

const COLUMNS = `organisation, case_id, license_type, operation, item, issue_id, client_id, actor, license_id, version,
  identifier, replaces, fingerprint, asked_box, content_box, number_key, unique_key, region, holder_keys, wrapped_keys,
  seal_esid, created_at`;
const ALL_COLUMNS = `${COLUMNS}, external_code, promised_at, state, attempts, last_error, finished_at`;
const KEY = 'organisation = $1 and case_id = $2 and license_type = $3 and operation = $4 and item = $5';

const RECORDED = `insert into license.issues (${COLUMNS}, state, attempts, lease_token, lease_until, next_attempt_at)
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

const FIND: Statement = { name: 'issue-by-case', text: `select ${ALL_COLUMNS} from license.issues where ${KEY}` };
const FIND_BY_ID: Statement = {
  name: 'issue-by-id',
  text: `select ${ALL_COLUMNS} from license.issues where issue_id = $1`,
};

const CLAIM: Statement = {
  name: 'issue-claim',
  text: `update license.issues set attempts = attempts + 1, lease_token = $6, lease_until = $7
    where ${KEY} and state = 'intended' and (lease_until is null or lease_until <= $8) returning ${ALL_COLUMNS}`,
};

const CLAIM_NEXT: Statement = {
  name: 'issue-claim-next',
  text: `with due as (
      select organisation, case_id, license_type, operation, item from license.issues
      where state = 'intended' and next_attempt_at <= $3 and (lease_until is null or lease_until <= $3)
        and issue_id <> all ($4::text[])
      order by next_attempt_at limit 1 for update skip locked)
    update license.issues i set attempts = attempts + 1, lease_token = $1, lease_until = $2 from due
    where (i.organisation, i.case_id, i.license_type, i.operation, i.item)
      = (due.organisation, due.case_id, due.license_type, due.operation, due.item)
    returning ${ALL_COLUMNS.replaceAll(/(\w+)/g, 'i.$1')}`,
};

const RELEASE: Statement = {
  name: 'issue-release',
  text: `update license.issues set lease_token = null, lease_until = null, last_error = $7, next_attempt_at = $8
    where ${KEY} and lease_token = $6 and state = 'intended'`,
};

/** The number can be taken by another, and the license by another intent. */
const GIVE_UP: Statement = {
  name: 'issue-give-up',
  text: `with given as (
      update license.issues set state = 'given_up', lease_token = null, lease_until = null, last_error = $7, finished_at = $8
      where ${KEY} and lease_token = $6 and state = 'intended' and (promised_at is null or $9)
      returning issue_id, license_id, operation, unique_key),
    freed as (
      delete from license.license_numbers n using given
      where n.unique_key = given.unique_key and n.license_id = given.license_id and given.operation = 'issue'),
    unlocked as (
      update license.licenses l set pending_issue = null from given
      where l.license_id = given.license_id and l.pending_issue = given.issue_id)
    select count(*)::int as given from given`,
};

const REOPEN: Statement = {
  name: 'issue-reopen',
  text: `with made as (
      update license.issues set state = 'intended', attempts = attempts + 1, lease_token = $6, lease_until = $7,
        next_attempt_at = $8, finished_at = null
      where ${KEY} and state = 'given_up' returning ${ALL_COLUMNS}),
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

const PROMISE: Statement = {
  name: 'issue-promise',
  text: `update license.issues set promised_at = coalesce(promised_at, $6)
    where ${KEY} and state <> 'given_up' returning ${ALL_COLUMNS}`,
};

export async function findIssue(db: Knex, key: IssueKey): Promise<Issue | null> {
  const { rows } = await runStatement<Row>(db, FIND, keyOf(key));
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Looks into every partition: for whoever asks after an issue, not for the work on it. */
export async function findIssueById(db: Knex, issueId: string): Promise<Issue | null> {
  const { rows } = await runStatement<Row>(db, FIND_BY_ID, [issueId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

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

/** Takes the lease of this issue when it is unfinished and nobody holds it; null otherwise. */
export async function claimIssue(db: Knex, key: IssueKey, lease: Lease, now: Date): Promise<Issue | null> {
  const { rows } = await runStatement<Row>(db, CLAIM, [...keyOf(key), lease.token, lease.until, now]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Takes the lease of the issue that waits longest; null when none is due. Parallel callers get different ones. */
export async function claimNextIssue(
  db: Knex,
  lease: Lease,
  now: Date,
  skip: readonly string[],
): Promise<Issue | null> {
  const { rows } = await runStatement<Row>(db, CLAIM_NEXT, [lease.token, lease.until, now, [...skip]]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Gives the lease back after a failure, so that the next attempt need not wait for its end. `error`: a code of PROBLEMS. */
export async function releaseIssue(
  db: Knex,
  key: IssueKey,
  lease: Lease,
  failure: { readonly error: string; readonly nextAttemptAt: Date },
): Promise<void> {
  await runStatement(db, RELEASE, [...keyOf(key), lease.token, failure.error, failure.nextAttemptAt]);
}

/**
 * Ends an issue without a license, its number and its lock with it; false when the lease is lost, or when the license was
 * promised and `evenPromised` is not set.
 */
export async function giveUpIssue(
  db: Knex,
  key: IssueKey,
  lease: Lease,
  end: { readonly error: string; readonly at: Date; readonly evenPromised: boolean },
): Promise<boolean> {
  const values = [...keyOf(key), lease.token, end.error, end.at, end.evenPromised];
  const { rows } = await runStatement<{ given: number }>(db, GIVE_UP, values);
  return rows[0]?.given === 1;
}

/** Begins one that was given up anew, under a lease; null when it is not given up any more or the license is not free. */
export async function reopenIssue(db: Knex, key: IssueKey, lease: Lease, now: Date): Promise<Issue | null> {
  return inTransaction(db, async (trx) => {
    const values = [...keyOf(key), lease.token, lease.until, now];
    const row = (await runStatement<Row & { is_locked: boolean }>(trx, REOPEN, values)).rows[0];
    return row?.is_locked ? { keep: true, value: fromRow(row) } : { keep: false, value: null };
  });
}

/** Notes that the caller is told the license comes; the issue as it is then, null when it was given up. */
export async function promiseIssue(db: Knex, key: IssueKey, now: Date): Promise<Issue | null> {
  const { rows } = await runStatement<Row>(db, PROMISE, [...keyOf(key), now]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** How many issues are unfinished. */
export async function countUnfinishedIssues(db: Knex): Promise<number> {
  const rows = await db('license.issues').where({ state: 'intended' }).count<{ count: number }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
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

export function keyOf(key: IssueKey): readonly unknown[] {
  return [key.organisation, key.caseId, key.licenseType, key.operation, key.item];
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

type Row = {
  organisation: string;
  case_id: string;
  license_type: string;
  operation: VersionOperation;
  item: number;
  issue_id: string;
  client_id: string;
  actor: string;
  license_id: string;
  version: number;
  identifier: string;
  replaces: string | null;
  fingerprint: Uint8Array;
  asked_box: Uint8Array;
  content_box: Uint8Array | null;
  number_key: Uint8Array;
  unique_key: Uint8Array | null;
  region: string;
  holder_keys: readonly Uint8Array[];
  wrapped_keys: readonly Uint8Array[];
  seal_esid: string;
  created_at: Date;
  external_code: string | null;
  promised_at: Date | null;
  state: Issue['state'];
  attempts: number;
  last_error: string | null;
  finished_at: Date | null;
};

function fromRow(row: Row): Issue {
  return {
    organisation: row.organisation,
    caseId: row.case_id,
    licenseType: row.license_type,
    operation: row.operation,
    item: row.item,
    issueId: row.issue_id,
    clientId: row.client_id,
    actor: row.actor,
    licenseId: row.license_id,
    version: row.version,
    identifier: row.identifier,
    replaces: row.replaces,
    fingerprint: row.fingerprint,
    askedBox: row.asked_box,
    contentBox: row.content_box,
    numberKey: row.number_key,
    uniqueKey: row.unique_key,
    region: row.region,
    holderKeys: row.holder_keys,
    wrappedKeys: row.wrapped_keys,
    sealEsID: row.seal_esid,
    createdAt: row.created_at,
    externalCode: row.external_code,
    promisedAt: row.promised_at,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    finishedAt: row.finished_at,
  };
}
