// States of a license and the acts that lead from one to another, in words and as one table: the states and operations of
// the national platform (C 01xx) without its numbers. `expired` is never stored: it follows from valid_to and the
// date; `superseded` is said of an identifier, never of a license. Not here: who may act (license/flow), and which of the
// acts a license type allows (its `acts`).
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { LICENSE_STATES, type STATE_ACTS, type VERSION_OPERATIONS } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';
import type { LicenseActName } from './license-acts.ts';

/** What a license is at an instant. */
export type LicenseState = (typeof LICENSE_STATES)[number];
/** What a row can hold: 有效, 暂扣, 撤销, 吊销, 注销, 失效, 办理转出. */
export type StoredState = Exclude<LicenseState, 'expired'>;
export const STORED_STATES = LICENSE_STATES.filter((state): state is StoredState => state !== 'expired');

/** Acts that make a new version with a file of its own. */
export type VersionAct = (typeof VERSION_OPERATIONS)[number];
/** Acts that change the state and nothing else. */
export type StateAct = (typeof STATE_ACTS)[number];
export type LicenseAct = VersionAct | StateAct;

type Row = Readonly<Partial<Record<LicenseAct, StoredState>>>;

const ENDINGS: Row = { withdraw: 'withdrawn', revoke: 'revoked', cancel: 'cancelled' };

/** From each state the acts that it allows, and where they lead. An empty row is an end. */
export const TRANSITIONS: Readonly<Record<LicenseState, Row>> = {
  valid: {
    renew: 'valid', //               延续
    change: 'valid', //              变更
    replace: 'valid', //             补发
    correct: 'valid', //             更正
    suspend: 'suspended', //         暂扣
    lapse: 'lapsed', //              失效
    transfer_out: 'transferred', //  办理转出
    ...ENDINGS, //                   撤销, 吊销, 注销
  },
  suspended: { resume: 'valid', lapse: 'lapsed', ...ENDINGS }, // 暂扣发还
  expired: { renew: 'valid', lapse: 'lapsed', ...ENDINGS }, //    it was never right, whatever its date
  lapsed: { withdraw: 'withdrawn', cancel: 'cancelled' },
  transferred: { cancel_transfer: 'valid' }, //                   取消转出
  withdrawn: {},
  revoked: {},
  cancelled: {},
};

/** 撤销, 吊销, 注销: acts after which nothing more can be done. */
export function isEnding(act: StateAct): boolean {
  return act in ENDINGS;
}

/** States in which the holder may show the license: what it is, is said with it. */
const PRESENTABLE: ReadonlySet<LicenseState> = new Set(['valid', 'suspended', 'expired']);

/**
 * The state that `act` leads to. `lawful` are the acts of the license type. Throws `license-state-forbids` where the table
 * has no entry or the type does not know the act.
 */
export function nextState(from: LicenseState, act: LicenseAct, lawful: readonly LicenseActName[]): StoredState {
  if (!lawful.includes(act)) {
    throw new TrustError('license-state-forbids', `this license type knows no ${act}; it knows ${lawful.join(', ')}`);
  }
  const to = TRANSITIONS[from][act];
  if (to !== undefined) return to;
  const open = Object.keys(TRANSITIONS[from]).filter((known) => lawful.some((one) => one === known));
  const allowed = open.length === 0 ? 'nothing more can be done with it' : `possible are ${open.join(', ')}`;
  throw new TrustError('license-state-forbids', `a license that is ${from} takes no ${act}; ${allowed}`);
}

/** The state at `now`: a valid license is expired from the day after valid_to, by the calendar of China. */
export function stateAt(stored: StoredState, validTo: string, now: Date): LicenseState {
  return stored === 'valid' && validTo < chinaDate(now) ? 'expired' : stored;
}

export function isPresentable(state: LicenseState): boolean {
  return PRESENTABLE.has(state);
}

/** Throws `license-state-forbids` for a license that may not be shown any more. */
export function checkPresentable(state: LicenseState): void {
  if (!isPresentable(state)) throw new TrustError('license-state-forbids', `the license is ${state}`);
}
