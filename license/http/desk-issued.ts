// /desk/{org}/issues/{issue_id}: what came of a draft that was issued.
import type Koa from 'koa';
import { PROBLEMS, TrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Draft } from '../domain/draft.ts';
import type { IssueOutcome } from '../flow/await-issue.ts';
import { findIssue, findIssueById } from '../store/issues.ts';
import { deskPath } from '../web/desk-frame.ts';
import { issueDonePage } from '../web/issue-done-page.ts';
import { type AtDesk, atDesk, type DeskParts } from './desk-person.ts';
import { paramOf } from './person.ts';

export function makeDeskIssuedHandler(parts: DeskParts): Handler {
  const { deps } = parts;
  return async (ctx) => {
    const at = await atDesk(parts, ctx);
    const found = await findIssueById(deps.db, paramOf(ctx, 'issue_id'));
    if (found?.organisation !== at.clerk.organisation)
      throw new TrustError('issue-not-found', 'no such issue of this organisation');
    const frame = pageFrame(ctx);
    const { lastError } = found;
    const known = lastError !== null && Object.hasOwn(PROBLEMS, lastError);
    const problem = PROBLEMS[known ? (lastError as keyof typeof PROBLEMS) : 'internal'];
    const page = issueDonePage(frame, at.desk, {
      ...found,
      type: await deps.catalog.get(found.licenseType),
      again: ctx.query['again'] === '1',
      reason: frame.lang === 'zh' ? problem.titleZh : problem.title,
    });
    sendPage(ctx, page);
  };
}

/** Where a draft went that is a license, or will be one. */
export async function leadToIssued(
  { deps }: DeskParts,
  ctx: Koa.Context,
  at: AtDesk,
  draft: Draft,
  outcome: IssueOutcome,
): Promise<void> {
  const again = outcome.kind === 'issued' && !outcome.created ? '?again=1' : '';
  const issueId = outcome.kind === 'pending' ? outcome.issue.issueId : await issueIdOf(deps, at, draft);
  seeOther(ctx, `${deskPath(at.desk, 'issues', issueId)}${again}`);
}

async function issueIdOf({ db }: DeskParts['deps'], { clerk }: AtDesk, draft: Draft): Promise<string> {
  const key = {
    organisation: clerk.organisation,
    caseId: draft.content.cells['case_id'] ?? draft.draftId,
    licenseType: draft.licenseType,
    operation: draft.follows?.operation ?? 'issue',
    item: 1,
  } as const;
  const found = await findIssue(db, key);
  if (!found) throw new TrustError('internal', 'an issue vanished');
  return found.issueId;
}
