// 延续, 变更, 补发, 更正: the next version of a license, in the steps of issue-license.ts. The serial stays, the version counts
// on, `replaces` names the version before; until it is sealed, the version before is the license. While an intent is under
// way the license is locked against a second one, not against acts on its state: those are stronger.

import { equalBytes } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { VersionRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { type Asked, askedForVersion } from '../domain/asked.ts';
import { holderKey } from '../domain/holder-key.ts';
import { makeContent } from '../domain/issue-content.ts';
import { identifierOfVersion, parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License, LicenseContent } from '../domain/license-record.ts';
import { nextState, type VersionAct } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { checkRenewable, makeNextVersion } from '../domain/next-version.ts';
import { findIssue } from '../store/issues.ts';
import { recordIntent } from '../store/record-intent.ts';
import { type IssueOptions, type IssueOutcome, joinIssue, startIssue, type Wish } from './await-issue.ts';
import type { LicenseDeps } from './deps.ts';
import { makeLease } from './finish-intent.ts';
import type { Issuer } from './issuer.ts';
import { type KeyedLicense, rewrapDataKey } from './license-key.ts';
import { makeIntent, type PreparedIntent } from './make-intent.ts';
import { checkIsCurrent, getLicense, getLicenseHead } from './open-license.ts';
import { makeVerifyCode } from './random-names.ts';

/**
 * The version that follows `identifier`, or the one that the case has. `issuer`: for the license's type and authority.
 * Throws license-not-found, license-superseded (with the current identifier), license-state-forbids, license-fields-invalid,
 * code-check, glyph-missing, case-conflict, license-pending, and what the seal room refuses for good.
 */
export async function issueVersion(
  deps: LicenseDeps,
  issuer: Issuer,
  identifier: string,
  request: VersionRequest,
  options: IssueOptions = {},
): Promise<IssueOutcome> {
  const asked = askedForVersion(request, identifier);
  const key = {
    organisation: issuer.organisation,
    caseId: request.case_id,
    licenseType: parseLicenseIdentifier(identifier).licenseType,
    operation: request.operation,
    item: request.item,
  };
  const wish: Wish = { key, asked, options };
  const earlier = await findIssue(deps.db, key);
  if (earlier) return joinIssue(deps, earlier, wish);

  // 2 What the state forbids, the type does not allow or cannot be printed never becomes an intent.
  const license = await getLicense(deps, identifier);
  const prepared = await prepare(deps, issuer, license, request, asked).catch(async (refusal: unknown) => {
    // The same request, sent twice at once, may have made the version meanwhile.
    const winner = await findIssue(deps.db, key);
    if (winner === null) throw refusal;
    return winner;
  });
  if ('issueId' in prepared) return joinIssue(deps, prepared, wish);

  // 3 Of parallel requests for this license one gets the lock.
  const lease = makeLease(deps.clock());
  const recorded = await recordIntent(deps.db, prepared.intent, lease);
  if (recorded === 'recorded') return startIssue(deps, prepared, lease, wish);
  const winner = await findIssue(deps.db, key);
  if (winner) return joinIssue(deps, winner, wish);
  throw await whyLocked(deps, identifier);
}

async function prepare(
  deps: LicenseDeps,
  issuer: Issuer,
  license: License,
  request: VersionRequest,
  asked: Asked,
): Promise<PreparedIntent> {
  const { head, content: before, dataKey } = license;
  checkIsCurrent(head, license.version.identifier);
  const now = deps.clock();
  nextState(license.state, request.operation, (await deps.catalog.get(head.licenseType)).acts);
  const type = await typeOfVersion(deps, license, request.operation);
  const next = makeNextVersion(type, before, request, chinaDate(now));
  const version = head.version + 1;
  const naming = {
    identifier: identifierOfVersion(head.licenseId, version),
    replaces: head.identifier,
    verifyUrl: deps.verifyUrl,
    verifyCode: makeVerifyCode(),
  };
  const { authorityCode: code, authorityName: name } = issuer.right;
  const content = makeContent(type, { code, name }, next.request, next.dates, naming, now);
  const keyed = await keysFor(deps, license, content);
  const subject = { type, content, asked, operation: request.operation, version, ...keyed, dataKey };
  return makeIntent(deps, issuer, subject, next.request);
}

/** A replacement and a correction say the same under the same rules; a renewal and a change follow the newest ones. */
export function typeOfVersion(
  { catalog }: Pick<LicenseDeps, 'catalog'>,
  { content }: License,
  operation: VersionAct,
): Promise<LicenseType> {
  const isNew = operation === 'renew' || operation === 'change';
  return isNew ? catalog.get(content.licenseType) : catalog.getVersion(content.licenseType, content.typeVersion);
}

/**
 * What `issueVersion` would refuse whatever is asked: that the version is not the current one, that state or type forbid it,
 * that it is not the time, that another case is at it. Throws license-superseded, license-state-forbids, license-pending.
 */
export async function checkVersionLawful(
  { catalog, clock }: Pick<LicenseDeps, 'catalog' | 'clock'>,
  { head, content, state }: License,
  operation: VersionAct,
): Promise<void> {
  checkIsCurrent(head, content.identifier);
  const newest = await catalog.get(head.licenseType);
  nextState(state, operation, newest.acts);
  if (operation === 'renew') checkRenewable(newest, content, chinaDate(clock()));
  if (head.pendingIssue !== null) throw versionPending();
}

/** The wraps of the data key stay, unless the holders become others. */
async function keysFor(
  deps: LicenseDeps,
  { head, dataKey }: License,
  { holders }: LicenseContent,
): Promise<KeyedLicense> {
  const keys = holders.map(({ codeType, code }) => holderKey(deps.keys.pepper, codeType, code));
  const isSame =
    keys.length === head.holderKeys.length &&
    keys.every((key) => head.holderKeys.some((known) => equalBytes(known, key)));
  return isSame ? { dataKey, wraps: head } : rewrapDataKey(deps, dataKey, holders);
}

async function whyLocked(deps: LicenseDeps, identifier: string): Promise<TrustError> {
  const head = await getLicenseHead(deps, identifier);
  checkIsCurrent(head, identifier);
  if (head.pendingIssue !== null) {
    return versionPending();
  }
  return new TrustError('license-state-forbids', `the license is ${head.stored}`);
}

function versionPending(): TrustError {
  return new TrustError('license-pending', 'another case is making the next version of this license', {
    hint: 'Wait until that is done, then ask again with the identifier that is current then.',
  });
}
