// Logging out by an administrator or an operator: one account, or everybody there is (an incident). Everybody goes through the
// queue in batches, because it may be hundreds of thousands; whoever logs in after the order stays.
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { enqueue } from '../../common/queue/enqueue.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import { parseReason } from '../domain/reason.ts';
import { deleteGrantsBefore } from '../store/artifacts.ts';
import { insertEvent } from '../store/events.ts';
import { countLiveSessions, listSessionsBefore } from '../store/sessions.ts';
import { type Ended, endSession, endSessionsOf } from './end-sessions.ts';

export type LogOutDeps = { readonly db: Knex; readonly clock: Clock };

/** Who ends it: an account, or `operator`. */
export type LogOutOrder = { readonly by: string; readonly reason: string };

const QUEUE = { schema: 'identity', queue: 'logout-everybody' } as const;
const SESSIONS = 200;
const GRANTS = 20_000;

/** All sessions of one account, and what was granted beyond them. Errors: invalid-request for the reason. */
export async function logOutAccount(
  { db, clock }: LogOutDeps,
  { sub, by, reason }: LogOutOrder & { readonly sub: string },
): Promise<Ended> {
  const why = parseReason(reason);
  const ended = await endSessionsOf({ db, clock }, { sub, reason: 'admin' });
  await insertEvent(db, { at: clock(), kind: 'account.logged-out', sub, detail: { by, reason: why, ...ended } });
  return ended;
}

/** Orders the end of every session there is now; returns how many. Errors: invalid-request for the reason. */
export async function logOutEverybody(
  { db, clock }: LogOutDeps,
  { by, reason }: LogOutOrder,
): Promise<{ readonly sessions: number }> {
  const why = parseReason(reason);
  return db.transaction(async (trx) => {
    const now = clock();
    const sessions = await countLiveSessions(trx, now);
    await insertEvent(trx, { at: now, kind: 'session.all-ended', detail: { by, reason: why, sessions } });
    await enqueue(trx, { ...QUEUE, now, payload: { before: now.toISOString() } });
    return { sessions };
  });
}

const Order = z.object({ before: z.iso.datetime() });

/** Repeating it ends what is left. */
export function everybodyQueue({ db, clock }: LogOutDeps): QueueDefinition {
  return {
    queue: QUEUE.queue,
    concurrency: 1,
    leaseSeconds: 60,
    retry: { delaysSeconds: [1, 5, 30, 120, 600], jitter: 0.2 },
    handle: async ({ payload }, signal) => {
      const before = new Date(Order.parse(payload).before);
      // 1. Sessions: found no more from here on, grants revoked, systems told.
      for (;;) {
        signal.throwIfAborted();
        const some = await listSessionsBefore(db, before, SESSIONS);
        for (const session of some) await endSession({ db, clock }, { ...session, reason: 'admin' });
        if (some.length < SESSIONS) break;
      }
      // 2. Grants that outlive their sessions.
      for (let gone = GRANTS; gone === GRANTS; ) {
        signal.throwIfAborted();
        gone = await deleteGrantsBefore(db, before, GRANTS);
      }
    },
  };
}
