// 证照检索 (GB/T 36906): which licenses of a type has this holder? The answer names them and their state, nothing else, and
// is a read like any other: it needs a ground, counts as one use of it, and stands in the record of each license it names.
// A search that finds nothing counts too, or the quota would not keep anybody from trying holder codes.

import { fromHex } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { judgeByLaw, judgeRead, type ReadGround } from '../domain/read-grounds.ts';
import type { LicenseClient } from '../store/clients.ts';
import { findConsent } from '../store/consents.ts';
import { insertEvent, insertEvents } from '../store/events.ts';
import { useLegalBasis } from '../store/legal-bases.ts';
import { type AllowedRead, askOf, findGrounds, lackNow, type ReadDeps, usedUp, useGround } from './authorise-read.ts';
import { makeBareEvent } from './make-event.ts';
import { listHolderLicenses } from './open-license.ts';
import { basisOf, type ReadPurpose, readEvent } from './reader-events.ts';
import { findEndedBases, getReader, noteRefusal, refuse } from './refuse-read.ts';

export type SharedSearch = ReadPurpose & {
  readonly licenseType: string;
  /** Null with a consent: its holder. */
  readonly holderKey: Uint8Array | null;
  /** 持证主体名称; a holder of another name is not found. */
  readonly holderName: string | null;
  /** Prefix of a GB/T 2260 code. */
  readonly region: string | null;
  /** Only licenses in this state. */
  readonly state: LicenseState | null;
};

/**
 * The licenses that may be named. Throws client-not-registered, license-not-found when there is none, and `read-refused`
 * when no ground carries a search.
 */
export async function searchShared(
  deps: ReadDeps,
  clientId: string,
  search: SharedSearch,
): Promise<readonly License[]> {
  const caller = await getReader(deps, clientId, null);
  const at = deps.clock();
  const holder = search.holderKey ?? (await holderOfConsent(deps, caller, search.groundId));
  const licenses = holder === null ? [] : await listHolderLicenses(deps, holder, [search.licenseType]);
  const grounds = await findGrounds(deps, caller, search, holder === null ? [] : [holder], at);
  const asked: Asked = { caller, search, at };
  const reads = licenses.flatMap((license) => (fits(license, search) ? allowedRead(asked, license, grounds) : []));
  if (reads.length > 0) return (await useOrRefuse(deps, reads)).map(({ license }) => license);
  // What a consent is for is no secret from the unit that has it: of its licenses none is as the search says.
  const consents = grounds.filter(({ kind }) => kind === 'consent');
  const [unfit] = licenses.flatMap((license) => allowedRead(asked, license, consents));
  if (!unfit) return findNothing(deps, asked, { licenses, grounds });
  await useOrRefuse(deps, [unfit]);
  throw nothingFound();
}

/** Who searches for what, when. */
type Asked = { readonly caller: LicenseClient; readonly search: SharedSearch; readonly at: Date };

function judgeOne({ caller, search, at }: Asked, license: License, grounds: readonly ReadGround[]) {
  const request = { ...search, identifier: license.head.identifier, wanted: [] };
  return { request, verdict: judgeRead(askOf(caller, request, license, at), grounds) };
}

function allowedRead(asked: Asked, license: License, grounds: readonly ReadGround[]): readonly AllowedRead[] {
  const { request, verdict } = judgeOne(asked, license, grounds);
  const { caller, at } = asked;
  return verdict.allowed ? [{ caller, request, license, ground: verdict.ground, fields: [], entries: [], at }] : [];
}

/** Those whose ground still carried them; when none did, what the first lacks by now, told of each. */
async function useOrRefuse(deps: ReadDeps, reads: readonly AllowedRead[]): Promise<readonly AllowedRead[]> {
  const carried = await useEach(deps, reads);
  const [first, ...others] = reads;
  if (carried.length > 0 || !first) return carried;
  const at = deps.clock();
  const lack = await lackNow(deps, first);
  for (const { caller, request, license } of others)
    await noteRefusal(deps, caller, request, { license, at, reason: lack.reason });
  return refuse(deps, first.caller, first.request, { license: first.license, at, ...lack });
}

/** One use of each ground, one event for each license: one transaction. */
async function useEach(deps: ReadDeps, reads: readonly AllowedRead[]): Promise<readonly AllowedRead[]> {
  const first = new Map(reads.map((read) => [read.ground.id, read]));
  return deps.db.transaction(async (trx) => {
    const used = new Set<string>();
    for (const [id, read] of first) if (await useGround(trx, read)) used.add(id);
    const carried = reads.filter(({ ground }) => used.has(ground.id));
    await insertEvents(
      trx,
      carried.map((read) => readEvent(read, 'read')),
    );
    return carried;
  });
}

/** Nothing was found that may be named: told only on a legal basis for this type, and counted. */
async function findNothing(
  deps: ReadDeps,
  asked: Asked,
  { licenses, grounds }: { readonly licenses: readonly License[]; readonly grounds: readonly ReadGround[] },
): Promise<never> {
  const { caller, search, at } = asked;
  const unnamed = { ...search, identifier: null };
  const { clientId, organisation } = caller;
  const ended = await findEndedBases(deps, clientId, search, at);
  const verdict = judgeByLaw({ ...search, clientId, organisation, wanted: [], at }, [...grounds, ...ended]);
  if (!verdict.allowed) {
    const own = verdict.reason === 'no-ground' ? lackOfConsent(asked, licenses, grounds) : null;
    return refuse(deps, caller, unnamed, { license: null, at, ...verdict, ...own });
  }
  const basisId = verdict.ground.id;
  const counted = await deps.db.transaction(async (trx) => {
    const use = { basisId, clientId: caller.clientId, now: at, day: chinaDate(at) };
    if (!(await useLegalBasis(trx, use))) return false;
    const who = { actor: caller.clientId, organisation: caller.organisation, basis: basisOf(verdict.ground) };
    await insertEvent(trx, makeBareEvent({ at, kind: 'read', licenseId: null, identifier: null, ...who }));
    return true;
  });
  if (!counted) await refuse(deps, caller, unnamed, { license: null, at, ...usedUp(verdict.ground) });
  throw nothingFound();
}

/** What a consent that this unit has lacks for the search; null when it has none for a license of that type and holder. */
function lackOfConsent(asked: Asked, licenses: readonly License[], grounds: readonly ReadGround[]) {
  const consents = grounds.filter(({ kind }) => kind === 'consent');
  for (const license of licenses) {
    const { verdict } = judgeOne(asked, license, consents);
    if (!verdict.allowed && verdict.reason !== 'no-ground') return { ...verdict, license };
  }
  return null;
}

function nothingFound(): TrustError {
  return new TrustError('license-not-found', 'there is no license of that type and holder that you may read');
}

function fits({ head, content, state }: License, { holderName, region, state: wanted }: SharedSearch): boolean {
  if (wanted !== null && state !== wanted) return false;
  if (region !== null && !head.region.startsWith(region)) return false;
  return holderName === null || content.holders.some(({ name }) => name === holderName.trim());
}

async function holderOfConsent(
  deps: ReadDeps,
  caller: LicenseClient,
  groundId: string | null,
): Promise<Uint8Array | null> {
  const consent = groundId === null ? null : await findConsent(deps.db, groundId);
  return consent?.organisation === caller.organisation ? fromHex(consent.holderKey) : null;
}
