// How long a request waits for its license. What is done within five seconds is the answer; otherwise the caller is promised
// the license and asks for it later, and the promise is on record, so that nobody gives the issue up any more. Also what
// becomes of a request whose case was begun before: the same asks for the same license, another is refused.
import { setTimeout as sleep } from 'node:timers/promises';
import { equalBytes } from '../../common/bytes.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type Asked, differencesOf, fingerprintOf } from '../domain/asked.ts';
import { openLicenseKey } from '../domain/data-keys.ts';
import { openAsked } from '../domain/issue-boxes.ts';
import type { License } from '../domain/license-record.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { claimIssue, promiseIssue } from '../store/issue-leases.ts';
import { findIssue, type Issue, type IssueKey, type Lease } from '../store/issues.ts';
import { reopenIssue } from '../store/record-intent.ts';
import type { LicenseDeps } from './deps.ts';
import { finishIntent, makeLease } from './finish-intent.ts';
import type { PreparedIntent } from './make-intent.ts';
import { getLicense } from './open-license.ts';

export type IssueOutcome =
  | {
      readonly kind: 'issued';
      readonly license: License;
      /** False when the case had its license already. */
      readonly created: boolean;
    }
  /** The license comes; ask for the issue later. */
  | { readonly kind: 'pending'; readonly issue: Issue };

export type IssueOptions = {
  /** How long the caller waits; 5 s unless given. */
  readonly waitMs?: number;
};

/** What a request asks for, and under which key. */
export type Wish = { readonly key: IssueKey; readonly asked: Asked; readonly options: IssueOptions };

const WAIT_MS = 5000;

/** For the one whose request recorded the intent and holds its lease. */
export function startIssue(
  deps: LicenseDeps,
  { intent, material }: PreparedIntent,
  lease: Lease,
  { options }: Wish,
): Promise<IssueOutcome> {
  const issue: Issue = {
    ...intent,
    externalCode: null,
    promisedAt: null,
    state: 'intended',
    attempts: 1,
    lastError: null,
    finishedAt: null,
  };
  return waitFor(deps, issue, finishIntent(deps, issue, lease, material), deadlineOf(options));
}

/** The case was begun before: its license, the wait for who works on it, or the work that was left lying or given up. */
export async function joinIssue(deps: LicenseDeps, found: Issue, { key, asked, options }: Wish): Promise<IssueOutcome> {
  await checkSameRequest(deps, found, asked);
  const deadline = deadlineOf(options);
  let issue = found;
  for (let pause = 20; issue.state !== 'done'; pause = Math.min(pause * 2, 500)) {
    const lease = makeLease(deps.clock());
    const take = issue.state === 'given_up' ? reopenIssue : claimIssue;
    const taken = await take(deps.db, key, lease, deps.clock());
    if (taken) return waitFor(deps, taken, finishIntent(deps, taken, lease), deadline);
    if (performance.now() > deadline) return promise(deps, issue);
    await sleep(pause);
    issue = (await findIssue(deps.db, key)) ?? issue;
  }
  return { kind: 'issued', license: await getLicense(deps, issue.identifier), created: false };
}

const deadlineOf = ({ waitMs = WAIT_MS }: IssueOptions): number => performance.now() + waitMs;

/** A failure that may pass is a promise too: who resumes takes the work up. */
async function waitFor(
  deps: LicenseDeps,
  issue: Issue,
  work: Promise<License | null>,
  deadline: number,
): Promise<IssueOutcome> {
  const timer = new AbortController();
  const late = sleep(Math.max(deadline - performance.now(), 0), 'late' as const, { signal: timer.signal });
  const ended = work.then((made) => ({ made })).catch((error: unknown) => ({ error }));
  const outcome = await Promise.race([ended, late]);
  timer.abort();
  late.catch(() => {}); // it was aborted, because nobody waits for it any more
  if (outcome === 'late') return promise(deps, issue);
  if ('made' in outcome) {
    const license = outcome.made ?? (await getLicense(deps, issue.identifier));
    return { kind: 'issued', license, created: true };
  }
  const { error } = outcome;
  if (!isTrustError(error)) deps.log.error({ err: error, issue_id: issue.issueId }, 'issue not finished');
  return promise(deps, issue, error);
}

/** Throws `refusal` when the issue was given up: nothing will come of it. */
async function promise(deps: LicenseDeps, issue: Issue, refusal?: unknown): Promise<IssueOutcome> {
  const promised = await promiseIssue(deps.db, issue, deps.clock());
  if (!promised) throw refusal ?? new TrustError('license-pending', 'the issue was given up in this moment');
  if (promised.state !== 'done') return { kind: 'pending', issue: promised };
  return { kind: 'issued', license: await getLicense(deps, promised.identifier), created: true };
}

async function checkSameRequest(deps: LicenseDeps, found: Issue, asked: Asked): Promise<void> {
  if (equalBytes(found.fingerprint, fingerprintOf(deps.keys.fingerprint, asked))) return;
  const rows = await findHolderKeys(deps.db, found.holderKeys);
  const dataKey = openLicenseKey(deps.keys, found.licenseId, found, rows);
  const differences = differencesOf(openAsked(dataKey, found.issueId, found.askedBox), asked);
  const [pointer] = differences;
  throw new TrustError('case-conflict', `the case was begun with another request: ${differences.join(', ')}`, {
    ...(pointer === undefined ? {} : { pointer }),
  });
}
