// States of a license and the acts that lead from one to another, as a table. `expired` is never stored: it follows from
// valid_to and the date. Not here: who may act (license/flow).

import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { LicenseState, RevocationRequest } from '../../common/contract/license.ts';
import { TrustError } from '../../common/errors.ts';

/** What a row can hold. */
export type StoredState = Exclude<LicenseState, 'expired'>;
export type LicenseAct = RevocationRequest['kind'];

type Transition = { readonly from: LicenseState; readonly act: LicenseAct; readonly to: StoredState };

export const TRANSITIONS: readonly Transition[] = [
  { from: 'valid', act: 'withdrawn', to: 'revoked' }, //      撤销
  { from: 'valid', act: 'revoked', to: 'revoked' }, //        吊销
  { from: 'valid', act: 'cancelled', to: 'cancelled' }, //    注销
  { from: 'suspended', act: 'withdrawn', to: 'revoked' },
  { from: 'suspended', act: 'revoked', to: 'revoked' },
  { from: 'suspended', act: 'cancelled', to: 'cancelled' },
  { from: 'expired', act: 'withdrawn', to: 'revoked' }, //    it was never right, whatever its date
  { from: 'expired', act: 'cancelled', to: 'cancelled' },
];

/** States in which the holder may show the license. */
const PRESENTABLE: ReadonlySet<LicenseState> = new Set(['valid', 'suspended', 'expired']);

/** The state that `act` leads to. Throws `license-state-forbids` where the table has no row. */
export function nextState(from: LicenseState, act: LicenseAct): StoredState {
  const row = TRANSITIONS.find((transition) => transition.from === from && transition.act === act);
  if (!row) throw new TrustError('license-state-forbids', `a license that is ${from} cannot be ${act}`);
  return row.to;
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
