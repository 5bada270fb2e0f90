// license.issues: the intent to issue one license, recorded before anything leaves the room, and its outcome.
// The key of an issue is (client, case, license type). Who works on it holds a lease; whoever finds the lease run out may
// take it over, and the one who lost it cannot finish any more.
import type { Knex } from 'knex';

export type Issue = {
  readonly issueId: string;
  readonly clientId: string;
  readonly caseId: string;
  readonly licenseType: string;
  readonly fingerprint: Uint8Array;
  /** The closed content of the license to be. */
  readonly contentBox: Uint8Array;
  readonly sealEsID: string;
  readonly state: 'intended' | 'done';
  readonly identifier: string;
  readonly attempts: number;
  readonly createdAt: Date;
};
export type IssueKey = Pick<Issue, 'clientId' | 'caseId' | 'licenseType'>;
export type Lease = { readonly token: string; readonly until: Date };

const COLUMNS = [
  'issue_id',
  'client_id',
  'case_id',
  'license_type',
  'fingerprint',
  'content_box',
  'seal_esid',
  'state',
  'identifier',
  'attempts',
  'created_at',
] as const;

type Row = {
  issue_id: string;
  client_id: string;
  case_id: string;
  license_type: string;
  fingerprint: Uint8Array;
  content_box: Uint8Array;
  seal_esid: string;
  state: Issue['state'];
  identifier: string;
  attempts: number;
  created_at: Date;
};

export async function findIssue(db: Knex, key: IssueKey): Promise<Issue | null> {
  const rows = await db('license.issues')
    .options({ name: 'issue-by-case' })
    .select<Row[]>(COLUMNS)
    .where({ client_id: key.clientId, case_id: key.caseId, license_type: key.licenseType });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Records the intent together with the lease of the one who works on it; false when the case has one already. */
export async function insertIssue(db: Knex, issue: Omit<Issue, 'state' | 'attempts'>, lease: Lease): Promise<boolean> {
  const rows = await db('license.issues')
    .options({ name: 'issue-insert' })
    .insert({
      issue_id: issue.issueId,
      client_id: issue.clientId,
      case_id: issue.caseId,
      license_type: issue.licenseType,
      fingerprint: issue.fingerprint,
      content_box: issue.contentBox,
      seal_esid: issue.sealEsID,
      state: 'intended',
      identifier: issue.identifier,
      attempts: 1,
      lease_token: lease.token,
      lease_until: lease.until,
      next_attempt_at: issue.createdAt,
      created_at: issue.createdAt,
    })
    .onConflict(['client_id', 'case_id', 'license_type'])
    .ignore()
    .returning('issue_id');
  return rows.length === 1;
}

/** Takes the lease of this issue when it is unfinished and nobody holds it; null otherwise. */
export async function claimIssue(db: Knex, issueId: string, lease: Lease, now: Date): Promise<Issue | null> {
  const rows = await unfinishedAndFree(db, now)
    .where({ issue_id: issueId })
    .update({ attempts: db.raw('attempts + 1'), lease_token: lease.token, lease_until: lease.until })
    .returning(COLUMNS);
  return rows[0] ? fromRow(rows[0] as Row) : null;
}

/** Takes the lease of the issue that waits longest; null when none is due. Parallel callers get different ones. */
export async function claimNextIssue(
  db: Knex,
  lease: Lease,
  now: Date,
  skip: readonly string[],
): Promise<Issue | null> {
  const due = unfinishedAndFree(db, now)
    .select('issue_id')
    .where('next_attempt_at', '<=', now)
    .whereNotIn('issue_id', [...skip])
    .orderBy('next_attempt_at')
    .limit(1)
    .forUpdate()
    .skipLocked();
  const rows = await db('license.issues')
    .whereIn('issue_id', due)
    .update({ attempts: db.raw('attempts + 1'), lease_token: lease.token, lease_until: lease.until })
    .returning(COLUMNS);
  return rows[0] ? fromRow(rows[0] as Row) : null;
}

/** Gives the lease back after a failure, so that the next attempt need not wait for its end. */
export async function releaseIssue(
  db: Knex,
  issueId: string,
  lease: Lease,
  failure: { readonly error: string; readonly nextAttemptAt: Date },
): Promise<void> {
  await db('license.issues').where({ issue_id: issueId, lease_token: lease.token, state: 'intended' }).update({
    lease_token: null,
    lease_until: null,
    last_error: failure.error,
    next_attempt_at: failure.nextAttemptAt,
  });
}

/** Marks the issue done, if the lease is still ours; false when somebody took it over. */
export async function finishIssue(trx: Knex.Transaction, issueId: string, lease: Lease, now: Date): Promise<boolean> {
  const changed = await trx('license.issues')
    .where({ issue_id: issueId, lease_token: lease.token, state: 'intended' })
    .update({ state: 'done', finished_at: now, lease_token: null, lease_until: null, last_error: null });
  return changed === 1;
}

/** How many issues are unfinished. */
export async function countUnfinishedIssues(db: Knex): Promise<number> {
  const rows = await db('license.issues').where({ state: 'intended' }).count<{ count: number }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

function unfinishedAndFree(db: Knex, now: Date) {
  return db('license.issues')
    .where({ state: 'intended' })
    .where((free) => free.whereNull('lease_until').orWhere('lease_until', '<=', now));
}

function fromRow(row: Row): Issue {
  return {
    issueId: row.issue_id,
    clientId: row.client_id,
    caseId: row.case_id,
    licenseType: row.license_type,
    fingerprint: row.fingerprint,
    contentBox: row.content_box,
    sealEsID: row.seal_esid,
    state: row.state,
    identifier: row.identifier,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
