// What runs beside the requests and serves all of them: the hash chain of events with its checkpoints, the messages to
// subscribers, the daily notices. main.ts starts and stops it; resuming issues and sweeping is flow/housekeeping.ts.
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import type { OpenAudit } from '../../common/audit/open-audit.ts';
import { makeGuardedPost } from '../../common/client/guarded-post.ts';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { deleteDoneJobs } from '../../common/queue/store/jobs.ts';
import { makeWorkers, type QueueDefinition, type Workers } from '../../common/queue/workers.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { type EventChain, makeEventChain } from './chain-events.ts';
import { notifyQueue } from './deliver-webhooks.ts';
import { makeFollow } from './follow-events.ts';
import { noticeEndings } from './notice-endings.ts';

export type BackgroundDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: Pick<RoomKeys, 'webhookBox'>;
  readonly metrics: { readonly registry: Registry };
  /** Of the room, not started. */
  readonly audit: OpenAudit;
  /** Further queues of the room. */
  readonly queues: readonly QueueDefinition[];
  /** Private networks (CIDR) on which subscribers may be reached. */
  readonly webhookNetworks: readonly string[];
  readonly webhookTimeoutMs: number;
  readonly webhookRetrySeconds: readonly number[];
  /** How long jobs that are done stay. */
  readonly jobDays: number;
};

export type Background = {
  readonly chain: EventChain;
  readonly workers: Workers;
  start(): void;
  /** Jobs get `graceMs`; what waits for the chain is chained, a last checkpoint made, the audit's connection ended. */
  stop(graceMs: number): Promise<void>;
};

const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const BATCH = 1000;

export function makeBackground(deps: BackgroundDeps): Background {
  const { db, clock, log, audit } = deps;
  const chain = makeEventChain({ audit: audit.audit, log, follow: makeFollow({ clock }) });
  const post = makeGuardedPost({ networks: deps.webhookNetworks, timeoutMs: deps.webhookTimeoutMs });
  const workers = makeWorkers({ db, schema: 'license', clock, log, registry: deps.metrics.registry }, [
    notifyQueue({ ...deps, post }),
    ...deps.queues,
  ]);
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<unknown> = Promise.resolve();
  const look = (): void => {
    round = doChores(deps, stopping.signal)
      .catch((error: unknown) => log.warn({ err: error }, 'chores wait for their next turn'))
      .finally(() => {
        if (!stopping.signal.aborted) timer = setTimeout(look, QUARTER_MS).unref();
      });
  };
  return {
    chain,
    workers,
    start: () => {
      audit.start();
      chain.start();
      workers.start();
      look();
    },
    stop: async (graceMs) => {
      stopping.abort();
      clearTimeout(timer);
      await round;
      await workers.stop(graceMs);
      await chain.stop();
      await audit.close();
    },
  };
}

/** The daily notices, and jobs whose time is over. */
export async function doChores(
  { db, clock, jobDays }: Pick<BackgroundDeps, 'db' | 'clock' | 'jobDays'>,
  signal: AbortSignal,
): Promise<void> {
  await noticeEndings({ db, clock }, signal);
  const before = new Date(clock().getTime() - jobDays * DAY_MS);
  for (let gone = BATCH; gone === BATCH && !signal.aborted; ) gone = await deleteDoneJobs(db, 'license', before, BATCH);
}
