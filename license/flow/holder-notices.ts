// What a holder is told of his licenses, newest first: what was done with them (their events), that one ends soon, that a unit
// read one for the first time without him. Nothing is kept for it beside events and notices.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { listEvents } from '../store/events.ts';
import { listNotices, type Notice } from '../store/notices.ts';

type Told = { readonly id: string; readonly at: Date; readonly licenseId: string; readonly identifier: string | null };
export type HolderNotice = Told &
  (
    | { readonly kind: 'issued' | 'version-added' | 'state-changed' }
    /** `days` before `validTo`. */
    | { readonly kind: 'expiring'; readonly days: number; readonly validTo: string }
    /** 统一社会信用代码 of the unit. */
    | { readonly kind: 'new-reader'; readonly reader: string }
  );

const KINDS = ['issued', 'version-added', 'state-changed'] as const;
/** Older ones are found in the history of the license. */
const KEPT_DAYS = 180;
const DAY_MS = 86_400_000;

/** Of these licenses, at most `limit`. */
export async function listHolderNotices(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  licenseIds: readonly string[],
  limit = 50,
): Promise<readonly HolderNotice[]> {
  if (licenseIds.length === 0) return [];
  const since = new Date(clock().getTime() - KEPT_DAYS * DAY_MS);
  const events = await listEvents(db, { licenseIds, kinds: KINDS, before: null, limit });
  const notices = await listNotices(db, licenseIds, since, limit);
  const told = events.flatMap(({ eventId: id, at, kind, licenseId, identifier }): readonly HolderNotice[] => {
    const known = KINDS.find((one) => one === kind);
    return known && licenseId !== null && at >= since ? [{ id, at, kind: known, licenseId, identifier }] : [];
  });
  const byTime = (a: HolderNotice, b: HolderNotice): number =>
    b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
  return [...told, ...notices.map(noticeOf)].sort(byTime).slice(0, limit);
}

function noticeOf({ noticeId: id, at, kind, licenseId, identifier, ref }: Notice): HolderNotice {
  if (kind === 'new-reader') return { id, at, kind, licenseId, identifier, reader: ref };
  const [days = '', validTo = ''] = ref.split(' ');
  return { id, at, kind, licenseId, identifier, days: Number(days), validTo };
}
