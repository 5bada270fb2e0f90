// One queue in one process: takes as many due jobs as it has places for, extends their leases, settles them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Job, judgeFailure, type Outcome, sayError } from './job.ts';
import type { QueueMetrics } from './metrics.ts';
import { claimJobs, extendLeases, listLostJobs, type QueueAt, settleJob } from './store/jobs.ts';
import type { QueueDefinition } from './workers.ts';

export type LaneDeps = {
  readonly db: Knex;
  readonly schema: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
  readonly pollMs: number;
  readonly metrics: QueueMetrics;
};

export type Lane = {
  start(): void;
  /** Looks for due jobs now. */
  wake(): void;
  stop(graceMs: number): Promise<void>;
  idle(): Promise<void>;
};

type Running = { readonly job: Job; readonly abort: AbortController; readonly ended: Promise<void> };

const LOST_BATCH = 100;
const ABORT_MS = 1_000;
const LOST = 'the worker did not come back before its lease ran out';

export function makeLane(deps: LaneDeps, definition: QueueDefinition): Lane {
  const { db, clock, log, metrics } = deps;
  const { queue, concurrency } = definition;
  const perKey = definition.perKey ?? concurrency;
  const running = new Map<number, Running>();
  const waiters: (() => void)[] = [];
  let ring: () => void = () => undefined;
  let isAwake = false;
  let isStopping = false;
  let looksForLost = true;
  /** The last look filled every place: there may be more behind it. */
  let mayHaveMore = true;
  let loop: Promise<void> = Promise.resolve();

  const at = (): QueueAt => ({ schema: deps.schema, queue, now: clock() });
  const lease = (): Date => new Date(clock().getTime() + definition.leaseSeconds * 1000);

  const wake = (): void => {
    isAwake = true;
    ring();
  };

  const settle = async (job: Job, outcome: Outcome, onlyLost = false): Promise<void> => {
    const write = (trx: Knex): Promise<boolean> => settleJob(trx, at(), job, outcome, { onlyLost });
    const { settled } = definition;
    const isOurs =
      settled === undefined
        ? await write(db)
        : await db.transaction(async (trx) => {
            if (!(await write(trx))) return false;
            await settled(trx, job, outcome);
            return true;
          });
    if (!isOurs) return;
    metrics.observe(queue, outcome.state, (clock().getTime() - job.enqueuedAt.getTime()) / 1000);
    if (outcome.state === 'dead') log.error({ queue, job: job.id, key: job.key, why: outcome.error }, 'job is dead');
  };

  const see = async (job: Job, signal: AbortSignal): Promise<Outcome> => {
    let outcome: Outcome = { state: 'done' };
    try {
      await definition.handle(job, signal);
    } catch (error) {
      const isGivenBack = signal.aborted && isStopping;
      outcome = isGivenBack
        ? { state: 'waiting', error: sayError(error), runAfter: clock() }
        : judgeFailure(definition.retry, job, error, clock(), deps.chance());
      log.debug({ queue, job: job.id, tries: job.tries, err: error }, 'try failed');
    }
    // When this fails too, the lease runs out and the job is tried again.
    await settle(job, outcome).catch((error: unknown) => log.warn({ queue, job: job.id, err: error }, 'not settled'));
    return outcome;
  };

  const begin = (job: Job): void => {
    const abort = new AbortController();
    const ended = see(job, abort.signal).then((outcome) => {
      running.delete(job.id);
      // What was hidden behind this job, or is it again, is looked for at once; of what else is new a notice tells.
      if (mayHaveMore || waiters.length > 0 || isStopping || job.key !== null || outcome.state !== 'done') wake();
    });
    running.set(job.id, { job, abort, ended });
  };

  /** Jobs of processes that are gone. What killed one of them again and again ends among the dead. */
  const takeBack = async (): Promise<void> => {
    for (const job of await listLostJobs(db, at(), LOST_BATCH)) {
      const judged = judgeFailure(definition.retry, job, new Error(LOST), clock(), deps.chance());
      const outcome: Outcome = judged.state === 'waiting' ? { ...judged, runAfter: clock() } : judged;
      await settle(job, outcome, true);
    }
  };

  /** Takes what is due; true when nothing is left to do. */
  const pass = async (): Promise<boolean> => {
    if (looksForLost || waiters.length > 0) await takeBack();
    looksForLost = false;
    const count = concurrency - running.size;
    if (count === 0 || isStopping) return false;
    const jobs = await claimJobs(db, at(), { count, perKey, leaseUntil: lease() });
    mayHaveMore = jobs.length === count;
    for (const job of jobs) begin(job);
    return running.size === 0;
  };

  const extend = async (): Promise<void> => {
    if (running.size === 0) return;
    const mine = [...running.values()];
    const kept = await extendLeases(
      db,
      at(),
      mine.map(({ job }) => job),
      lease(),
    );
    for (const { job, abort } of mine) if (!kept.has(job.id) && running.has(job.id)) abort.abort();
  };

  const run = async (): Promise<void> => {
    while (!isStopping) {
      isAwake = false;
      const isIdle = await pass().catch((error: unknown) => {
        log.warn({ queue, err: error }, 'jobs not taken');
        return false;
      });
      if (isIdle && !isAwake) for (const waiter of waiters.splice(0)) waiter();
      if (!isAwake && !isStopping) await untilWoken(deps.pollMs);
    }
    for (const waiter of waiters.splice(0)) waiter();
  };

  const untilWoken = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (isAwake) return resolve();
      const timer = setTimeout(() => {
        looksForLost = true;
        resolve();
      }, ms).unref();
      ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const endWithin = async (ms: number): Promise<void> => {
    const timer = new AbortController();
    const ended = Promise.all([...running.values()].map((one) => one.ended));
    await Promise.race([ended, sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  };

  let renewal: NodeJS.Timeout | undefined;
  return {
    start: () => {
      isStopping = false;
      loop = run();
      renewal = setInterval(
        () => void extend().catch((error: unknown) => log.warn({ queue, err: error }, 'leases not extended')),
        (definition.leaseSeconds * 1000) / 3,
      ).unref();
    },
    wake,
    stop: async (graceMs) => {
      isStopping = true;
      wake();
      await loop;
      await endWithin(graceMs);
      for (const { abort } of running.values()) abort.abort();
      await endWithin(ABORT_MS); // what does not listen keeps its lease, and is taken again when that runs out
      clearInterval(renewal);
    },
    idle: () =>
      new Promise<void>((resolve) => {
        waiters.push(resolve);
        wake();
      }),
  };
}
