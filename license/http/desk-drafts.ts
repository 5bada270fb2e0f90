// /desk/{org}/issue/{type} and /desk/{org}/drafts: a clerk fills in a form, sees everything once more, issues. What he typed
// is a draft from the first time that he sends it. Those of further versions go their own way from here (desk-versions.ts).
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { makeId } from '../../common/ids.ts';
import type { Draft, DraftFault } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { decideDates } from '../domain/license-validity.ts';
import { parsePhoto } from '../domain/photo.ts';
import { getDraft, issueDraft, judge, saveDraft } from '../flow/drafts.ts';
import { issuerOfClerk } from '../flow/issuer.ts';
import { previewDraft } from '../flow/preview-draft.ts';
import { deskPath } from '../web/desk-frame.ts';
import { issueFormPage } from '../web/issue-form-page.ts';
import { reviewPage } from '../web/issue-review-page.ts';
import { faultOfRefusal, holdersOf, readDraftForm } from './desk-form.ts';
import { leadToIssued, orLeadToIssued } from './desk-issued.ts';
import { type AtDesk, atDesk, type DeskParts } from './desk-person.ts';
import { sendPreview } from './desk-preview.ts';
import { editVersion, issueVersionHere, photoOfBefore, previewVersion, reviewVersion } from './desk-versions.ts';
import { paramOf } from './person.ts';

export type DeskDraftHandlers = Readonly<
  Record<'form' | 'send' | 'review' | 'edit' | 'photo' | 'preview' | 'issue', Handler>
>;

type Own = { readonly at: AtDesk; readonly draft: Draft; readonly type: LicenseType };

export function makeDeskDraftHandlers(parts: DeskParts): DeskDraftHandlers {
  const { deps } = parts;
  /** For the draft in the path; of one that is issued, the answer is what became of it. */
  const ofDraft =
    (work: (parts: DeskParts, ctx: Koa.Context, own: Own) => Promise<void>): Handler =>
    async (ctx) => {
      const at = await atDesk(parts, ctx);
      const draftId = paramOf(ctx, 'draft_id');
      await orLeadToIssued(parts, ctx, at, draftId, async () => {
        const draft = await getDraft(deps, at.clerk, draftId);
        await work(parts, ctx, { at, draft, type: await deps.catalog.get(draft.licenseType) });
      });
    };
  return {
    form: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const { right } = await issuerOfClerk(deps, at.clerk, paramOf(ctx, 'type'));
      const type = await deps.catalog.get(right.licenseType);
      sendForm(ctx, at, type, { draftId: makeId('drf'), content: { cells: {} } });
    },
    send: (ctx) => send(parts, ctx),
    review: ofDraft(review),
    edit: ofDraft(edit),
    photo: ofDraft(showPhoto),
    preview: ofDraft(preview),
    issue: ofDraft(issue),
  };
}

async function review(parts: DeskParts, ctx: Koa.Context, { at, draft, type }: Own): Promise<void> {
  const { follows } = draft;
  if (follows !== null) return reviewVersion(parts, ctx, { at, draft, follows });
  const { deps } = parts;
  const path = deskPath(at.desk, 'drafts', draft.draftId);
  const { request } = await judge(deps, at.clerk, draft);
  if (request === null) return seeOther(ctx, `${path}/edit`);
  const dates = decideDates(type, request, chinaDate(deps.clock()));
  const photoHref = draft.content.photo === undefined ? null : `${path}/photo`;
  sendPage(ctx, reviewPage(pageFrame(ctx), at.desk, { type, draftId: draft.draftId, request, dates, photoHref }));
}

async function edit(parts: DeskParts, ctx: Koa.Context, { at, draft, type }: Own): Promise<void> {
  const { follows } = draft;
  if (follows !== null) return editVersion(parts, ctx, { at, draft, follows });
  sendForm(ctx, at, type, draft);
}

async function showPhoto(parts: DeskParts, ctx: Koa.Context, { at, draft }: Own): Promise<void> {
  const { follows, content } = draft;
  const isBefore = follows !== null && ctx.query['of'] === 'before';
  const photo = isBefore ? await photoOfBefore(parts, { at, draft, follows }) : content.photo;
  if (photo === undefined) throw new TrustError('not-found', 'the draft has no photo');
  const { mediaType, base64 } = parsePhoto(photo);
  ctx.type = mediaType;
  ctx.body = Buffer.from(base64, 'base64');
}

async function preview(parts: DeskParts, ctx: Koa.Context, { at, draft, type }: Own): Promise<void> {
  const { follows } = draft;
  if (follows !== null) return previewVersion(parts, ctx, { at, draft, follows });
  await orFaults(ctx, at, type, draft, async () =>
    sendPreview(ctx, at, draft, await previewDraft(parts.deps, at.clerk, draft)),
  );
}

type Shown = Pick<Draft, 'draftId' | 'content'>;

function sendForm(
  ctx: Koa.Context,
  at: AtDesk,
  type: LicenseType,
  { draftId, content }: Shown,
  { faults = [], room = 0 }: { readonly faults?: readonly DraftFault[]; readonly room?: number } = {},
): void {
  const form = { type, draftId, content, faults, holders: holdersOf(type, content, room) };
  const back = deskPath(at.desk, 'drafts', draftId, 'edit');
  const isKept = Object.keys(content.cells).length > 0;
  const frame = isKept ? pageFrame(ctx, back) : pageFrame(ctx);
  sendPage(ctx, issueFormPage(frame, at.desk, form), faults.length > 0 ? 422 : 200);
}

/** Whatever was typed is kept first; then it is judged. */
async function send(parts: DeskParts, ctx: Koa.Context): Promise<void> {
  const { deps } = parts;
  const at = await atDesk(parts, ctx);
  const { right } = await issuerOfClerk(deps, at.clerk, paramOf(ctx, 'type'));
  const type = await deps.catalog.get(right.licenseType);
  const { draftId, content, act, room } = await readDraftForm(parts, ctx, at, type);
  await orLeadToIssued(parts, ctx, at, draftId, async () => {
    const draft = await saveDraft(deps, at.clerk, { draftId, licenseType: type.code, follows: null, content });
    if (act === 'save') return seeOther(ctx, deskPath(at.desk));
    if (act === 'holder') return sendForm(ctx, at, type, draft, { room: room + 1 });
    const { faults } = await judge(deps, at.clerk, draft);
    if (faults.length > 0) return sendForm(ctx, at, type, draft, { faults, room });
    seeOther(ctx, deskPath(at.desk, 'drafts', draftId));
  });
}

async function issue(parts: DeskParts, ctx: Koa.Context, { at, draft, type }: Own): Promise<void> {
  parts.sessions.checkCsrf(ctx, await readForm(ctx));
  const { follows } = draft;
  if (follows !== null) return issueVersionHere(parts, ctx, { at, draft, follows });
  await orFaults(ctx, at, type, draft, async () => {
    const issued = await issueDraft(parts.deps, at.clerk, draft);
    if (issued === null) return seeOther(ctx, `${deskPath(at.desk, 'drafts', draft.draftId)}/edit`);
    leadToIssued(ctx, at, issued);
  });
}

/** What only the printing or the record finds stands at its field too. */
async function orFaults(
  ctx: Koa.Context,
  at: AtDesk,
  type: LicenseType,
  draft: Draft,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    sendForm(ctx, at, type, draft, { faults: [faultOfRefusal(error)] });
  }
}
