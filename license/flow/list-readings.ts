// 谁看过: who read a license, when, on what ground and which parts, from its events, newest first. For its holder only.
import { TrustError } from '../../common/errors.ts';
import { type EventDetail, openEventDetail } from '../domain/event-detail.ts';
import type { LicenseEventKind } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import { type EventPlace, listEvents } from '../store/events.ts';
import type { LicenseDeps } from './deps.ts';

export const READING_KINDS = [
  'read',
  'file-read',
  'redeemed',
  'shared',
  'annotated',
] as const satisfies LicenseEventKind[];
export type ReadingKind = (typeof READING_KINDS)[number];

export type Reading = {
  readonly at: Date;
  readonly kind: ReadingKind;
  /** 统一社会信用代码, and the name that was told with it. */
  readonly organisation: string | null;
  readonly organisationName: string | null;
  /** What stands before the colon: consent, presentation, basis, authority, holder. */
  readonly ground: string;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly fields: readonly string[];
};

export type Readings = { readonly entries: readonly Reading[]; readonly older: EventPlace | null };

/** At most `limit`; `older`: where the next page begins. */
export async function listReadings(
  { db }: Pick<LicenseDeps, 'db'>,
  { head, dataKey }: Pick<License, 'head' | 'dataKey'>,
  { before, limit }: { readonly before: EventPlace | null; readonly limit: number },
): Promise<Readings> {
  const which = { licenseIds: [head.licenseId], kinds: READING_KINDS, before, limit: limit + 1 };
  const events = await listEvents(db, which);
  const shown = events.slice(0, limit);
  const last = shown.at(-1);
  return {
    older: events.length > limit && last ? { at: last.at, eventId: last.eventId } : null,
    entries: shown.map(({ eventId, at, kind, organisation, basis, detailBox }) => {
      const detail: EventDetail = detailBox === null ? {} : openEventDetail(dataKey, eventId, detailBox);
      return {
        at,
        kind: readingKind(kind),
        organisation,
        organisationName: detail.organisation_name ?? null,
        ground: basis?.split(':')[0] ?? 'authority',
        purpose: detail.purpose ?? null,
        matter: detail.matter?.name ?? null,
        fields: detail.fields ?? [],
      };
    }),
  };
}

function readingKind(kind: LicenseEventKind): ReadingKind {
  const known = READING_KINDS.find((one) => one === kind);
  if (known === undefined) throw new TrustError('internal', `an event ${kind} is no reading`);
  return known;
}
