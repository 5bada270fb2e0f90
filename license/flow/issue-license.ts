// Issuing a license, in the steps of docs/issuance-cycle.md. The intent is on record before anything leaves the room, so
// that a crash at any point is finished later, by the repeated request, by a starting room or by `xinji resume`:
//   1 may this caller issue this type (issuer.ts)   2 judge the request, render once   3 record the intent, with a lease
//   4 external code   5 render   6 seal   7 store the file   8 license, holders, event, outcome: one statement
// Steps 4 to 8 are finish-intent.ts, how long the caller waits for them await-issue.ts. Further versions: issue-version.ts.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import { askedToIssue } from '../domain/asked.ts';
import { makeContent } from '../domain/issue-content.ts';
import { makeLicenseId, makeLicenseIdentifier } from '../domain/license-identifier.ts';
import { decideDates } from '../domain/license-validity.ts';
import { findIssue } from '../store/issues.ts';
import { recordIntent } from '../store/record-intent.ts';
import { type IssueOptions, type IssueOutcome, joinIssue, startIssue } from './await-issue.ts';
import type { LicenseDeps } from './deps.ts';
import { makeLease } from './finish-intent.ts';
import type { Issuer } from './issuer.ts';
import { makeDataKey } from './license-key.ts';
import { makeIntent, type PreparedIntent } from './make-intent.ts';
import { makeSerial, makeVerifyCode } from './random-names.ts';

/**
 * Issues the license of a case, or returns the one that the case has. Throws license-type-not-found,
 * license-fields-invalid, code-check, glyph-missing, case-conflict, license-number-taken, and what the seal room refuses for
 * good (the same request again is a new attempt).
 */
export async function issueLicense(
  deps: LicenseDeps,
  issuer: Issuer,
  request: IssueRequest,
  options: IssueOptions = {},
): Promise<IssueOutcome> {
  const asked = askedToIssue(request, issuer.right.authorityCode);
  const key = {
    organisation: issuer.organisation,
    caseId: request.case_id,
    licenseType: request.license_type,
    operation: 'issue',
    item: request.item,
  } as const;
  const wish = { key, asked, options };
  const earlier = await findIssue(deps.db, key);
  if (earlier) return joinIssue(deps, earlier, wish);

  // 2 What breaks a rule or cannot be printed never becomes an intent.
  const prepared = await prepare(deps, issuer, request, asked);

  // 3 Of parallel requests one records it, the others join.
  const lease = makeLease(deps.clock());
  const recorded = await recordIntent(deps.db, prepared.intent, lease).catch((error: unknown) => {
    if (!isUniqueViolation(error)) throw error;
    return 'number-taken' as const;
  });
  if (recorded === 'recorded') return startIssue(deps, prepared, lease, wish);
  const winner = await findIssue(deps.db, key);
  if (winner) return joinIssue(deps, winner, wish);
  throw new TrustError('license-number-taken', 'another license bears this number', { pointer: '/license_number' });
}

async function prepare(
  deps: LicenseDeps,
  issuer: Issuer,
  request: IssueRequest,
  asked: ReturnType<typeof askedToIssue>,
): Promise<PreparedIntent> {
  const now = deps.clock();
  const type = await deps.catalog.get(request.license_type);
  const { authorityCode: code, authorityName: name } = issuer.right;
  const parts = { licenseType: type.code, issuingAuthority: code, serial: makeSerial() };
  const naming = {
    identifier: makeLicenseIdentifier({ ...parts, version: 1 }),
    verifyUrl: deps.verifyUrl,
    verifyCode: makeVerifyCode(),
  };
  const dates = decideDates(type, request, chinaDate(now));
  const content = makeContent(type, { code, name }, request, dates, naming, now);
  const keyed = await makeDataKey(deps, makeLicenseId(parts), content.holders);
  return makeIntent(deps, issuer, { type, content, asked, operation: 'issue', version: 1, ...keyed }, request);
}
