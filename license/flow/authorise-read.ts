// Every read of a license by somebody else than its holder or issuing authority goes through here.
//   1 caller: a registered client, so an organisation     2 purpose and matter, as they will stand in the holder's record
//   3 the license that the identifier names               4 the ground: one that was named, or whatever carries the read
//   5 the cut: elements that the ground allows, no others 6 the use of the ground and the event, in one transaction
// Nothing is told before 6 is on disk. What is refused is an event too, with the reason. Between 5 and 6 the caller may
// make what it will tell (an annotated copy); the statement of 6 judges once more what can have changed since 4.
import type { Knex } from 'knex';
import { toHex } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import type { EventDetail } from '../domain/event-detail.ts';
import { holderKey } from '../domain/holder-key.ts';
import type { LicenseEvent, LicenseEventKind } from '../domain/license-event.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import { listMetadata, type MetadataEntry } from '../domain/license-metadata.ts';
import type { License } from '../domain/license-record.ts';
import { judgeRead, type ReadAsk, type ReadGround, type RefusalReason } from '../domain/read-grounds.ts';
import { cutElements, OPEN_ELEMENTS } from '../domain/shared-elements.ts';
import type { LicenseClient } from '../store/clients.ts';
import { listConsentsForReading, useConsent } from '../store/consents.ts';
import { insertEvent } from '../store/events.ts';
import { listBasesForReading, useLegalBasis } from '../store/legal-bases.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';
import { type Happening, makeBareEvent, makeEvent } from './make-event.ts';
import { findLicense } from './open-license.ts';

export type ReadDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

export type ReadPurpose = {
  readonly purpose: string;
  /** 办理事项编码. */
  readonly matterCode: string;
  /** `cns_…` or `lgb_…`: this ground and no other; null: whatever carries the read. */
  readonly groundId: string | null;
};
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
 * license-superseded, license-shredded, and `read-refused`, whose detail begins with the reason.
 */
export async function judgeReadOf(deps: ReadDeps, clientId: string, request: ReadRequest): Promise<AllowedRead> {
  // 1
  const caller = await getClient(deps, clientId);
  // 3
  const at = deps.clock();
  const license = await findLicense(deps, request.identifier);
  if (!license) return refuseUnknown(deps, caller, request, at);
  // 4
  const grounds = await findGrounds(deps, caller, request, license.head.holderKeys, at);
  const ask = askOf(caller, request, license, at);
  const verdict = judgeRead(ask, grounds);
  if (!verdict.allowed) return refuse(deps, caller, request, { license, at, ...verdict });
  if (!license.isCurrent) {
    const current = license.head.identifier;
    throw new TrustError(
      'license-superseded',
      `the identifier names an earlier version; the current one is ${current}`,
    );
  }
  // 5
  const type = await deps.catalog.getVersion(license.content.licenseType, license.content.typeVersion);
  const holder = holderPlace(deps, license, verdict.ground);
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
  const { caller, request, license, ground } = read;
  const at = deps.clock();
  const grounds = await findGrounds(deps, caller, { groundId: ground.id }, license.head.holderKeys, at);
  const verdict = judgeRead(askOf(caller, request, license, at), grounds);
  const why = 'The ground was used up while this was read.';
  await refuse(deps, caller, request, { license, at, ...(verdict.allowed ? { reason: 'used-up', why } : verdict) });
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

/** What the holder will read about it. */
export function readEvent(read: AllowedRead, kind: LicenseEventKind) {
  const { license, caller, request, ground, fields, at } = read;
  const matter = { code: request.matterCode, name: ground.matterName };
  const detail = { ...detailOf(caller, request), matter, fields };
  return eventOf(license, caller, { kind, at, detail, basis: basisOf(ground) });
}

/** An event of a caller who was told something about a license that is not read on a ground: `told` says what. */
export function callerEvent(
  license: License,
  caller: LicenseClient,
  purpose: ReadPurpose,
  told: EventDetail,
  at: Date,
): LicenseEvent {
  const detail = { ...detailOf(caller, purpose), ...told };
  return eventOf(license, caller, { kind: 'read', at, detail, basis: null });
}

export function basisOf(ground: Pick<ReadGround, 'kind' | 'id'>): string {
  return `${ground.kind}:${ground.id}`;
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
    wanted: request.wanted === 'all' ? 'all' : request.wanted.filter((name) => !OPEN_ELEMENTS.has(name)),
    at,
  };
}

export type Refused = {
  readonly license: License | null;
  readonly at: Date;
  readonly reason: RefusalReason;
  readonly why: string;
};

/** Writes the refusal down and throws it. */
export async function refuse(
  deps: ReadDeps,
  caller: LicenseClient,
  request: ReadPurpose & { readonly identifier: string | null },
  { license, at, reason, why }: Refused,
): Promise<never> {
  const detail = { ...detailOf(caller, request), reason };
  const event = { kind: 'refused', at, detail, basis: null } as const;
  await insertEvent(
    deps.db,
    license ? eventOf(license, caller, event) : strangersEvent(caller, request.identifier, at),
  );
  throw refusal(reason, why);
}

/** Of a license that is not there nobody learns more than that he may not read it, unless the law lets him read its type. */
async function refuseUnknown(deps: ReadDeps, caller: LicenseClient, request: ReadRequest, at: Date): Promise<never> {
  const { licenseType } = parseLicenseIdentifier(request.identifier);
  const bases = await listBasesForReading(deps.db, caller.clientId, chinaDate(at));
  if (bases.some((basis) => basis.licenseTypes.some((one) => one.licenseType === licenseType)))
    throw new TrustError('license-not-found', 'there is no license with this identifier');
  const why = 'There is neither a consent of the holder nor a legal basis for this caller and license.';
  return refuse(deps, caller, request, { license: null, at, reason: 'no-ground', why });
}

function refusal(reason: RefusalReason, why: string): TrustError {
  return new TrustError('read-refused', `${reason}: ${why}`);
}

function detailOf(caller: LicenseClient, { purpose, matterCode }: ReadPurpose): EventDetail {
  return { organisation_name: caller.organisationName, purpose, matter: { code: matterCode } };
}

type EventPart = Pick<Happening, 'kind' | 'at' | 'basis'> & { readonly detail: EventDetail };

function eventOf({ dataKey, version }: License, caller: LicenseClient, { detail, ...part }: EventPart): LicenseEvent {
  const who = { actor: caller.clientId, organisation: caller.organisation };
  return makeEvent(dataKey, { ...part, ...who, identifier: version.identifier }, detail);
}

/** Without a license there is no key to close a detail under, and nobody whom it concerns. */
function strangersEvent({ clientId, organisation }: LicenseClient, identifier: string | null, at: Date): LicenseEvent {
  const who = { actor: clientId, organisation, basis: null };
  return makeBareEvent({ ...who, at, kind: 'refused', licenseId: null, identifier });
}

/** The place among the holders of the one who gave the consent; null for a legal basis. */
function holderPlace({ keys }: ReadDeps, { content }: License, ground: ReadGround): number | null {
  if (ground.kind === 'basis') return null;
  const place = content.holders.findIndex(
    ({ codeType, code }) => toHex(holderKey(keys.pepper, codeType, code)) === ground.holderKey,
  );
  if (place < 0) throw new TrustError('read-refused', 'no-ground: who gave the consent holds this license no more.');
  return place;
}
