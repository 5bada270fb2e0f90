// Removes what has run out: presentations, digits and tries of digits, requests for consent, annotated copies, sessions, what
// clerks left as drafts and what the rows of ended lists said; in bounded batches. What was read of a presentation stays in the
// events of its licenses.
import { deleteEndedCopies } from '../store/annotated-copies.ts';
import { forgetBatchCells } from '../store/batches.ts';
import { deleteOldRequests } from '../store/consent-requests.ts';
import { deleteDigitTries } from '../store/digit-tries.ts';
import { deleteOldDrafts } from '../store/drafts.ts';
import { deleteDigits, deletePresentations } from '../store/presentations.ts';
import { deleteEndedSessions, deleteExpiredSessions } from '../store/sessions.ts';
import type { LicenseDeps } from './deps.ts';

const BATCH = 1000;
/** A presentation that nobody read is kept this long, so that its holder is told "expired" and not "unknown". */
const KEEP_UNUSED_SECONDS = 24 * 3600;
/** One that was read: so long a repeated request gets its answer, and a holder can complain about who read it. */
const KEEP_USED_SECONDS = 30 * 24 * 3600;
const KEEP_TRIES_SECONDS = 3600;
/** A draft that nobody changed any more. */
const KEEP_DRAFTS_SECONDS = 30 * 24 * 3600;

/** A request for consent that led to none. */
const KEEP_REQUESTS_SECONDS = 30 * 24 * 3600;
/** An annotated copy whose end has passed: so long a check of the file still says so. */
const KEEP_COPIES_SECONDS = 180 * 24 * 3600;

/** What the rows of a list said, after its end; their outcome stays. */
const KEEP_LIST_SECONDS = 30 * 24 * 3600;

/** No login takes this long to finish. */
const KEEP_ENDED_SECONDS = 3600;

/** One pass over all tables; returns how many rows went. */
export async function sweepExpired(deps: Pick<LicenseDeps, 'db' | 'clock'>, batch = BATCH): Promise<number> {
  const { db } = deps;
  const ago = (seconds: number): Date => new Date(deps.clock().getTime() - seconds * 1000);
  const sweeps = [
    () =>
      deletePresentations(db, {
        unusedBefore: ago(KEEP_UNUSED_SECONDS),
        usedBefore: ago(KEEP_USED_SECONDS),
        limit: batch,
      }),
    () => deleteDigits(db, ago(KEEP_TRIES_SECONDS), batch),
    () => deleteDigitTries(db, ago(KEEP_TRIES_SECONDS), batch),
    () => deleteOldRequests(db, ago(KEEP_REQUESTS_SECONDS), batch),
    () => deleteEndedCopies(db, ago(KEEP_COPIES_SECONDS), batch),
    () => forgetBatchCells(db, ago(KEEP_LIST_SECONDS), batch),
    () => deleteExpiredSessions(db, ago(0), batch),
    () => deleteOldDrafts(db, ago(KEEP_DRAFTS_SECONDS), batch),
    () => deleteEndedSessions(db, ago(KEEP_ENDED_SECONDS), batch),
  ];
  let total = 0;
  for (const sweep of sweeps) {
    for (let gone = batch; gone === batch; total += gone) gone = await sweep();
  }
  return total;
}
