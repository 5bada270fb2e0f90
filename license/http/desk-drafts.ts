// /desk/{org}/issue/{type} and /desk/{org}/drafts: a clerk fills in a form, sees everything once more, issues. What he typed
// is a draft from the first time that he sends it.
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, PROBLEMS, TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import { makeId } from '../../common/ids.ts';
import { type Cells, columnNameAt, columnsOf, holderPrefix } from '../domain/batch-columns.ts';
import type { Draft, DraftFault } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { decideDates } from '../domain/license-validity.ts';
import { parsePhoto } from '../domain/photo.ts';
import type { IssueOutcome } from '../flow/await-issue.ts';
import { getDraft, issueDraft, judge, saveDraft } from '../flow/drafts.ts';
import { issuerOfClerk } from '../flow/issuer.ts';
import { findIssue, findIssueById } from '../store/issues.ts';
import { deskPath } from '../web/desk-frame.ts';
import { issueFormPage } from '../web/issue-form-page.ts';
import { issueDonePage, reviewPage } from '../web/issue-review-page.ts';
import { type AtDesk, atDesk, type DeskParts } from './desk-person.ts';
import { paramOf } from './person.ts';

export type DeskDraftHandlers = Readonly<
  Record<'form' | 'send' | 'review' | 'edit' | 'photo' | 'issue' | 'issued', Handler>
>;

const PHOTO_BYTES = 1024 * 1024;
const FORM_BYTES = 256 * 1024;
const FORM_PARTS = 250;
const DRAFT_ID = /^drf_[0-9a-z]{20,40}$/;

export function makeDeskDraftHandlers(parts: DeskParts): DeskDraftHandlers {
  const { deps, sessions } = parts;
  const own = async (ctx: Koa.Context): Promise<{ at: AtDesk; draft: Draft; type: LicenseType }> => {
    const at = await atDesk(parts, ctx);
    const draft = await getDraft(deps, at.clerk, paramOf(ctx, 'draft_id'));
    return { at, draft, type: await deps.catalog.get(draft.licenseType) };
  };
  return {
    form: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const { right } = await issuerOfClerk(deps, at.clerk, paramOf(ctx, 'type'));
      const type = await deps.catalog.get(right.licenseType);
      sendForm(ctx, at, type, { draftId: makeId('drf'), content: { cells: {} } });
    },
    send: (ctx) => send(parts, ctx),
    review: async (ctx) => {
      const { at, draft, type } = await own(ctx);
      const path = deskPath(at.desk, 'drafts', draft.draftId);
      const { request } = await judge(deps, at.clerk, draft);
      if (request === null) return seeOther(ctx, `${path}/edit`);
      const dates = decideDates(type, request, chinaDate(deps.clock()));
      const photoHref = draft.content.photo === undefined ? null : `${path}/photo`;
      sendPage(ctx, reviewPage(pageFrame(ctx), at.desk, { type, draftId: draft.draftId, request, dates, photoHref }));
    },
    edit: async (ctx) => {
      const { at, draft, type } = await own(ctx);
      sendForm(ctx, at, type, draft);
    },
    photo: async (ctx) => {
      const { content } = (await own(ctx)).draft;
      if (content.photo === undefined) throw new TrustError('not-found', 'the draft has no photo');
      const { mediaType, base64 } = parsePhoto(content.photo);
      ctx.type = mediaType;
      ctx.body = Buffer.from(base64, 'base64');
    },
    issue: async (ctx) => {
      const { at, draft, type } = await own(ctx);
      sessions.checkCsrf(ctx, await readForm(ctx));
      await issue(parts, ctx, at, draft, type);
    },
    issued: async (ctx) => {
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
    },
  };
}

type Shown = Pick<Draft, 'draftId' | 'content'>;

function sendForm(
  ctx: Koa.Context,
  at: AtDesk,
  type: LicenseType,
  { draftId, content }: Shown,
  { faults = [], room = 0 }: { readonly faults?: readonly DraftFault[]; readonly room?: number } = {},
): void {
  const holders = Math.max(room, filledHolders(type, content.cells), type.holder.min_holders);
  const form = { type, draftId, content, faults, holders: Math.min(holders, type.holder.max_holders) };
  const back = deskPath(at.desk, 'drafts', draftId, 'edit');
  const isKept = Object.keys(content.cells).length > 0;
  const frame = isKept ? pageFrame(ctx, back) : pageFrame(ctx);
  sendPage(ctx, issueFormPage(frame, at.desk, form), faults.length > 0 ? 422 : 200);
}

/** Whatever was typed is kept first; then it is judged. */
async function send(parts: DeskParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const at = await atDesk(parts, ctx);
  const { right } = await issuerOfClerk(deps, at.clerk, paramOf(ctx, 'type'));
  const type = await deps.catalog.get(right.licenseType);
  const { texts, photo } = await readTyped(ctx, type);
  sessions.checkCsrf(ctx, texts);
  const draftId = texts['draft'] ?? '';
  if (!DRAFT_ID.test(draftId))
    throw new TrustError('invalid-request', 'the form names no draft', { pointer: '/draft' });
  const kept = photo ?? (await photoBefore(parts, at, draftId));
  const content = { cells: cellsOf(type, texts), ...(kept === undefined ? {} : { photo: kept }) };
  const draft = await saveDraft(deps, at.clerk, { draftId, licenseType: type.code, content });
  const { act } = texts;
  if (act === 'save') return seeOther(ctx, deskPath(at.desk));
  if (act === 'holder') return sendForm(ctx, at, type, draft, { room: (Number(texts['holders']) || 1) + 1 });
  const { faults } = await judge(deps, at.clerk, draft);
  if (faults.length > 0) return sendForm(ctx, at, type, draft, { faults, room: Number(texts['holders']) || 1 });
  seeOther(ctx, deskPath(at.desk, 'drafts', draftId));
}

async function readTyped(ctx: Koa.Context, type: LicenseType) {
  if (type.photo.obligation === 'none') return { texts: await readForm(ctx, { maxBytes: FORM_BYTES }) };
  const { files, texts } = await readUploadForm(ctx, PHOTO_BYTES, FORM_PARTS);
  const bytes = files['photo']?.bytes;
  return { texts, ...(bytes === undefined ? {} : { photo: Buffer.from(bytes).toString('base64') }) };
}

/** A form that is sent again brings no photo: the one that was sent before stays. */
async function photoBefore({ deps }: DeskParts, at: AtDesk, draftId: string): Promise<string | undefined> {
  try {
    return (await getDraft(deps, at.clerk, draftId)).content.photo;
  } catch (error) {
    if (isTrustError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Full-width letters and digits of codes, and blanks around anything, are typing, not meaning. */
function cellsOf(type: LicenseType, texts: Readonly<Record<string, string>>): Cells {
  const codes = new Set(Array.from({ length: type.holder.max_holders }, (_, index) => `${holderPrefix(index)}_code`));
  const dates = new Set(['issued_on', 'valid_from', 'valid_to', 'case_id']);
  for (const { kind, name } of type.fields) if (kind === 'date' || kind === 'number') dates.add(name);
  const names = columnsOf(type).map(({ name }) => name);
  return Object.fromEntries(
    names.flatMap((name) => {
      const typed = (texts[name] ?? '').normalize('NFC').trim();
      const value = codes.has(name) || dates.has(name) ? typed.normalize('NFKC').replace(/\s/g, '') : typed;
      return value === '' ? [] : [[name, value]];
    }),
  );
}

function filledHolders(type: LicenseType, cells: Cells): number {
  const indexes = Array.from({ length: type.holder.max_holders }, (_, index) => index);
  const filled = indexes.filter((index) =>
    Object.keys(cells).some((name) => name.startsWith(`${holderPrefix(index)}_`)),
  );
  return Math.max(1, ...filled.map((index) => index + 1));
}

async function issue(parts: DeskParts, ctx: Koa.Context, at: AtDesk, draft: Draft, type: LicenseType): Promise<void> {
  const { deps } = parts;
  try {
    const outcome = await issueDraft(deps, at.clerk, draft);
    if (outcome === null) return seeOther(ctx, `${deskPath(at.desk, 'drafts', draft.draftId)}/edit`);
    const again = outcome.kind === 'issued' && !outcome.created ? '?again=1' : '';
    const issueId = await issueIdOf(parts, at, draft, outcome);
    seeOther(ctx, `${deskPath(at.desk, 'issues', issueId)}${again}`);
  } catch (error) {
    if (!isTrustError(error) || PROBLEMS[error.code].status >= 500) throw error;
    // What only the printing or the record finds stands at its field too.
    const column = error.code === 'case-conflict' ? 'case_id' : columnNameAt(error.pointer);
    sendForm(ctx, at, type, draft, { faults: [{ column, problem: error.code, fault: error.message }] });
  }
}

async function issueIdOf({ deps }: DeskParts, { clerk }: AtDesk, draft: Draft, outcome: IssueOutcome): Promise<string> {
  if (outcome.kind === 'pending') return outcome.issue.issueId;
  const key = {
    organisation: clerk.organisation,
    caseId: draft.content.cells['case_id'] ?? draft.draftId,
    licenseType: draft.licenseType,
    operation: 'issue',
    item: 1,
  } as const;
  const found = await findIssue(deps.db, key);
  if (!found) throw new TrustError('internal', 'an issue vanished');
  return found.issueId;
}
