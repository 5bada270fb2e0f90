// The second half of issuing: from a recorded intent, under a lease, to a license or its next version. Run by the request
// that made the intent, by a repetition of it, or by whoever resumes. Each step may have been done before; doing it again
// changes nothing. No transaction is open over a call to another room.
import { randomBytes } from 'node:crypto';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { makeToken } from '../../common/ids.ts';
import { type DataKey, openLicenseKey } from '../domain/data-keys.ts';
import { openIntended } from '../domain/issue-boxes.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License, LicenseFile } from '../domain/license-record.ts';
import { stateAt } from '../domain/license-states.ts';
import { closeContent } from '../domain/open-license.ts';
import { renderLicense } from '../pdf/render-license.ts';
import { type Finish, type FinishedVersion, finishIssue } from '../store/finish-issue.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { giveUpIssue, releaseIssue } from '../store/issue-leases.ts';
import type { Issue, Lease } from '../store/issues.ts';
import type { LicenseDeps } from './deps.ts';
import { throwForeign } from './foreign-problem.ts';
import { makeEvent } from './make-event.ts';
import type { Material } from './make-intent.ts';
import { storeSealedFile } from './sealed-files.ts';

/** Longer than the seal client waits for its answer; a lease that runs out early costs a repetition, never a second license. */
export const LEASE_SECONDS = 60;
const RETRY_SECONDS_AT_MOST = 300;

/** What the seal room refuses until somebody changes something there. It concerns the one who asked for the license. */
const REFUSED_FOR_GOOD: ReadonlySet<ProblemCode> = new Set(['seal-not-found', 'seal-not-granted', 'seal-not-usable']);
/** What never becomes a license, promised or not. */
const IMPOSSIBLE: ReadonlySet<ProblemCode> = new Set(['license-shredded', 'license-state-forbids']);
const OURS: ReadonlySet<ProblemCode> = new Set([...REFUSED_FOR_GOOD, 'time-stamp-unavailable']);

export function makeLease(now: Date): Lease {
  return { token: makeToken(26), until: new Date(now.getTime() + LEASE_SECONDS * 1000) };
}

/**
 * Steps 4 to 8 of issuing; `made` is what the caller has from steps 2 and 3. On failure the issue is given up, when nothing
 * can come of it and the license was not promised, or put off; the lease is given back and the error goes on. The license as
 * it is on record now; null for a further version, whose license had a life before.
 */
export async function finishIntent(
  deps: LicenseDeps,
  issue: Issue,
  lease: Lease,
  made?: Material,
): Promise<License | null> {
  try {
    return await finish(deps, issue, lease, made);
  } catch (error) {
    await giveBack(deps, issue, lease, error);
    throw error;
  }
}

async function finish(deps: LicenseDeps, issue: Issue, lease: Lease, made?: Material): Promise<License | null> {
  // 4 External code: a national register that numbers a license before it is printed is asked here.
  //   None is, so far; the column `external_code` and this step wait for it.

  // 5 Render: the same bytes every time.
  const { type, content, rendered, dataKey } = made ?? (await restore(deps, issue));

  // 6 Seal, under a key made from the intent: the seal room does it once and answers the same again. Level T: a license
  //   outlives the certificate that sealed it, so its time must be proved. It verifies what it releases, and says so.
  const sealed = await sealOnce(deps, issue, rendered).catch(throwForeign(OURS));

  // 7 Store the file under the license's data key.
  const file = await storeSealedFile(deps.files, dataKey, `file ${content.identifier}`, sealed.pdf, sealed.sm3);

  // 8 License, holders, event and outcome, together or not at all.
  const finishedAt = deps.clock();
  const version = {
    licenseId: issue.licenseId,
    authorityCode: parseLicenseIdentifier(content.identifier).issuingAuthority,
    typeVersion: content.typeVersion,
    templateVersion: type.face.template_version,
    issuedOn: content.issuedOn,
    validFrom: content.validFrom,
    validTo: content.validTo,
    payloadBox: closeContent(dataKey, content, randomBytes(NONCE_BYTES)),
    file,
    sealingId: sealed.sealingId,
    finishedAt,
  };
  const event = issuedEvent(issue, dataKey, file, finishedAt);
  checkFinished(await finishIssue(deps.db, issue, lease, version, event));
  return issue.operation === 'issue' ? firstVersion(issue, version, { content, dataKey }) : null;
}

/** What a reader would find now: nobody can have done anything with the license before it was there. */
function firstVersion(
  issue: Issue,
  { finishedAt, authorityCode, ...made }: FinishedVersion,
  opened: Pick<License, 'content' | 'dataKey'>,
): License {
  const { licenseId, version, identifier, operation, replaces, issueId } = issue;
  const { licenseType, region, organisation, holderKeys, wrappedKeys } = issue;
  const { validFrom, validTo } = made;
  const names = { licenseId, version, identifier, createdAt: finishedAt };
  const owner = { licenseType, authorityCode, region, organisation, holderKeys, wrappedKeys };
  const life = { stored: 'valid', stateReasonBox: null, stateChangedAt: finishedAt, pendingIssue: null } as const;
  return {
    ...opened,
    head: { ...names, ...owner, ...life, validFrom, validTo },
    version: { ...made, ...names, operation, replaces, issueId },
    state: stateAt(life.stored, validTo, finishedAt),
    stateReason: null,
    isCurrent: true,
  };
}

function checkFinished(finish: Finish): void {
  if (finish === 'lease-lost') throw new TrustError('license-pending', 'another worker took this issue over');
  if (finish === 'license-changed') {
    throw new TrustError(
      'license-state-forbids',
      'the state of the license was changed while its new version was made',
    );
  }
}

/** What the intent keeps, opened and rendered again. */
async function restore(deps: LicenseDeps, issue: Issue): Promise<Material> {
  if (issue.contentBox === null) throw new TrustError('internal', `issue ${issue.issueId} has no content`);
  const dataKey = openLicenseKey(deps.keys, issue.licenseId, issue, await findHolderKeys(deps.db, issue.holderKeys));
  const content = openIntended(dataKey, issue.issueId, issue.contentBox);
  const type = await deps.catalog.getVersion(content.licenseType, content.typeVersion);
  return { type, content, rendered: renderLicense(deps.renderer, type, content), dataKey };
}

type Sealed = Awaited<ReturnType<LicenseDeps['seal']['seal']>>;

/**
 * Under one key the seal room seals once and answers the same for 30 days. An issue that is resumed later, and never saw that
 * answer, is sealed under the next key: what nobody received is no license.
 */
async function sealOnce({ seal }: LicenseDeps, issue: Issue, { pdf, seal: at }: Material['rendered']): Promise<Sealed> {
  const { page, xMm, yMm } = at;
  const place = {
    seal: issue.sealEsID,
    documentClass: 'license',
    page,
    xMm,
    yMm,
    reason: '签发电子证照',
    mode: 'dual',
    level: 'T',
  } as const;
  const key = `license-${issue.issueId}`;
  for (let turn = 1; ; turn++) {
    try {
      const sealed = await seal.seal(pdf, place, turn === 1 ? key : `${key}-${turn}`);
      checkSealedCopy(pdf, sealed);
      return sealed;
    } catch (error) {
      if (!isTrustError(error, 'answer-gone') || turn === MOST_KEYS) throw error;
    }
  }
}

const MOST_KEYS = 5;

/** The seal room's answer is read like a stranger's: our bytes, more behind them, and its word that it verified the whole. */
export function checkSealedCopy(pdf: Uint8Array, sealed: Sealed): void {
  const { pdf: copy, isVerified } = sealed;
  const kept = copy.length > pdf.length && Buffer.compare(copy.subarray(0, pdf.length), pdf) === 0;
  if (!kept) throw new TrustError('seal-unavailable', 'the sealed file does not begin with the license that was sent');
  if (!isVerified)
    throw new TrustError('seal-unavailable', 'the seal room does not say that it verified what it sealed');
}

function issuedEvent(issue: Issue, dataKey: DataKey, file: LicenseFile, at: Date): LicenseEvent {
  const { operation, identifier, actor, organisation } = issue;
  const kind = operation === 'issue' ? 'issued' : 'version-added';
  const detail = {
    operation,
    case_id: issue.caseId,
    item: issue.item,
    issue_id: issue.issueId,
    file_sm3: file.sm3,
  };
  return makeEvent(dataKey, { at, kind, identifier, actor, organisation, basis: 'authority' }, detail);
}

async function giveBack(deps: LicenseDeps, issue: Issue, lease: Lease, error: unknown): Promise<void> {
  const now = deps.clock();
  const code = isTrustError(error) ? error.code : 'internal';
  const seconds = Math.min(2 ** issue.attempts, RETRY_SECONDS_AT_MOST);
  const nextAttemptAt = new Date(now.getTime() + seconds * 1000);
  try {
    const evenPromised = IMPOSSIBLE.has(code);
    const isHopeless = evenPromised || REFUSED_FOR_GOOD.has(code);
    if (isHopeless && (await giveUpIssue(deps.db, issue, lease, { error: code, at: now, evenPromised }))) {
      deps.log.warn({ issue_id: issue.issueId, problem: code }, 'issue given up');
      return;
    }
    await releaseIssue(deps.db, issue, lease, { error: code, nextAttemptAt });
  } catch (cause) {
    // When the database is the one that fails, the lease runs out by itself.
    deps.log.warn({ err: cause, issue_id: issue.issueId }, 'lease not given back');
  }
}
