// Acts on the state of a license (暂扣, 发还, 撤销, 吊销, 注销, 失效, 转出, 取消转出), by its issuing authority, by the table of
// domain/license-states.ts. The sealed file stays as it is: state is a fact of its own.
//   1 may this caller act on it   2 was this key used before   3 judge by the table   4 state, act, event: one statement
import { randomBytes } from 'node:crypto';
import { equalBytes, utf8 } from '../../common/bytes.ts';
import { type ActDocument, type ActRequest, actDocument } from '../../common/contract/license.ts';
import { hmacSm3, NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { openLicenseKey } from '../domain/data-keys.ts';
import { nextState, stateAt } from '../domain/license-states.ts';
import { closeReason } from '../domain/open-license.ts';
import { changeState, findAct } from '../store/acts.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import type { LicenseDeps } from './deps.ts';
import type { AuthorityActor } from './issuer.ts';
import { makeEvent } from './make-event.ts';
import { checkIsCurrent } from './open-license.ts';
import { getIssuedHead } from './read-license.ts';

type ActDeps = Pick<LicenseDeps, 'db' | 'catalog' | 'keys' | 'clock'>;
export type StateActRequest = ActRequest & { readonly identifier: string; readonly idempotencyKey: string };
export type ActOutcome = {
  readonly answer: ActDocument;
  /** False when this key did it before. */
  readonly created: boolean;
};

const MOST_TURNS = 5;

/**
 * Throws license-not-found (also for another authority's license), license-superseded, license-state-forbids,
 * idempotency-conflict, license-shredded.
 */
export async function actOnLicense(
  deps: ActDeps,
  actor: AuthorityActor,
  request: StateActRequest,
): Promise<ActOutcome> {
  // 1
  await getIssuedHead(deps, actor, request.identifier);
  for (let turn = 1; ; turn++) {
    // 2 The same key again: the same answer, or a conflict.
    const earlier = await findEarlier(deps, actor, request);
    if (earlier) return { answer: earlier, created: false };
    // 3 and 4; when the license or the key was changed in the same moment, once more.
    try {
      const answer = await tryAct(deps, actor, request);
      if (answer) return { answer, created: true };
    } catch (error) {
      // What forbids the act may be this very act, done a moment ago under the same key.
      const done = isTrustError(error, 'license-state-forbids') ? await findEarlier(deps, actor, request) : null;
      if (!done) throw error;
      return { answer: done, created: false };
    }
    if (turn === MOST_TURNS) throw new TrustError('license-pending', 'the license is changed by others all the time');
  }
}

async function tryAct(deps: ActDeps, actor: AuthorityActor, request: StateActRequest): Promise<ActDocument | null> {
  const { identifier, act, reason, idempotencyKey } = request;
  const head = await getIssuedHead(deps, actor, identifier);
  checkIsCurrent(head, identifier);
  const now = deps.clock();
  const before = stateAt(head.stored, head.validTo, now);
  const to = nextState(before, act, (await deps.catalog.get(head.licenseType)).acts);
  const state = stateAt(to, head.validTo, now);
  const answer = { identifier, act, state_before: before, state, acted_at: now.toISOString() };
  const dataKey = openLicenseKey(deps.keys, head.licenseId, head, await findHolderKeys(deps.db, head.holderKeys));
  const record = {
    organisation: actor.organisation,
    idempotencyKey,
    fingerprint: fingerprintAct(deps, request),
    licenseId: head.licenseId,
    identifier,
    act,
    answer,
    actedAt: now,
  };
  // The reason is told twice: as long as the state holds, and for good.
  const reasonBox = closeReason(dataKey, reason, randomBytes(NONCE_BYTES));
  const who = { actor: actor.actor, organisation: actor.organisation, basis: 'authority' };
  const detail = { act, reason, from: before, to: state };
  const event = makeEvent(dataKey, { at: now, kind: 'state-changed', identifier, ...who }, detail);
  try {
    const done = await changeState(deps.db, record, { to, reasonBox }, head, event);
    return done ? answer : null;
  } catch (error) {
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}

async function findEarlier(
  deps: ActDeps,
  { organisation }: AuthorityActor,
  request: StateActRequest,
): Promise<ActDocument | null> {
  const earlier = await findAct(deps.db, organisation, request.idempotencyKey);
  if (!earlier) return null;
  if (equalBytes(earlier.fingerprint, fingerprintAct(deps, request))) return actDocument.parse(earlier.answer);
  throw new TrustError('idempotency-conflict', 'this key did another act, or for another reason');
}

function fingerprintAct({ keys }: ActDeps, { identifier, act, reason }: StateActRequest): Uint8Array {
  return hmacSm3(keys.fingerprint, utf8(JSON.stringify(['act', identifier, act, reason])));
}
