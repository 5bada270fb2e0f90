// 证照检索 (GB/T 36906): which licenses of a type has this holder? The answer names them and their state, nothing else, and
// is a read like any other: it needs a ground, counts as one use of it, and stands in the record of each license it names.
// A search that finds nothing counts too, or the quota would not keep anybody from trying holder codes.

import { fromHex } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { type BasisGround, judgeRead, type ReadGround } from '../domain/read-grounds.ts';
import type { LicenseClient } from '../store/clients.ts';
import { findConsent } from '../store/consents.ts';
import { insertEvent, insertEvents } from '../store/events.ts';
import { useLegalBasis } from '../store/legal-bases.ts';
import {
  type AllowedRead,
  askOf,
  basisOf,
  findGrounds,
  type ReadDeps,
  type ReadPurpose,
  readEvent,
  refuse,
  useGround,
} from './authorise-read.ts';
import { getClient } from './clients.ts';
import { makeBareEvent } from './make-event.ts';
import { listHolderLicenses } from './open-license.ts';

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
  const caller = await getClient(deps, clientId);
  const at = deps.clock();
  const holder = search.holderKey ?? (await holderOfConsent(deps, caller, search.groundId));
  const licenses = holder === null ? [] : await listHolderLicenses(deps, holder, [search.licenseType]);
  const grounds = await findGrounds(deps, caller, search, holder === null ? [] : [holder], at);
  const reads = licenses
    .filter((license) => fits(license, search))
    .flatMap((license) => {
      const request = { ...search, identifier: license.head.identifier, wanted: [] };
      const verdict = judgeRead(askOf(caller, request, license, at), grounds);
      return verdict.allowed ? [{ caller, request, license, ground: verdict.ground, fields: [], entries: [], at }] : [];
    });
  if (reads.length === 0) return findNothing(deps, caller, search, { grounds, at });
  const carried = await useEach(deps, reads);
  if (carried.length > 0) return carried.map(({ license }) => license);
  return refuseUsedUp(deps, caller, search, at);
}

function refuseUsedUp(deps: ReadDeps, caller: LicenseClient, search: SharedSearch, at: Date): Promise<never> {
  const why = 'The ground was used up, withdrawn or ended while this was searched.';
  return refuse(deps, caller, { ...search, identifier: null }, { license: null, at, reason: 'used-up', why });
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
  caller: LicenseClient,
  search: SharedSearch,
  { grounds, at }: { readonly grounds: readonly ReadGround[]; readonly at: Date },
): Promise<never> {
  const verdict = judgeSearch(caller, search, grounds, at);
  if (!verdict.allowed) {
    return refuse(deps, caller, { ...search, identifier: null }, { license: null, at, ...verdict });
  }
  const basisId = verdict.ground.id;
  const counted = await deps.db.transaction(async (trx) => {
    const use = { basisId, clientId: caller.clientId, now: at, day: chinaDate(at) };
    if (!(await useLegalBasis(trx, use))) return false;
    const who = { actor: caller.clientId, organisation: caller.organisation, basis: basisOf(verdict.ground) };
    await insertEvent(trx, makeBareEvent({ at, kind: 'read', licenseId: null, identifier: null, ...who }));
    return true;
  });
  if (!counted) await refuseUsedUp(deps, caller, search, at);
  throw new TrustError('license-not-found', 'there is no license of that type and holder that you may read');
}

/** As if there were a license where the basis reaches: whether the caller may search at all. */
function judgeSearch(caller: LicenseClient, search: SharedSearch, grounds: readonly ReadGround[], at: Date) {
  const bases = grounds.filter((ground): ground is BasisGround => ground.kind === 'basis');
  const license = {
    licenseId: '',
    licenseType: search.licenseType,
    region: search.region ?? '',
    state: 'valid',
    holderKeys: [],
  } as const;
  return judgeRead(
    {
      clientId: caller.clientId,
      organisation: caller.organisation,
      purpose: search.purpose,
      matterCode: search.matterCode,
      license,
      wanted: [],
      at,
    },
    search.region === null ? bases.map((basis) => ({ ...basis, regions: [''] })) : bases,
  );
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
