// Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0): a queue whose every try sends a fresh
// logout token. A try that failed comes again after the next delay of the schedule; what is given up waits as dead until
// somebody requeues it. A client may be told twice, when a process dies between its answer and our note: with another jti,
// about the same `sid`, which is over either way.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import { END_REASONS } from '../domain/session-end.ts';
import { insertEvent } from '../store/events.ts';
import {
  countUntried,
  isDelivered,
  type LogoutNotice,
  listNotices,
  markNotice,
  type NoticeKey,
} from '../store/logout-notices.ts';
import { LOGOUT_QUEUE, STRAGGLERS_QUEUE, tellStragglers } from './end-sessions.ts';

/** Sends one fresh logout token; rejects unless the client answers that it took it. */
export type SendLogout = (to: { clientId: string; sid: string; sub: string }) => Promise<void>;

export type LogoutQueueDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly send: SendLogout;
  /** How long one delivery may take. */
  readonly timeoutMs: number;
  readonly retryDelaysSeconds: readonly number[];
};

/** Deliveries at once in one process: they wait for others, not for us. */
const CONCURRENCY = 64;
/** Deliveries to one client at once, so that one that hangs holds a few places only. */
const PER_CLIENT = 4;
const JITTER = 0.2;
const STRAGGLER_DELAYS = [1, 5, 30, 120, 600];

const Notice = z.object({ session_uid: z.string(), client_id: z.string(), sid: z.string(), sub: z.string() });
const Stragglers = z.object({ session_uid: z.string(), sub: z.string(), reason: z.enum(END_REASONS) });

export function logoutQueues(deps: LogoutQueueDeps): readonly QueueDefinition[] {
  const { db, clock } = deps;
  return [
    {
      queue: LOGOUT_QUEUE.queue,
      concurrency: CONCURRENCY,
      perKey: PER_CLIENT,
      leaseSeconds: Math.ceil(deps.timeoutMs / 1000) + 15,
      retry: { delaysSeconds: deps.retryDelaysSeconds, jitter: JITTER },
      handle: async ({ payload }) => {
        const { key, sub } = readNotice(payload);
        if (!(await isDelivered(db, key))) await deps.send({ ...key, sub });
      },
      settled: async (trx, { payload, tries }, outcome) => {
        const { key, sub } = readNotice(payload);
        const now = clock();
        const error = outcome.state === 'done' ? null : outcome.error;
        await markNotice(trx, key, {
          state: outcome.state === 'done' ? 'delivered' : outcome.state,
          tries,
          error,
          now,
        });
        if (outcome.state === 'waiting') return;
        const kind = outcome.state === 'done' ? 'logout.notified' : 'logout.undelivered';
        await insertEvent(trx, { at: now, kind, sub, clientId: key.clientId, detail: { tries } });
      },
    },
    {
      queue: STRAGGLERS_QUEUE.queue,
      concurrency: 4,
      leaseSeconds: 30,
      retry: { delaysSeconds: STRAGGLER_DELAYS, jitter: JITTER },
      handle: async ({ payload }) => {
        const { session_uid, sub, reason } = Stragglers.parse(payload);
        await tellStragglers({ db, clock }, { sessionUid: session_uid, sub, reason });
      },
    },
  ];
}

const FIRST_LOOK_MS = 10;
const LAST_LOOK_MS = 100;

/** The receipts of a session's end, once every client was tried, or after `waitMs`. */
export async function awaitFirstTries(
  db: Knex,
  { sessionUid, since, waitMs }: { readonly sessionUid: string; readonly since: Date; readonly waitMs: number },
): Promise<readonly LogoutNotice[]> {
  const deadline = performance.now() + waitMs;
  for (let pause = FIRST_LOOK_MS; performance.now() < deadline; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
    if ((await countUntried(db, sessionUid)) === 0) break;
    await sleep(pause);
  }
  return listNotices(db, sessionUid, since);
}

function readNotice(payload: unknown): { key: NoticeKey; sub: string } {
  const { session_uid, client_id, sid, sub } = Notice.parse(payload);
  return { key: { sessionUid: session_uid, clientId: client_id, sid }, sub };
}
