// Drafts of the next version of a license: opened with the version before, judged, issued as issue-version.ts does it.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { Draft, Follows } from '../domain/draft.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { judgeVersionDraft, type VersionJudgement } from '../domain/version-draft.ts';
import type { LicenseDeps } from './deps.ts';
import { type SettledDraft, settleDraft } from './drafts.ts';
import { checkVersionLawful, issueVersion, typeOfVersion } from './issue-version.ts';
import { authorityClerk, type Clerk, issuerOfClerk } from './issuer.ts';
import { getIssuedLicense } from './read-license.ts';

type Deps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

/** The version before, with the rules by which the next one is judged. */
export type VersionBefore = { readonly license: License; readonly type: LicenseType };

/**
 * Throws license-not-found for what the clerk's organisation did not issue, issuing-not-allowed for what it does not issue
 * any more.
 */
export async function openVersionBefore(
  deps: Deps,
  clerk: Clerk,
  { identifier, operation }: Follows,
): Promise<VersionBefore> {
  const license = await getIssuedLicense(deps, authorityClerk(clerk), identifier);
  await issuerOfClerk(deps, clerk, license.head.licenseType);
  return { license, type: await typeOfVersion(deps, license, operation) };
}

/** As `openVersionBefore`, and throws what makes a form of no use: errors as `checkVersionLawful`. */
export async function openForNextVersion(deps: Deps, clerk: Clerk, follows: Follows): Promise<VersionBefore> {
  const before = await openVersionBefore(deps, clerk, follows);
  await checkVersionLawful(deps, before.license, follows.operation);
  return before;
}

/** What the rules say to a draft. Throws license-state-forbids when it is not the time to renew. */
export function judgeVersion(
  { clock }: Pick<Deps, 'clock'>,
  { license, type }: VersionBefore,
  { operation }: Follows,
  { draftId, content }: Pick<Draft, 'draftId' | 'content'>,
): VersionJudgement {
  const at = { fallback: draftId, today: chinaDate(clock()) };
  return judgeVersionDraft(type, license.content, operation, content, at);
}

/** Null when it has faults. What was typed goes once its version is made or promised. Errors as `issueVersion`. */
export async function issueVersionDraft(
  deps: LicenseDeps,
  clerk: Clerk,
  draft: Draft,
  follows: Follows,
): Promise<SettledDraft | null> {
  const before = await openVersionBefore(deps, clerk, follows);
  const { next } = judgeVersion(deps, before, follows, draft);
  if (next === null) return null;
  const issuer = await issuerOfClerk(deps, clerk, draft.licenseType);
  return settleDraft(deps, clerk, draft, next.asked.case_id, () =>
    issueVersion(deps, issuer, follows.identifier, next.asked),
  );
}
