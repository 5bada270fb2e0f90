// A system that did not answer until its logouts were given up is told again, once its people say that it is back: every notice
// from the beginning of its schedule, each as a fresh token.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { requeueDeadJobs } from '../../common/queue/store/jobs.ts';
import { parseReason } from '../domain/reason.ts';
import { insertEvent } from '../store/events.ts';
import { reviveNotices } from '../store/logout-notices.ts';
import { LOGOUT_QUEUE } from './end-sessions.ts';

/** How many notices wait again. Errors: invalid-request for the reason. */
export async function tellAgain(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  { clientId, by, reason }: { readonly clientId: string; readonly by: string; readonly reason: string },
): Promise<{ readonly notices: number }> {
  const why = parseReason(reason);
  const now = clock();
  return db.transaction(async (trx) => {
    await reviveNotices(trx, clientId);
    const { schema, queue } = LOGOUT_QUEUE;
    const notices = await requeueDeadJobs(trx, schema, { queue, key: clientId }, now);
    await insertEvent(trx, {
      at: now,
      kind: 'client.logouts-requeued',
      clientId,
      detail: { by, reason: why, notices },
    });
    return { notices };
  });
}
