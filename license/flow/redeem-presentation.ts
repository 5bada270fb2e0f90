// A registered verifier redeems a presentation code and reads the license behind it: once.
//   1 a registered verifier   2 was this key used before   3 use the code up, end its twins and note what was shown, in one
//   transaction
import { equalBytes } from '../../common/bytes.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import type { License } from '../domain/license-record.ts';
import { openLicense } from '../domain/open-license.ts';
import { hashPresentationCode, parsePresentationCode } from '../domain/presentation-code.ts';
import { insertEvent } from '../store/events.ts';
import { findLicense } from '../store/licenses.ts';
import { findVerifier, type Verifier } from '../store/participants.ts';
import {
  endOtherPresentations,
  findPresentation,
  findRedemption,
  type PresentationUse,
  usePresentation,
} from '../store/presentations.ts';
import type { LicenseDeps } from './deps.ts';
import { codeProblem, readPresentation } from './present-license.ts';

export type Redemption = {
  readonly redemptionId: string;
  readonly redeemedAt: Date;
  readonly verifier: string;
  /** With the state that it had when the code was redeemed, a revoked one included. */
  readonly license: License;
};
export type RedeemRequest = { readonly code: string; readonly idempotencyKey: string };

/** Throws verifier-not-registered, code-malformed, code-unknown, code-used, code-expired, idempotency-conflict. */
export async function redeemPresentation(
  deps: LicenseDeps,
  clientId: string,
  request: RedeemRequest,
): Promise<{ readonly redemption: Redemption; readonly created: boolean }> {
  // 1
  const verifier = await findVerifier(deps.db, clientId);
  if (!verifier) throw new TrustError('verifier-not-registered', 'this client is not registered as a verifier');
  const codeHash = hashPresentationCode(parsePresentationCode(request.code));
  // 2 The same key again: the same answer, or a conflict.
  const earlier = await findEarlier(deps, clientId, request.idempotencyKey, codeHash);
  if (earlier) return { redemption: earlier, created: false };
  // 3
  const redemption = await useCode(deps, verifier, request.idempotencyKey, codeHash);
  if (redemption) return { redemption, created: true };
  // Used, expired or unknown; or used a moment ago by a parallel request with this very key.
  const raced = await findEarlier(deps, clientId, request.idempotencyKey, codeHash);
  if (raced) return { redemption: raced, created: false };
  throw codeProblem(await readPresentation(deps, request.code));
}

async function useCode(
  deps: LicenseDeps,
  verifier: Verifier,
  idempotencyKey: string,
  codeHash: Uint8Array,
): Promise<Redemption | null> {
  const presentation = await findPresentation(deps.db, codeHash);
  if (!presentation || presentation.use) return null;
  const now = deps.clock();
  const license = await readLicense(deps, presentation.identifier, now);
  const use: PresentationUse = {
    usedAt: now,
    usedBy: verifier.clientId,
    idempotencyKey,
    redemptionId: makeId('rdm'),
    verifierName: verifier.name,
    shownState: license.state,
    shownReason: license.stateReason,
    shownSince: license.stateChangedAt,
  };
  try {
    const won = await deps.db.transaction(async (trx) => {
      if (!(await usePresentation(trx, codeHash, use))) return false;
      await endOtherPresentations(trx, license.identifier, codeHash, now);
      await insertEvent(trx, {
        at: now,
        kind: 'redeemed',
        identifier: license.identifier,
        actor: verifier.clientId,
        detail: { redemption_id: use.redemptionId, verifier: verifier.name, state: license.state },
      });
      return true;
    });
    return won ? makeRedemption(license, use) : null;
  } catch (error) {
    // The key was used for another code in the same moment: the caller looks again and finds the conflict.
    if (isUniqueViolation(error, 'presentations_redemption')) return null;
    throw error;
  }
}

async function findEarlier(
  deps: LicenseDeps,
  clientId: string,
  idempotencyKey: string,
  codeHash: Uint8Array,
): Promise<Redemption | null> {
  const found = await findRedemption(deps.db, clientId, idempotencyKey);
  if (!found?.use) return null;
  if (!equalBytes(found.codeHash, codeHash)) {
    throw new TrustError('idempotency-conflict', 'this key redeemed another code');
  }
  return makeRedemption(await readLicense(deps, found.identifier, found.use.usedAt), found.use);
}

function makeRedemption(license: License, use: PresentationUse): Redemption {
  return {
    redemptionId: use.redemptionId,
    redeemedAt: use.usedAt,
    verifier: use.verifierName,
    license: { ...license, state: use.shownState, stateReason: use.shownReason, stateChangedAt: use.shownSince },
  };
}

async function readLicense(deps: LicenseDeps, identifier: string, at: Date): Promise<License> {
  const stored = await findLicense(deps.db, identifier);
  if (!stored) throw new TrustError('internal', 'the license of a presentation is missing');
  return openLicense(deps.keys.holderBox, stored, at);
}
