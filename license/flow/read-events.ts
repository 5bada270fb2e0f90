// The record of a license, newest first, page by page, with what each event tells beside its columns opened. Who may see it is
// decided by whoever calls: the authority that issued it (http/license-events.ts), its holder (list-readings.ts).
import { type EventDetail, openEventDetail } from '../domain/event-detail.ts';
import type { LicenseEvent, LicenseEventKind } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import { type EventPlace, listEvents } from '../store/events.ts';
import type { LicenseDeps } from './deps.ts';

export type OpenedEvent = { readonly event: LicenseEvent; readonly detail: EventDetail };
export type EventPage = {
  readonly entries: readonly OpenedEvent[];
  /** Where the next page begins; null behind the first event. */
  readonly older: EventPlace | null;
};

/** At most `limit` events of these kinds, those before `before`. `sealed-box-corrupt` when a box was changed. */
export async function readEvents(
  { db }: Pick<LicenseDeps, 'db'>,
  { head, dataKey }: Pick<License, 'head' | 'dataKey'>,
  choice: {
    readonly kinds: readonly LicenseEventKind[];
    readonly before: EventPlace | null;
    readonly limit: number;
  },
): Promise<EventPage> {
  const { limit } = choice;
  const events = await listEvents(db, { ...choice, licenseIds: [head.licenseId], limit: limit + 1 });
  const shown = events.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map((event) => {
      const { eventId, detailBox } = event;
      return { event, detail: detailBox === null ? {} : openEventDetail(dataKey, eventId, detailBox) };
    }),
    older: events.length > limit && last ? { at: last.at, eventId: last.eventId } : null,
  };
}
