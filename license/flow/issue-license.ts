// Issuing a license, in the steps of docs/issuance-cycle.md. The intent is on record before anything leaves the room, so
// that a crash at any point is finished later, by the repeated request, by a starting room or by `xinji resume`:
//   1 may this client issue this type   2 judge the request, render once   3 record the intent, with a lease
//   4 render   5 seal, under a key made from the intent   6 store the file   7 license, holder, event, outcome: one transaction
// Steps 4 to 6 give the same bytes whenever they are repeated. No transaction is open over a call to another room.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { equalBytes } from '../../common/bytes.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId, makeToken } from '../../common/ids.ts';
import { closeContent, fingerprintRequest, makeIssueContent, SERIAL_CHARACTERS } from '../domain/issue-content.ts';
import type { License } from '../domain/license-record.ts';
import { openLicense } from '../domain/open-license.ts';
import { type RenderedLicense, renderLicense } from '../pdf/render-license.ts';
import { claimIssue, findIssue, type Issue, insertIssue } from '../store/issues.ts';
import { findLicense } from '../store/licenses.ts';
import { findIssuingClient, type IssuingClient } from '../store/participants.ts';
import type { LicenseDeps } from './deps.ts';
import { finishIntent, makeLease } from './finish-intent.ts';

export type IssueOutcome = {
  readonly license: License;
  /** False when the case had its license already. */
  readonly created: boolean;
};
export type IssueOptions = {
  /** How long a request waits for another one that works on the same case. */
  readonly waitMs?: number;
};

const WAIT_MS = 15_000;

/**
 * Issues the license of a case, or returns the one that the case has. Throws issuing-not-allowed,
 * license-type-not-found, license-fields-invalid, code-check, glyph-missing, case-conflict, license-pending, and what
 * the seal room says (the intent stays and can be repeated).
 */
export async function issueLicense(
  deps: LicenseDeps,
  clientId: string,
  request: IssueRequest,
  { waitMs = WAIT_MS }: IssueOptions = {},
): Promise<IssueOutcome> {
  // 1 May this client issue this type?
  const client = await findIssuingClient(deps.db, clientId, request.license_type);
  if (!client) throw await notAllowed(deps, request.license_type);
  const key = { clientId, caseId: request.case_id, licenseType: request.license_type };
  const fingerprint = fingerprintRequest(deps.keys.fingerprint, request);

  const earlier = await findIssue(deps.db, key);
  if (earlier) return joinIssue(deps, earlier, fingerprint, waitMs);

  // 2 What cannot be printed never becomes an intent.
  const { intent, rendered } = await makeIntent(deps, client, request, fingerprint);

  // 3 The intent is on record. Of parallel requests one gets it, the others join.
  const lease = makeLease(deps.clock());
  if (!(await insertIssue(deps.db, intent, lease))) {
    const winner = await findIssue(deps.db, key);
    if (!winner) throw new TrustError('internal', 'an issue vanished');
    return joinIssue(deps, winner, fingerprint, waitMs);
  }

  // 4 to 7; what was rendered a moment ago is the result of step 4.
  await finishIntent(deps, { ...intent, state: 'intended', attempts: 1 }, lease, rendered);
  return { license: await readLicense(deps, intent.identifier), created: true };
}

async function makeIntent(
  deps: LicenseDeps,
  client: IssuingClient,
  request: IssueRequest,
  fingerprint: Uint8Array,
): Promise<{ readonly intent: Omit<Issue, 'state' | 'attempts'>; readonly rendered: RenderedLicense }> {
  const type = await deps.catalog.get(request.license_type);
  const authority = { name: client.authorityName, code: client.authorityCode };
  const face = { verifyUrl: deps.verifyUrl, verifyCode: makeToken(16).toUpperCase() };
  const content = { ...makeIssueContent(type, authority, request, makeSerial(), deps.clock()), ...face };
  const rendered = renderLicense(deps.renderer, type, { ...content, holders: [content.holder] });
  const issueId = makeId('iss');
  const intent = {
    issueId,
    clientId: client.clientId,
    caseId: request.case_id,
    licenseType: request.license_type,
    fingerprint,
    contentBox: closeContent(deps.keys.issueBox, content, issueId),
    sealEsID: client.sealEsID,
    identifier: content.identifier,
    createdAt: content.createdAt,
  };
  return { intent, rendered };
}

/** The case was begun before: return its license, wait for who works on it, or take over work that was left lying. */
async function joinIssue(
  deps: LicenseDeps,
  found: Issue,
  fingerprint: Uint8Array,
  waitMs: number,
): Promise<IssueOutcome> {
  if (!equalBytes(found.fingerprint, fingerprint)) {
    throw new TrustError('case-conflict', `case ${found.caseId} was begun with another request`);
  }
  let issue = found;
  const deadline = performance.now() + waitMs;
  for (let pause = 20; issue.state !== 'done'; pause = Math.min(pause * 2, 500)) {
    const lease = makeLease(deps.clock());
    const claimed = await claimIssue(deps.db, issue.issueId, lease, deps.clock());
    if (claimed) {
      await finishIntent(deps, claimed, lease);
      return { license: await readLicense(deps, claimed.identifier), created: true };
    }
    if (performance.now() > deadline) {
      throw new TrustError('license-pending', `the license of case ${issue.caseId} is being issued by another request`);
    }
    await sleep(pause);
    issue = (await findIssue(deps.db, issue)) ?? issue;
  }
  return { license: await readLicense(deps, issue.identifier), created: false };
}

async function readLicense(deps: LicenseDeps, identifier: string): Promise<License> {
  const stored = await findLicense(deps.db, identifier);
  if (!stored) throw new TrustError('internal', `the license of a finished issue is missing: ${identifier}`);
  return openLicense(deps.keys.holderBox, stored, deps.clock());
}

/** Tells an unknown type from a type that this client may not issue. */
async function notAllowed(deps: LicenseDeps, licenseType: string): Promise<TrustError> {
  await deps.catalog.get(licenseType);
  return new TrustError('issuing-not-allowed', `this client is not registered to issue ${licenseType}`);
}

const SERIAL_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Random characters without bias: bytes beyond the last multiple of 36 are thrown away. */
function makeSerial(): string {
  let serial = '';
  while (serial.length < SERIAL_CHARACTERS) {
    for (const byte of randomBytes(32)) {
      if (byte < 252 && serial.length < SERIAL_CHARACTERS) serial += SERIAL_ALPHABET.charAt(byte % 36);
    }
  }
  return serial;
}
