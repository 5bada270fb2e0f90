// Removes what has run out: presentation codes that nobody used and sessions, in bounded batches.

import { deleteExpiredPresentations } from '../store/presentations.ts';
import { deleteEndedSessions, deleteExpiredSessions } from '../store/sessions.ts';
import type { LicenseDeps } from './deps.ts';

const BATCH = 1000;
/** An expired code is kept this long, so that its holder is told "expired" and not "unknown". */
const KEEP_CODES_SECONDS = 24 * 3600;

/** No login takes this long to finish. */
const KEEP_ENDED_SECONDS = 3600;

export async function sweepExpired(deps: Pick<LicenseDeps, 'db' | 'clock'>): Promise<number> {
  const now = deps.clock();
  const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
  const codes = await deleteExpiredPresentations(deps.db, ago(KEEP_CODES_SECONDS), BATCH);
  const sessions = await deleteExpiredSessions(deps.db, now, BATCH);
  const ended = await deleteEndedSessions(deps.db, ago(KEEP_ENDED_SECONDS), BATCH);
  return codes + sessions + ended;
}
