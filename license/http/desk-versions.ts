// /desk/{org}/licenses/{identifier}/versions/{operation}: 延续, 变更, 补发, 更正 by form. Its drafts lie with those of licenses
// that are to be (desk-drafts.ts), which hands them over to here.
import type Koa from 'koa';
import { VERSION_OPERATIONS } from '../../common/contract/license.ts';
import { isTrustError, PROBLEMS, TrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { makeId } from '../../common/ids.ts';
import type { Draft, DraftFault, Follows } from '../domain/draft.ts';
import { compareVersions, firstCells, keepUntouched } from '../domain/version-draft.ts';
import { recordReadings } from '../flow/authority-readings.ts';
import { saveDraft } from '../flow/drafts.ts';
import { previewDraft } from '../flow/preview-draft.ts';
import {
  issueVersionDraft,
  judgeVersion,
  openForNextVersion,
  openVersionBefore,
  type VersionBefore,
} from '../flow/version-drafts.ts';
import { findDraft } from '../store/drafts.ts';
import { deskPath } from '../web/desk-frame.ts';
import { versionFormPage } from '../web/version-form-page.ts';
import { VERSION_REFUSALS, versionRefusedPage, versionReviewPage } from '../web/version-review-page.ts';
import { faultOfRefusal, holdersOf, readDraftForm } from './desk-form.ts';
import { leadToIssued } from './desk-issued.ts';
import { type AtDesk, atDesk, type DeskParts, readerOf } from './desk-person.ts';
import { sendPreview } from './desk-preview.ts';
import { identifierOf } from './licenses.ts';
import { paramOf } from './person.ts';

export type DeskVersionHandlers = Readonly<Record<'form' | 'send', Handler>>;
/** A draft of a next version, and who stands before it. */
type Own = { readonly at: AtDesk; readonly draft: Draft; readonly follows: Follows };

export function makeDeskVersionHandlers(parts: DeskParts): DeskVersionHandlers {
  const { deps } = parts;
  return {
    form: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const follows = followsOf(ctx);
      await orRefused(parts, ctx, at, follows, async () => {
        const before = await openForNextVersion(deps, at.clerk, follows);
        const cells = firstCells(before.type, before.license.content, follows.operation);
        await recordReadings(deps, readerOf(at), 'license', [before.license]);
        sendForm(ctx, at, follows, before, { draftId: makeId('drf'), content: { cells } });
      });
    },
    send: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const follows = followsOf(ctx);
      await orRefused(parts, ctx, at, follows, () => send(parts, ctx, at, follows));
    },
  };
}

export async function editVersion(parts: DeskParts, ctx: Koa.Context, { at, draft, follows }: Own): Promise<void> {
  await orRefused(parts, ctx, at, follows, async () => {
    const before = await openForNextVersion(parts.deps, at.clerk, follows);
    await recordReadings(parts.deps, readerOf(at), 'license', [before.license]);
    sendForm(ctx, at, follows, before, draft);
  });
}

export async function reviewVersion(parts: DeskParts, ctx: Koa.Context, { at, draft, follows }: Own): Promise<void> {
  await orRefused(parts, ctx, at, follows, async () => {
    const before = await openForNextVersion(parts.deps, at.clerk, follows);
    const { content } = before.license;
    const path = deskPath(at.desk, 'drafts', draft.draftId);
    const { next } = judgeVersion(parts.deps, before, follows, draft);
    if (next === null) return seeOther(ctx, `${path}/edit`);
    await recordReadings(parts.deps, readerOf(at), 'license', [before.license]);
    const photoBefore = content.photo === undefined ? null : `${path}/photo?of=before`;
    const page = versionReviewPage(pageFrame(ctx), at.desk, {
      ...compareVersions(before.type, content, next),
      type: before.type,
      follows,
      draftId: draft.draftId,
      licenseNumber: content.licenseNumber,
      caseId: next.request.case_id,
      photos: next.asked.photo === undefined ? null : { before: photoBefore, after: `${path}/photo` },
    });
    sendPage(ctx, page);
  });
}

/** It tells what the license says: a reading. */
export async function previewVersion(parts: DeskParts, ctx: Koa.Context, own: Own): Promise<void> {
  const { deps } = parts;
  const { at, draft, follows } = own;
  await orFaults(parts, ctx, own, async () => {
    const pdf = await previewDraft(deps, at.clerk, draft);
    if (pdf !== null) {
      const { license } = await openVersionBefore(deps, at.clerk, follows);
      await recordReadings(deps, readerOf(at), 'license', [license]);
    }
    sendPreview(ctx, at, draft, pdf);
  });
}

export async function issueVersionHere(parts: DeskParts, ctx: Koa.Context, own: Own): Promise<void> {
  const { at, draft, follows } = own;
  await orFaults(parts, ctx, own, async () => {
    const issued = await issueVersionDraft(parts.deps, at.clerk, draft, follows);
    if (issued === null) return seeOther(ctx, deskPath(at.desk, 'drafts', draft.draftId, 'edit'));
    leadToIssued(ctx, at, issued);
  });
}

/** What only the printing or the record finds stands at its field too. */
async function orFaults(parts: DeskParts, ctx: Koa.Context, own: Own, work: () => Promise<void>): Promise<void> {
  const { at, draft, follows } = own;
  await orRefused(parts, ctx, at, follows, async () => {
    try {
      await work();
    } catch (error) {
      if (isRefusal(error)) throw error;
      const faults = [faultOfRefusal(error)];
      sendForm(ctx, at, follows, await openVersionBefore(parts.deps, at.clerk, follows), draft, { faults });
    }
  });
}

/** The photo of the version before. Throws not-found. */
export async function photoOfBefore({ deps }: DeskParts, { at, follows }: Own): Promise<string> {
  const { license } = await openVersionBefore(deps, at.clerk, follows);
  if (license.content.photo === undefined) throw new TrustError('not-found', 'the license has no photo');
  return license.content.photo.base64;
}

/** Whatever was typed is kept first; then it is judged. */
async function send(parts: DeskParts, ctx: Koa.Context, at: AtDesk, follows: Follows): Promise<void> {
  const { deps } = parts;
  const before = await openForNextVersion(deps, at.clerk, follows);
  const { type, license } = before;
  const { draftId, content, act, room } = await readDraftForm(parts, ctx, at, type);
  const cells = keepUntouched(type, license.content, follows.operation, content.cells);
  const heldBy = license.content.holders.map(({ code }) => code);
  const kept = { draftId, licenseType: type.code, follows, content: { ...content, cells, heldBy } };
  // Who sends it without having opened the form is told by it, or by its photo or issue, what the license says.
  if ((await findDraft(deps.db, at.clerk, draftId)) === null)
    await recordReadings(deps, readerOf(at), 'license', [license]);
  const draft = await saveDraft(deps, at.clerk, kept);
  if (act === 'save') return seeOther(ctx, deskPath(at.desk));
  if (act === 'holder') return sendForm(ctx, at, follows, before, draft, { room: room + 1 });
  const { faults } = judgeVersion(deps, before, follows, draft);
  if (faults.length > 0) return sendForm(ctx, at, follows, before, draft, { faults, room });
  seeOther(ctx, deskPath(at.desk, 'drafts', draftId));
}

function sendForm(
  ctx: Koa.Context,
  at: AtDesk,
  follows: Follows,
  { license, type }: VersionBefore,
  { draftId, content }: Pick<Draft, 'draftId' | 'content'>,
  { faults = [], room = 0 }: { readonly faults?: readonly DraftFault[]; readonly room?: number } = {},
): void {
  const holders = holdersOf(type, content, room);
  const form = { type, follows, before: license.content, draftId, content, faults, holders };
  const isKept = ctx.method === 'POST';
  const frame = isKept ? pageFrame(ctx, deskPath(at.desk, 'drafts', draftId, 'edit')) : pageFrame(ctx);
  sendPage(ctx, versionFormPage(frame, at.desk, form), faults.length > 0 ? 422 : 200);
}

/** What makes a form of no use is told in its place. */
async function orRefused(
  { deps }: DeskParts,
  ctx: Koa.Context,
  at: AtDesk,
  follows: Follows,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { license, type } = await openVersionBefore(deps, at.clerk, follows);
    const { licenseNumber } = license.content;
    const frame = pageFrame(ctx, deskPath(at.desk, 'licenses', follows.identifier, 'versions', follows.operation));
    sendPage(
      ctx,
      versionRefusedPage(frame, at.desk, { type, follows, licenseNumber, error }),
      PROBLEMS[error.code].status,
    );
  }
}

type Refusal = TrustError & { readonly code: (typeof VERSION_REFUSALS)[number] };

function isRefusal(error: unknown): error is Refusal {
  return VERSION_REFUSALS.some((code) => isTrustError(error, code));
}

/** Throws not-found for a word that is no operation. */
function followsOf(ctx: Koa.Context): Follows {
  const operation = VERSION_OPERATIONS.find((known) => known === paramOf(ctx, 'operation'));
  if (operation === undefined) throw new TrustError('not-found', 'there is no such operation');
  return { identifier: identifierOf(ctx), operation };
}
