// license.issues: the intent to issue one version of a license, recorded before anything leaves the room, and its outcome.
// The key of an issue is (organisation, case, type, operation, item). Who works on it holds a lease; whoever finds the lease
// run out may take it over (issue-leases.ts), and the one who lost it cannot finish any more (finish-issue.ts). Made in
// record-intent.ts.
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

/** Of an intent. */
export const INTENT_COLUMNS = `organisation, case_id, license_type, operation, item, issue_id, client_id, actor, license_id, version,
  identifier, replaces, fingerprint, asked_box, content_box, number_key, unique_key, region, holder_keys, wrapped_keys,
  seal_esid, created_at`;
export const ISSUE_COLUMNS = `${INTENT_COLUMNS}, external_code, promised_at, state, attempts, last_error, finished_at`;
/** $1 to $5: `keyOf`. */
export const ISSUE_KEY = 'organisation = $1 and case_id = $2 and license_type = $3 and operation = $4 and item = $5';

const FIND: Statement = {
  name: 'issue-by-case',
  text: `select ${ISSUE_COLUMNS} from license.issues where ${ISSUE_KEY}`,
};
const FIND_BY_ID: Statement = {
  name: 'issue-by-id',
  text: `select ${ISSUE_COLUMNS} from license.issues where issue_id = $1`,
};

export async function findIssue(db: Knex, key: IssueKey): Promise<Issue | null> {
  const { rows } = await runStatement<IssueRow>(db, FIND, keyOf(key));
  return rows[0] ? issueOf(rows[0]) : null;
}

/** Looks into every partition: for whoever asks after an issue, not for the work on it. */
export async function findIssueById(db: Knex, issueId: string): Promise<Issue | null> {
  const { rows } = await runStatement<IssueRow>(db, FIND_BY_ID, [issueId]);
  return rows[0] ? issueOf(rows[0]) : null;
}

/** How many issues are unfinished. */
export async function countUnfinishedIssues(db: Knex): Promise<number> {
  const rows = await db('license.issues').where({ state: 'intended' }).count<{ count: number }[]>({ count: '*' });
  return Number(rows[0]?.count ?? 0);
}

export function keyOf(key: IssueKey): readonly unknown[] {
  return [key.organisation, key.caseId, key.licenseType, key.operation, key.item];
}

export type IssueRow = {
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

export function issueOf(row: IssueRow): Issue {
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
