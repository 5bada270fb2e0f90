// The workers of a room: they take due jobs of their queues and see each one through. Any number of processes may run them.
// A job is held by a lease that is extended while the handler works; when a process is killed the lease runs out and
// another worker takes the job again. So every job is tried at least once, and a handler may meet one that was done already:
// `idempotencyKey` tells. Woken by NOTIFY when a transaction that enqueued commits; a slow poll catches what was missed.
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import { type Listener, listenTo } from '../db/listen.ts';
import type { Log } from '../log.ts';
import type { Job, Outcome, RetryPolicy } from './job.ts';
import { type Lane, makeLane } from './lane.ts';
import { makeQueueMetrics } from './metrics.ts';
import { channelOf } from './store/jobs.ts';

export type QueueDefinition = {
  readonly queue: string;
  /** Resolves when the job is done; a rejection is a failed try. `signal` says: stop, the job is not yours any more. */
  readonly handle: (job: Job, signal: AbortSignal) => Promise<void>;
  /** Runs in the transaction that records what a try came to, for what must never differ from it. */
  readonly settled?: (trx: Knex, job: Job, outcome: Outcome) => Promise<void>;
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** Jobs of one key at once over all processes: a slow receiver never takes all places. All of them unless given. */
  readonly perKey?: number;
  /** How long a job stays with a process that does not answer any more. */
  readonly leaseSeconds: number;
  readonly retry: RetryPolicy;
};

export type WorkersDeps = {
  readonly db: Knex;
  readonly schema: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  /** Chance in [0, 1) for the jitter. */
  readonly chance?: () => number;
  /** How often due jobs are looked for when nobody wakes us. */
  readonly pollMs?: number;
};

export type Workers = {
  /** Also after a stop. */
  start(): void;
  /** Nothing new is taken; jobs under way get `graceMs`, then they are aborted and given back. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when nothing is due and nothing under way, lost jobs included: for tests and for those who wait. */
  idle(): Promise<void>;
};

const POLL_MS = 2_000;
const GRACE_MS = 10_000;

export function makeWorkers(deps: WorkersDeps, definitions: readonly QueueDefinition[]): Workers {
  const { db, schema, log } = deps;
  const metrics = makeQueueMetrics(deps.registry, { db, schema, clock: deps.clock });
  const lanes = new Map<string, Lane>(
    definitions.map((definition) => [
      definition.queue,
      makeLane({ ...deps, chance: deps.chance ?? Math.random, pollMs: deps.pollMs ?? POLL_MS, metrics }, definition),
    ]),
  );
  let listener: Listener | null = null;
  return {
    start: () => {
      if (listener) return;
      for (const lane of lanes.values()) lane.start();
      listener = listenTo(db, {
        channel: channelOf(schema),
        onNotice: (queue) => lanes.get(queue)?.wake(),
        onConnect: () => {
          for (const lane of lanes.values()) lane.wake();
        },
        onTrouble: (error) => log.warn({ err: error }, 'the queue is not woken and polls'),
      });
    },
    stop: async (graceMs = GRACE_MS) => {
      const heard = listener;
      listener = null;
      await Promise.all([heard?.stop(), ...[...lanes.values()].map((lane) => lane.stop(graceMs))]);
    },
    idle: async () => void (await Promise.all([...lanes.values()].map((lane) => lane.idle()))),
  };
}
