// Legal bases are entered, ended and listed by the administrator of licenses; a basis is never changed, only ended and
// entered anew, so what was read on it is always explained by what it said then.

import { chinaDate } from '../../common/codes/calendar-date.ts';
import { NATIONAL_REGION, regionPrefix } from '../../common/codes/region.ts';
import type { LegalBasisBody } from '../../common/contract/license-consent.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { ALL_ELEMENTS, isSharedElement, WHOLE_FILE } from '../domain/shared-elements.ts';
import { insertEvent } from '../store/events.ts';
import {
  endLegalBasis,
  findLegalBasis,
  insertLegalBasis,
  type LegalBasis,
  listLegalBases,
} from '../store/legal-bases.ts';
import { adminEvent } from './admin-event.ts';
import { getClient } from './clients.ts';
import type { LicenseDeps } from './deps.ts';

type BasisDeps = Pick<LicenseDeps, 'db' | 'clock' | 'catalog'>;

/** `by`: the account of who enters it. Throws client-not-registered, license-type-not-found, invalid-request. */
export async function enterLegalBasis(deps: BasisDeps, by: string, body: LegalBasisBody): Promise<LegalBasis> {
  await getClient(deps, body.client_id);
  const now = deps.clock();
  const validFrom = body.from === undefined ? now : new Date(body.from);
  const validTo = new Date(body.to);
  if (validTo <= validFrom || validTo <= now) throw invalid('the end is not after the beginning and now', '/to');
  const licenseTypes = [];
  for (const [index, one] of body.licenses.entries()) {
    await deps.catalog.get(one.license_type);
    const names = one.fields === ALL_ELEMENTS ? [ALL_ELEMENTS] : one.fields;
    const unknown = one.fields === ALL_ELEMENTS ? undefined : one.fields.find((name) => !isSharedElement(name));
    if (unknown !== undefined) throw invalid(`${unknown} is no element that is shared`, `/licenses/${index}/fields`);
    const fields = one.file ? [...new Set([...names, WHOLE_FILE])] : names;
    licenseTypes.push({ licenseType: one.license_type, fields });
  }
  const id = makeId('lgb');
  const basis = {
    id,
    clientId: body.client_id,
    law: body.law,
    matterCode: body.matter.code,
    matterName: body.matter.name,
    licenseTypes,
    regions: body.regions.map(prefixOf),
    dailyQuota: body.daily_quota,
    validFrom,
    validTo,
    enteredAt: now,
    enteredBy: by,
  };
  await deps.db.transaction(async (trx) => {
    await insertLegalBasis(trx, basis);
    await insertEvent(trx, adminEvent('basis-entered', by, `basis:${id}`, now));
  });
  return getLegalBasis(deps, id);
}

/** A whole code of GB/T 2260 reaches what lies in it: 360000 is kept as 36, and the nation as the empty prefix. */
function prefixOf(region: string, index: number): string {
  return regionPrefix(region === '' ? NATIONAL_REGION : region, `/regions/${index}`);
}

/** Nothing is read on it from now on. Throws legal-basis-not-found. */
export async function closeLegalBasis(deps: BasisDeps, by: string, basisId: string): Promise<LegalBasis> {
  const now = deps.clock();
  const ended = await deps.db.transaction(async (trx) => {
    if (!(await endLegalBasis(trx, basisId, by, now))) return false;
    await insertEvent(trx, adminEvent('basis-ended', by, `basis:${basisId}`, now));
    return true;
  });
  if (!ended) {
    throw new TrustError('legal-basis-not-found', 'there is no such legal basis, or it was ended before');
  }
  return getLegalBasis(deps, basisId);
}

/** All, ended ones included; of one client when given. */
export function listBases(deps: BasisDeps, clientId: string | null): Promise<readonly LegalBasis[]> {
  return listLegalBases(deps.db, chinaDate(deps.clock()), clientId);
}

async function getLegalBasis(deps: BasisDeps, basisId: string): Promise<LegalBasis> {
  const basis = await findLegalBasis(deps.db, basisId, chinaDate(deps.clock()));
  if (!basis) throw new TrustError('legal-basis-not-found', 'there is no such legal basis');
  return basis;
}

function invalid(sentence: string, pointer: string): TrustError {
  return new TrustError('invalid-request', sentence, { pointer });
}
