// Drafts of a clerk: kept closed, opened for him alone, issued as licenses of his organisation. Those of further versions are
// judged and issued in version-drafts.ts.
import { randomBytes } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { closeBox, NONCE_BYTES, openBox } from '../../common/crypto/sealed-box.ts';
import { TrustError } from '../../common/errors.ts';
import { type Draft, type DraftContent, type Judgement, judgeDraft } from '../domain/draft.ts';
import {
  type DraftRow,
  findDraft,
  findIssuedDraft,
  type IssuedDraft,
  listDrafts,
  markDraftBegun,
  markDraftIssued,
  putDraft,
} from '../store/drafts.ts';
import { findIssue, type IssueKey } from '../store/issues.ts';
import type { IssueOutcome } from './await-issue.ts';
import type { LicenseDeps } from './deps.ts';
import { issueLicense } from './issue-license.ts';
import { type Clerk, issuerOfClerk } from './issuer.ts';

type Deps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;
/** `outcome`: of this sending of it. */
export type SettledDraft = IssuedDraft & { readonly outcome: IssueOutcome };
const LISTED = 20;

/** Keeps what was typed, right or wrong. Throws not-found for a draft of somebody else, and for one that is issued. */
export async function saveDraft(
  { db, keys, clock }: Deps,
  clerk: Clerk,
  draft: Pick<Draft, 'draftId' | 'licenseType' | 'follows' | 'content'>,
): Promise<Draft> {
  const { organisation, account } = clerk;
  const { draftId, licenseType, follows, content } = draft;
  const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
  const box = closeBox(keys.deskBox, utf8(JSON.stringify(content)), contextOf(draftId), nonce);
  const changedAt = clock();
  if (!(await putDraft(db, { draftId, organisation, account, licenseType, follows, box, changedAt }))) throw noDraft();
  return { ...draft, organisation, account, changedAt };
}

/** Throws not-found for one that is not this clerk's, and for one that is issued. */
export async function getDraft(deps: Deps, clerk: Clerk, draftId: string): Promise<Draft> {
  const found = await findDraft(deps.db, clerk, draftId);
  if (!found) throw noDraft();
  return openDraft(deps, found);
}

/** The clerk's own, those changed last first. */
export async function listOwnDrafts(deps: Deps, clerk: Clerk): Promise<readonly Draft[]> {
  return (await listDrafts(deps.db, clerk, LISTED)).map((row) => openDraft(deps, row));
}

/** What the rules of its type say to a draft. Throws issuing-not-allowed. */
export async function judge(deps: Deps, clerk: Clerk, draft: Draft): Promise<Judgement> {
  const type = await deps.catalog.get(draft.licenseType);
  const { right } = await issuerOfClerk(deps, clerk, draft.licenseType);
  const at = { authorityCode: right.authorityCode, fallback: draft.draftId, today: chinaDate(deps.clock()) };
  return judgeDraft(type, draft.content, at);
}

/** Null when it has faults. What was typed goes once its license is made or promised. Errors as `issueLicense`. */
export async function issueDraft(deps: LicenseDeps, clerk: Clerk, draft: Draft): Promise<SettledDraft | null> {
  const { request } = await judge(deps, clerk, draft);
  if (request === null) return null;
  const issuer = await issuerOfClerk(deps, clerk, draft.licenseType);
  return settleDraft(deps, clerk, draft, request.case_id, () => issueLicense(deps, issuer, request));
}

/**
 * Issues a draft by `issue`, and keeps what became of it: whoever sends the draft again, or at the same time, is told the
 * same. A crash before that leaves the draft; sent again it joins what its case has begun.
 */
export async function settleDraft(
  { db }: Pick<Deps, 'db'>,
  clerk: Clerk,
  { draftId, licenseType, follows }: Draft,
  caseId: string,
  issue: () => Promise<IssueOutcome>,
): Promise<SettledDraft> {
  const operation = follows?.operation ?? 'issue';
  const key: IssueKey = { organisation: clerk.organisation, caseId, licenseType, operation, item: 1 };
  const earlier = await findIssue(db, key);
  if (earlier === null || earlier.state === 'given_up') await markDraftBegun(db, clerk, draftId);
  const outcome = await issue();
  const made = await findIssue(db, key);
  if (made === null) throw new TrustError('internal', 'an issue vanished');
  await markDraftIssued(db, clerk, draftId, made.issueId);
  const settled = await findIssuedDraft(db, clerk, draftId);
  return { ...(settled ?? { issueId: made.issueId, again: true }), outcome };
}

/** Throws `sealed-box-corrupt`. */
export function openDraft(
  { keys }: { readonly keys: Pick<Deps['keys'], 'deskBox'> },
  { box, ...row }: DraftRow,
): Draft {
  const text = new TextDecoder().decode(openBox(keys.deskBox, box, contextOf(row.draftId)));
  return { ...row, content: JSON.parse(text) as DraftContent };
}

const contextOf = (draftId: string): string => `license.drafts.box ${draftId}`;
const noDraft = (): TrustError => new TrustError('not-found', 'there is no such draft of yours');
