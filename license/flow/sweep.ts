// Removes what has run out: presentation codes that nobody used and sessions, in bounded batches.

import { deleteExpiredPresentations } from '../store/presentations.ts';
import { deleteEndedSessions, deleteExpiredSessions } from '../store/sessions.ts';
import type { LicenseDeps } from './deps.ts';

const BATCH = 1000;
/** An expired code is kept this long, so that its holder is told "expired" and not "unknown". */
const KEEP_CODES_SECONDS = 24 * 3600;

/** No login takes this long to finish. */
const KEEP_ENDED_SECONDS = 3600;

/** One pass over all tables; returns how many rows went. */
export async function sweepExpired(deps: Pick<LicenseDeps, 'db' | 'clock'>, batch = BATCH): Promise<number> {
  const { db } = deps;
  const ago = (seconds: number): Date => new Date(deps.clock().getTime() - seconds * 1000);
  const sweeps = [
    () => deleteExpiredPresentations(db, ago(KEEP_CODES_SECONDS), batch),
    () => deleteExpiredSessions(db, ago(0), batch),
    () => deleteEndedSessions(db, ago(KEEP_ENDED_SECONDS), batch),
  ];
  let total = 0;
  for (const sweep of sweeps) {
    for (let gone = batch; gone === batch; total += gone) gone = await sweep();
  }
  return total;
}
