// Every read of a license by somebody else than its holder or issuing authority goes through here.
//   1 caller: a registered client, so an organisation     2 purpose and matter, as they will stand in the holder's record
//   3 the license that the identifier names               4 the ground: one that was named, or whatever carries the read
//   5 the cut: elements that the ground allows, no others 6 the use of the ground and the event, in one transaction
// Nothing is told before 6 is on disk. What is refused is an event too, with the reason (refuse-read.ts). Between 5 and 6 the
// caller may make what it will tell (an annotated copy); the statement of 6 judges once more what can have changed since 4.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { holderKey } from '../domain/holder-key.ts';
import type { LicenseEventKind } from '../domain/license-event.ts';
import { listMetadata, type MetadataEntry } from '../domain/license-metadata.ts';
import type { License } from '../domain/license-record.ts';
import { judgeRead, type ReadAsk, type ReadGround, type ReadVerdict } from '../domain/read-grounds.ts';
import { beyondOpen, cutElements } from '../domain/shared-elements.ts';
import type { LicenseClient } from '../store/clients.ts';
import { listConsentsForReading, useConsent } from '../store/consents.ts';
import { insertEvent } from '../store/events.ts';
import { listBasesForReading, useLegalBasis } from '../store/legal-bases.ts';
import type { LicenseDeps } from './deps.ts';
import { findLicense } from './open-license.ts';
import { type ReadPurpose, readEvent } from './reader-events.ts';
import { findEndedBases, getReader, noteRefusal, type Refusal, refuse, refuseUnknown } from './refuse-read.ts';

export type ReadDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

export type ReadRequest = ReadPurpose & {
  readonly identifier: string;
  /** Short names, `file`, or `all` that the ground allows. */
  readonly wanted: readonly string[] | 'all';
};

/** A read that may be made; nothing is counted yet. */
export type AllowedRead = {
  readonly caller: LicenseClient;
  readonly request: ReadRequest;
  readonly license: License;
  readonly ground: ReadGround;
  /** Allowed beside the open elements. */
  readonly fields: readonly string[];
  /** What may be told, values included. */
  readonly entries: readonly MetadataEntry[];
  readonly at: Date;
};

/** Steps 1 to 6. Throws as `judgeReadOf` and `commitRead`. */
export async function authoriseRead(deps: ReadDeps, clientId: string, request: ReadRequest): Promise<AllowedRead> {
  const read = await judgeReadOf(deps, clientId, request);
  await commitRead(deps, read, 'shared');
  return read;
}

/**
 * Steps 1 to 5. Throws client-not-registered, identifier-malformed, identifier-check, license-not-found,
 * license-superseded, and `read-refused`, whose detail begins with the reason.
 */
export async function judgeReadOf(deps: ReadDeps, clientId: string, request: ReadRequest): Promise<AllowedRead> {
  // 1
  const caller = await getReader(deps, clientId, request.identifier);
  // 3
  const at = deps.clock();
  const license = await findReadable(deps, request.identifier);
  if (!license) return refuseUnknown(deps, caller, request, at);
  // 4
  const grounds = await findGrounds(deps, caller, request, license.head.holderKeys, at);
  const ask = askOf(caller, request, license, at);
  const verdict = await judgeAsked(deps, ask, request, grounds);
  if (!verdict.allowed) return refuse(deps, caller, request, { license, at, ...verdict });
  if (!license.isCurrent) {
    const current = license.head.identifier;
    await noteRefusal(deps, caller, request, { license, at, reason: 'license-superseded' });
    throw new TrustError(
      'license-superseded',
      `the identifier names an earlier version; the current one is ${current}`,
    );
  }
  // 5
  const type = await deps.catalog.getVersion(license.content.licenseType, license.content.typeVersion);
  const holder = holderPlace(deps, license, verdict.ground);
  if (holder === 'gone') return refuse(deps, caller, request, { license, at, reason: 'no-ground', why: HOLDS_NO_MORE });
  const entries = cutElements(listMetadata(type, license.content), verdict.fields, holder);
  return { caller, request, license, ground: verdict.ground, fields: verdict.fields, entries, at };
}

/**
 * Step 6, with whatever else belongs to this read in the same transaction. Throws `read-refused`, with the reason as it is
 * now, when the ground was used up, withdrawn or ended meanwhile.
 */
export async function commitRead(
  deps: ReadDeps,
  read: AllowedRead,
  kind: LicenseEventKind,
  also: (trx: Knex.Transaction) => Promise<void> = async () => {},
): Promise<void> {
  const done = await deps.db.transaction(async (trx) => {
    if (!(await useGround(trx, read))) return false;
    await insertEvent(trx, readEvent(read, kind));
    await also(trx);
    return true;
  });
  if (done) return;
  const { caller, request, license } = read;
  await refuse(deps, caller, request, { license, at: deps.clock(), ...(await lackNow(deps, read)) });
}

/** Why the ground of a read does not carry it any more. */
export async function lackNow(deps: ReadDeps, { caller, request, license, ground }: AllowedRead): Promise<Refusal> {
  const at = deps.clock();
  const named = { groundId: ground.id };
  const grounds = await findGrounds(deps, caller, named, license.head.holderKeys, at);
  const verdict = await judgeAsked(deps, askOf(caller, request, license, at), named, grounds);
  return verdict.allowed ? usedUp(ground) : verdict;
}

/** Of what is refused, a legal basis that was ended may be what lacks least. */
async function judgeAsked(
  deps: ReadDeps,
  ask: ReadAsk,
  asked: Pick<ReadPurpose, 'groundId'>,
  grounds: readonly ReadGround[],
): Promise<ReadVerdict> {
  const verdict = judgeRead(ask, grounds);
  if (verdict.allowed) return verdict;
  return judgeRead(ask, [...grounds, ...(await findEndedBases(deps, ask.clientId, asked, ask.at))]);
}

export function usedUp({ kind }: Pick<ReadGround, 'kind'>): Refusal {
  return kind === 'basis'
    ? { reason: 'quota', why: 'Others made the last reads of the day at the same moment.' }
    : { reason: 'used-up', why: 'Others made the last use of the consent at the same moment.' };
}

/** Counts one use of the ground; false when it does not carry the read any more. */
export async function useGround(
  trx: Knex.Transaction,
  { ground, license, fields, caller, at }: Pick<AllowedRead, 'ground' | 'license' | 'fields' | 'caller' | 'at'>,
): Promise<boolean> {
  if (ground.kind === 'basis')
    return useLegalBasis(trx, { basisId: ground.id, clientId: caller.clientId, now: at, day: chinaDate(at) });
  const { licenseId } = license.head;
  return useConsent(trx, { consentId: ground.id, organisation: caller.organisation, licenseId, fields, now: at });
}

/** The caller's legal bases, and what these holders gave its organisation; only the named one when one is named. */
export async function findGrounds(
  deps: ReadDeps,
  caller: LicenseClient,
  { groundId }: Pick<ReadPurpose, 'groundId'>,
  holderKeys: readonly Uint8Array[],
  at: Date,
): Promise<readonly ReadGround[]> {
  const [consents, bases] = await Promise.all([
    listConsentsForReading(deps.db, holderKeys, caller.organisation),
    listBasesForReading(deps.db, caller.clientId, chinaDate(at)),
  ]);
  return [...consents, ...bases].filter((ground) => groundId === null || ground.id === groundId);
}

export function askOf(caller: LicenseClient, request: ReadRequest, license: License, at: Date): ReadAsk {
  const { head } = license;
  return {
    clientId: caller.clientId,
    organisation: caller.organisation,
    purpose: request.purpose,
    matterCode: request.matterCode,
    license: {
      licenseId: head.licenseId,
      licenseType: head.licenseType,
      region: head.region,
      state: license.state,
      holderKeys: head.holderKeys.map(toHex),
    },
    wanted: beyondOpen(request.wanted),
    at,
  };
}

/** Null when there is none, or none any more: what was shredded is not told from what never was. */
async function findReadable(deps: ReadDeps, identifier: string): Promise<License | null> {
  try {
    return await findLicense(deps, identifier);
  } catch (error) {
    if (isTrustError(error, 'license-shredded')) return null;
    throw error;
  }
}

const HOLDS_NO_MORE = 'Who gave the consent holds this license no more.';

/** The place among the holders of the one who gave the consent; null for a legal basis. */
function holderPlace({ keys }: ReadDeps, { content }: License, ground: ReadGround): number | null | 'gone' {
  if (ground.kind === 'basis') return null;
  const place = content.holders.findIndex(
    ({ codeType, code }) => toHex(holderKey(keys.pepper, codeType, code)) === ground.holderKey,
  );
  return place < 0 ? 'gone' : place;
}
