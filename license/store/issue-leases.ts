// Leases on issues: who works on one, what becomes of it when the work fails, and the promise that it comes.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import {
  ISSUE_COLUMNS,
  ISSUE_KEY,
  type Issue,
  type IssueKey,
  type IssueRow,
  issueOf,
  keyOf,
  type Lease,
} from './issues.ts';

const CLAIM: Statement = {
  name: 'issue-claim',
  text: `update license.issues set attempts = attempts + 1, lease_token = $6, lease_until = $7
    where ${ISSUE_KEY} and state = 'intended' and (lease_until is null or lease_until <= $8) returning ${ISSUE_COLUMNS}`,
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
    returning ${ISSUE_COLUMNS.replaceAll(/(\w+)/g, 'i.$1')}`,
};

const RELEASE: Statement = {
  name: 'issue-release',
  text: `update license.issues set lease_token = null, lease_until = null, last_error = $7, next_attempt_at = $8
    where ${ISSUE_KEY} and lease_token = $6 and state = 'intended'`,
};

/** The number can be taken by another, and the license by another intent. */
const GIVE_UP: Statement = {
  name: 'issue-give-up',
  text: `with given as (
      update license.issues set state = 'given_up', lease_token = null, lease_until = null, last_error = $7, finished_at = $8
      where ${ISSUE_KEY} and lease_token = $6 and state = 'intended' and (promised_at is null or $9)
      returning issue_id, license_id, operation, unique_key),
    freed as (
      delete from license.license_numbers n using given
      where n.unique_key = given.unique_key and n.license_id = given.license_id and given.operation = 'issue'),
    unlocked as (
      update license.licenses l set pending_issue = null from given
      where l.license_id = given.license_id and l.pending_issue = given.issue_id)
    select count(*)::int as given from given`,
};

const PROMISE: Statement = {
  name: 'issue-promise',
  text: `update license.issues set promised_at = coalesce(promised_at, $6)
    where ${ISSUE_KEY} and state <> 'given_up' returning ${ISSUE_COLUMNS}`,
};

/** Takes the lease of this issue when it is unfinished and nobody holds it; null otherwise. */
export async function claimIssue(db: Knex, key: IssueKey, lease: Lease, now: Date): Promise<Issue | null> {
  const { rows } = await runStatement<IssueRow>(db, CLAIM, [...keyOf(key), lease.token, lease.until, now]);
  return rows[0] ? issueOf(rows[0]) : null;
}

/** Takes the lease of the issue that waits longest; null when none is due. Parallel callers get different ones. */
export async function claimNextIssue(
  db: Knex,
  lease: Lease,
  now: Date,
  skip: readonly string[],
): Promise<Issue | null> {
  const { rows } = await runStatement<IssueRow>(db, CLAIM_NEXT, [lease.token, lease.until, now, [...skip]]);
  return rows[0] ? issueOf(rows[0]) : null;
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

/** Notes that the caller is told the license comes; the issue as it is then, null when it was given up. */
export async function promiseIssue(db: Knex, key: IssueKey, now: Date): Promise<Issue | null> {
  const { rows } = await runStatement<IssueRow>(db, PROMISE, [...keyOf(key), now]);
  return rows[0] ? issueOf(rows[0]) : null;
}
