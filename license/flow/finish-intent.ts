// The second half of issuing: from a recorded intent, under a lease, to a license. Run by the request that made the intent,
// by a repetition of it, or by whoever resumes. Each step may have been done before; doing it again changes nothing.
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { makeToken } from '../../common/ids.ts';
import { holderKey } from '../domain/holder-key.ts';
import { openContent } from '../domain/issue-content.ts';
import type { LicenseContent, StoredLicense } from '../domain/license-record.ts';
import { closeHolderCode } from '../domain/open-license.ts';
import { type RenderedLicense, renderLicense } from '../pdf/render-license.ts';
import { insertEvent } from '../store/events.ts';
import { finishIssue, type Issue, type Lease, releaseIssue } from '../store/issues.ts';
import { insertLicense } from '../store/licenses.ts';
import type { LicenseDeps } from './deps.ts';
import { throwForeign } from './foreign-problem.ts';

/** Longer than the seal client waits for its answer; a lease that runs out early costs a repetition, never a second license. */
export const LEASE_SECONDS = 60;
const RETRY_SECONDS_AT_MOST = 300;

/** What the seal room can say that concerns the one who asked for the license. */
const SEALING_PROBLEMS: ReadonlySet<ProblemCode> = new Set([
  'seal-not-found',
  'seal-not-granted',
  'seal-not-usable',
  'time-stamp-unavailable',
]);

export function makeLease(now: Date): Lease {
  return { token: makeToken(26), until: new Date(now.getTime() + LEASE_SECONDS * 1000) };
}

/** Steps 4 to 7 of issuing; `rendered` is the result of step 4 when the caller has it already. On failure the lease is given back, the next attempt is put off, and the error goes on. */
export async function finishIntent(
  deps: LicenseDeps,
  issue: Issue,
  lease: Lease,
  rendered?: RenderedLicense,
): Promise<void> {
  try {
    await finish(deps, issue, lease, rendered);
  } catch (error) {
    await giveBack(deps, issue, lease, error);
    throw error;
  }
}

async function finish(deps: LicenseDeps, issue: Issue, lease: Lease, rendered?: RenderedLicense): Promise<void> {
  // 4 Render: the same bytes every time.
  const content = openContent(deps.keys.issueBox, issue.contentBox, issue.issueId);
  const { pdf, seal } = rendered ?? (await renderAgain(deps, content));

  // 5 Seal: the key is made from the intent, so the seal room does it once and answers the same again.
  // Level T: a license outlives the certificate that sealed it, so its time must be proved.
  const { page, xMm, yMm } = seal;
  const place = {
    seal: issue.sealEsID,
    documentClass: 'license',
    page,
    xMm,
    yMm,
    reason: '签发电子证照',
    level: 'T',
  } as const;
  const sealed = await sealOnce(deps, pdf, place, `license-${issue.issueId}`).catch(throwForeign(SEALING_PROBLEMS));
  checkSealedCopy(pdf, sealed.pdf);

  // 6 Store the file under its own SM3.
  const sm3 = await deps.files.put(sealed.pdf);

  // 7 License, way from the holder, event and outcome, together or not at all.
  const license = makeStoredLicense(deps, issue, content, { sm3, size: sealed.pdf.length });
  await deps.db.transaction(async (trx) => {
    if (!(await finishIssue(trx, issue.issueId, lease, deps.clock()))) {
      throw new TrustError('license-pending', 'another worker took this issue over');
    }
    await insertLicense(trx, license, issue.issueId);
    await insertEvent(trx, {
      at: deps.clock(),
      kind: 'issued',
      identifier: license.identifier,
      actor: issue.clientId,
      detail: { issue_id: issue.issueId, sealing_id: sealed.sealingId, file_sm3: sm3, attempts: issue.attempts },
    });
  });
}

type Place = Parameters<LicenseDeps['seal']['seal']>[1];
type Sealed = Awaited<ReturnType<LicenseDeps['seal']['seal']>>;

/**
 * Under one key the seal room seals once and answers the same for 30 days. An issue that is resumed later, and never saw that
 * answer, is sealed under the next key: what nobody received is no license.
 */
async function sealOnce({ seal }: LicenseDeps, pdf: Uint8Array, place: Place, key: string): Promise<Sealed> {
  for (let turn = 1; ; turn++) {
    try {
      return await seal.seal(pdf, place, turn === 1 ? key : `${key}-${turn}`);
    } catch (error) {
      if (!isTrustError(error, 'answer-gone') || turn === MOST_KEYS) throw error;
    }
  }
}

const MOST_KEYS = 5;

async function renderAgain(deps: LicenseDeps, content: LicenseContent): Promise<RenderedLicense> {
  const type = await deps.catalog.getVersion(content.licenseType, content.typeVersion);
  return renderLicense(deps.renderer, type, { ...content, holders: [content.holder] });
}

/** The seal room's answer is read like a stranger's: our bytes, and more behind them. */
function checkSealedCopy(pdf: Uint8Array, sealed: Uint8Array): void {
  const kept = sealed.length > pdf.length && Buffer.from(sealed.buffer, sealed.byteOffset, pdf.length).equals(pdf);
  if (!kept) throw new TrustError('seal-unavailable', 'the sealed file does not begin with the license that was sent');
}

function makeStoredLicense(
  deps: LicenseDeps,
  issue: Issue,
  content: LicenseContent,
  file: StoredLicense['file'],
): StoredLicense {
  const { name, codeType, code } = content.holder;
  return {
    ...content,
    version: 1,
    clientId: issue.clientId,
    caseId: issue.caseId,
    holder: {
      name,
      codeType,
      key: holderKey(deps.keys.pepper, codeType, code),
      codeBox: closeHolderCode(deps.keys.holderBox, code, content.identifier),
    },
    file,
    stored: 'valid',
    stateReason: null,
    stateChangedAt: deps.clock(),
  };
}

async function giveBack(deps: LicenseDeps, issue: Issue, lease: Lease, error: unknown): Promise<void> {
  const seconds = Math.min(2 ** issue.attempts, RETRY_SECONDS_AT_MOST);
  const failure = {
    error: isTrustError(error) ? error.code : 'internal',
    nextAttemptAt: new Date(deps.clock().getTime() + seconds * 1000),
  };
  // When the database is the one that fails, the lease runs out by itself.
  await releaseIssue(deps.db, issue.issueId, lease, failure).catch((cause: unknown) =>
    deps.log.warn({ err: cause, issue_id: issue.issueId }, 'lease not given back'),
  );
}
