// 撤销, 吊销 and 注销: ends a license by the table of states. Only the issuing authority that issued it can.
//   1 was this key used before   2 lock the license, judge by the table   3 state, act and event in one transaction
import type { RevocationRequest } from '../../common/contract/license.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { License, StoredLicense } from '../domain/license-record.ts';
import { nextState, stateAt } from '../domain/license-states.ts';
import { openLicense } from '../domain/open-license.ts';
import { insertEvent } from '../store/events.ts';
import { lockLicense, updateLicenseState } from '../store/licenses.ts';
import { findRevocation, insertRevocation } from '../store/revocations.ts';
import type { LicenseDeps } from './deps.ts';
import { getIssuedLicense } from './read-license.ts';

export type RevokeRequest = RevocationRequest & { readonly identifier: string; readonly idempotencyKey: string };
export type RevokeOutcome = { readonly license: License; readonly created: boolean };

/** Throws license-not-found (also for another authority's license), license-state-forbids, idempotency-conflict. */
export async function revokeLicense(
  deps: LicenseDeps,
  clientId: string,
  request: RevokeRequest,
): Promise<RevokeOutcome> {
  await getIssuedLicense(deps, clientId, request.identifier);
  // 1 The same key again: the same answer, or a conflict.
  if (await wasDoneBefore(deps, clientId, request)) return answer(deps, clientId, request, false);
  const now = deps.clock();
  try {
    await deps.db.transaction(async (trx) => {
      // 2 The row stays locked, so that of two acts the second sees the first.
      const stored = await lockLicense(trx, request.identifier);
      if (!stored) throw new TrustError('license-not-found', 'there is no such license');
      const state = nextState(currentState(stored, now), request.kind);
      // 3
      await insertRevocation(trx, { ...request, clientId, revokedAt: now });
      await updateLicenseState(trx, request.identifier, { state, reason: request.reason, at: now });
      await insertEvent(trx, {
        at: now,
        kind: 'revoked',
        identifier: request.identifier,
        actor: clientId,
        detail: { act: request.kind, state },
      });
    });
  } catch (error) {
    // Two requests with one key at the same moment: the loser finds what the winner did.
    const raced = isUniqueViolation(error) || (error instanceof TrustError && error.code === 'license-state-forbids');
    if (!raced || !(await wasDoneBefore(deps, clientId, request))) throw error;
    return answer(deps, clientId, request, false);
  }
  return answer(deps, clientId, request, true);
}

function currentState(stored: StoredLicense, now: Date) {
  return stateAt(stored.stored, stored.validTo, now);
}

async function wasDoneBefore(deps: LicenseDeps, clientId: string, request: RevokeRequest): Promise<boolean> {
  const earlier = await findRevocation(deps.db, clientId, request.idempotencyKey);
  if (!earlier) return false;
  const { identifier, kind, reason } = request;
  if (earlier.identifier === identifier && earlier.kind === kind && earlier.reason === reason) return true;
  throw new TrustError('idempotency-conflict', 'this key revoked another license or with other words');
}

async function answer(
  deps: LicenseDeps,
  clientId: string,
  { identifier }: RevokeRequest,
  created: boolean,
): Promise<RevokeOutcome> {
  const stored = await getIssuedLicense(deps, clientId, identifier);
  return { license: openLicense(deps.keys.holderBox, stored, deps.clock()), created };
}
