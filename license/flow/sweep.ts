// Removes what has run out: presentation codes that nobody used and sessions, in bounded batches.

import { deleteExpiredPresentations } from '../store/presentations.ts';
import { deleteExpiredSessions } from '../store/sessions.ts';
import type { LicenseDeps } from './deps.ts';

const BATCH = 1000;
/** An expired code is kept this long, so that its holder is told "expired" and not "unknown". */
const KEEP_CODES_SECONDS = 24 * 3600;

export async function sweepExpired(deps: Pick<LicenseDeps, 'db' | 'clock'>): Promise<number> {
  const now = deps.clock();
  const codesBefore = new Date(now.getTime() - KEEP_CODES_SECONDS * 1000);
  return (
    (await deleteExpiredPresentations(deps.db, codesBefore, BATCH)) + (await deleteExpiredSessions(deps.db, now, BATCH))
  );
}
