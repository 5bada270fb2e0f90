// What a license was worth at the end of a day that has passed, out of its record: the versions and what changed its state.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import { openEventDetail } from '../domain/event-detail.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { stateAtDate } from '../domain/state-history.ts';
import { listEvents } from '../store/events.ts';
import { listLicenseVersions } from '../store/versions.ts';
import type { LicenseDeps } from './deps.ts';

/** Null: it had not been issued then. `date`: YYYY-MM-DD in China, judged by `checkPastDate`. */
export async function findStateAt(
  { db }: Pick<LicenseDeps, 'db'>,
  { head, dataKey }: License,
  date: string,
): Promise<LicenseState | null> {
  const choice = { licenseIds: [head.licenseId], kinds: ['state-changed'], before: null, limit: 1000 } as const;
  const [versions, events] = await Promise.all([listLicenseVersions(db, head.licenseId), listEvents(db, choice)]);
  const changes = events.map(({ at, eventId, detailBox }) => {
    const detail = detailBox === null ? {} : openEventDetail(dataKey, eventId, detailBox);
    return { at, to: detail.to ?? '' };
  });
  return stateAtDate(versions, changes, date);
}

/** Throws `invalid-request` for a day that has not come. */
export function checkPastDate(date: string | null, now: Date): void {
  if (date === null || date <= chinaDate(now)) return;
  throw new TrustError('invalid-request', 'the state of a license is known until today', { pointer: '/date' });
}
