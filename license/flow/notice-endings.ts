// The daily look at licenses that end: 30 and 7 days before, each license is told of once, whichever nodes look and however
// often. A day on which no node ran is made up for on the next one.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { makeUuid7 } from '../../common/ids.ts';
import { type Ending, findChoreDay, insertEndingNotices, listEnding, markChoreDone } from '../store/notices.ts';
import { tell } from './follow-events.ts';

/** Days before the end, and the shorter term by which a license that ends sooner is told of instead. */
const TERMS = [
  { days: 30, beyond: 7 },
  { days: 7, beyond: 0 },
] as const;
const CHORE = 'notice-endings';
const BATCH = 500;
const DAY_MS = 86_400_000;

/** Does the day's work if no node has done it yet; returns how many licenses were told of. */
export async function noticeEndings(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<number> {
  const now = clock();
  const today = chinaDate(now);
  if ((await findChoreDay(db, CHORE)) === today) return 0;
  const dayIn = (days: number): string => chinaDate(new Date(now.getTime() + days * DAY_MS));
  let total = 0;
  for (const { days, beyond } of TERMS) {
    // What ends today has not ended yet: a license is valid through its last day.
    const span = { from: beyond === 0 ? dayIn(-1) : dayIn(beyond), to: dayIn(days), days, limit: BATCH };
    for (let after: Ending | null = null; ; ) {
      if (signal?.aborted) return total;
      const page: readonly Ending[] = await listEnding(db, { ...span, after });
      total += await db.transaction((trx) => noticePage(trx, page, days, now));
      after = page.at(-1) ?? null;
      if (page.length < BATCH) break;
    }
  }
  await markChoreDone(db, CHORE, today);
  return total;
}

async function noticePage(trx: Knex, page: readonly Ending[], days: number, now: Date): Promise<number> {
  const notices = page.map(({ licenseId, identifier, validTo }) => ({
    ...{ licenseId, identifier, ref: `${days} ${validTo}` },
    noticeId: makeUuid7(now),
  }));
  const made = await insertEndingNotices(trx, notices, now);
  const occurrences = made.map(({ noticeId: id, licenseId, identifier, at }) => ({
    ...{ id, at, licenseId, identifier },
    type: 'license.expiring' as const,
  }));
  await tell(trx, occurrences, now);
  return made.length;
}
