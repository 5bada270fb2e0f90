// 预览: the face of what a draft would become, drawn as its license would be and marked as a preview. Nothing is issued, no
// number is taken, nothing leaves the room; that somebody looked is recorded by who shows it.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { Draft, Follows } from '../domain/draft.ts';
import { makeContent } from '../domain/issue-content.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { decideDates } from '../domain/license-validity.ts';
import type { NextVersion } from '../domain/next-version.ts';
import { renderPreview } from '../pdf/render-preview.ts';
import type { LicenseDeps } from './deps.ts';
import { judge } from './drafts.ts';
import { type Clerk, issuerOfClerk } from './issuer.ts';
import { judgeVersion, openForNextVersion } from './version-drafts.ts';

type Deps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog' | 'renderer'>;

/** What has no name yet is named by nothing. */
const UNNAMED = { identifier: '-', verifyUrl: '', verifyCode: '' };

/**
 * The PDF; null when the draft has faults. Throws issuing-not-allowed, for a next version what `openForNextVersion` throws,
 * and what only the printing finds: glyph-missing, license-fields-invalid.
 */
export async function previewDraft(deps: Deps, clerk: Clerk, draft: Draft): Promise<Uint8Array | null> {
  const { right } = await issuerOfClerk(deps, clerk, draft.licenseType);
  const { follows } = draft;
  const found = await (follows === null ? firstVersion(deps, clerk, draft) : nextVersion(deps, clerk, draft, follows));
  if (found === null) return null;
  const { type, request, dates } = found;
  const authority = { code: right.authorityCode, name: right.authorityName };
  return renderPreview(deps.renderer, type, makeContent(type, authority, request, dates, UNNAMED, deps.clock()));
}

type Found = NextVersion & { readonly type: LicenseType };

async function firstVersion(deps: Deps, clerk: Clerk, draft: Draft): Promise<Found | null> {
  const { request } = await judge(deps, clerk, draft);
  if (request === null) return null;
  const type = await deps.catalog.get(draft.licenseType);
  return { type, request, dates: decideDates(type, request, chinaDate(deps.clock())) };
}

async function nextVersion(deps: Deps, clerk: Clerk, draft: Draft, follows: Follows): Promise<Found | null> {
  const before = await openForNextVersion(deps, clerk, follows);
  const { next } = judgeVersion(deps, before, follows, draft);
  return next && { ...next, type: before.type };
}
