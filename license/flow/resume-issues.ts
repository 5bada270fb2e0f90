// Finishes what was begun and left: after a crash, or while the seal room was away. Run by a starting room, by its timer and
// by `xinji resume`; any number of them in parallel does nothing twice, because each claims an issue before working on it.

import { isTrustError } from '../../common/errors.ts';
import { claimNextIssue } from '../store/issue-leases.ts';
import { countUnfinishedIssues } from '../store/issues.ts';
import type { LicenseDeps } from './deps.ts';
import { finishIntent, makeLease } from './finish-intent.ts';

export type ResumeResult = {
  readonly finished: number;
  readonly failed: number;
  /** Unfinished afterwards: the failed ones, those put off, and those that somebody works on at this moment. */
  readonly left: number;
};

/** Tries every issue that is due, once, until `stop` is aborted. Failures are logged and put off, never thrown. */
export async function resumeIssues(deps: LicenseDeps, stop?: AbortSignal): Promise<ResumeResult> {
  let finished = 0;
  const failed: string[] = [];
  while (!stop?.aborted) {
    const now = deps.clock();
    const lease = makeLease(now);
    const issue = await claimNextIssue(deps.db, lease, now, failed);
    if (!issue) break;
    try {
      await finishIntent(deps, issue, lease);
      finished += 1;
      deps.log.info({ issue_id: issue.issueId, identifier: issue.identifier }, 'issue resumed');
    } catch (error) {
      failed.push(issue.issueId);
      const problem = isTrustError(error) ? error.code : 'internal';
      deps.log.warn({ err: error, problem, issue_id: issue.issueId, attempts: issue.attempts }, 'issue not finished');
    }
  }
  return { finished, failed: failed.length, left: await countUnfinishedIssues(deps.db) };
}
