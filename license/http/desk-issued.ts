// /desk/{org}/issues/{issue_id}: what came of a draft that was issued.
import type Koa from 'koa';
import { isTrustError, PROBLEMS, TrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { findIssuedDraft, type IssuedDraft } from '../store/drafts.ts';
import { findIssueById } from '../store/issues.ts';
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
export function leadToIssued(ctx: Koa.Context, { desk }: AtDesk, { issueId, again }: IssuedDraft): void {
  seeOther(ctx, `${deskPath(desk, 'issues', issueId)}${again ? '?again=1' : ''}`);
}

/** A draft that is issued is there no more: what is sent of it again is led to what it made. */
export async function orLeadToIssued(
  { deps }: DeskParts,
  ctx: Koa.Context,
  at: AtDesk,
  draftId: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const issued = isTrustError(error, 'not-found') ? await findIssuedDraft(deps.db, at.clerk, draftId) : null;
    if (issued === null) throw error;
    leadToIssued(ctx, at, issued);
  }
}
