// The state of a license at a date that has passed, out of its versions and the changes of its state: what was sealed and in
// force at the end of that day in China.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { LicenseVersion } from './license-record.ts';
import { type LicenseState, STORED_STATES, type StoredState } from './license-states.ts';

export type StateChange = { readonly at: Date; readonly to: string };

/** Null: at the end of that day the license had not been issued. `changes` in any order. */
export function stateAtDate(
  versions: readonly Pick<LicenseVersion, 'createdAt' | 'validTo'>[],
  changes: readonly StateChange[],
  date: string,
): LicenseState | null {
  const until = (at: Date): boolean => chinaDate(at) <= date;
  const version = newest(
    versions.filter(({ createdAt }) => until(createdAt)),
    ({ createdAt }) => createdAt,
  );
  if (!version) return null;
  const change = newest(
    changes.filter(({ at }) => until(at)),
    ({ at }) => at,
  );
  const stored = storedOf(change?.to);
  return stored === 'valid' && version.validTo < date ? 'expired' : stored;
}

/** A change back to valid may have been told as what it was then: expired. */
function storedOf(to: string | undefined): StoredState {
  return STORED_STATES.find((state) => state === to) ?? 'valid';
}

function newest<T>(all: readonly T[], at: (one: T) => Date): T | undefined {
  return all.toSorted((a, b) => at(b).getTime() - at(a).getTime())[0];
}
