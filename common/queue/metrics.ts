// What an operator sees of the queue: tries by outcome, how long jobs took from enqueueing on, and what is waiting or dead.
import type { Knex } from 'knex';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { Outcome } from './job.ts';
import { countJobs } from './store/jobs.ts';

export type QueueMetrics = {
  /** `seconds` from enqueueing to this outcome. */
  observe(queue: string, outcome: Outcome['state'], seconds: number): void;
};

export function makeQueueMetrics(
  registry: Registry,
  { db, schema, clock }: { db: Knex; schema: string; clock: Clock },
): QueueMetrics {
  const tries = new Counter({
    name: 'xinji_queue_tries_total',
    help: 'Tries of jobs by what they came to: done, waiting (tried again later), dead',
    labelNames: ['queue', 'outcome'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'xinji_queue_done_seconds',
    help: 'Time from enqueueing a job to its being done, tries and waits included',
    labelNames: ['queue'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3600, 86_400],
    registers: [registry],
  });
  const age = new Gauge({
    name: 'xinji_queue_overdue_seconds',
    help: 'How long the first waiting job has been due',
    labelNames: ['queue'],
    registers: [registry],
  });
  new Gauge({
    name: 'xinji_queue_jobs',
    help: 'Jobs that are not done, by state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      age.reset();
      for (const { queue, state, jobs, oldest } of await countJobs(db, schema).catch(() => [])) {
        this.set({ queue, state }, jobs);
        const overdue = (clock().getTime() - oldest.getTime()) / 1000;
        if (state === 'waiting') age.set({ queue }, Math.max(0, overdue));
      }
    },
  });
  return {
    observe: (queue, outcome, seconds) => {
      tries.inc({ queue, outcome });
      if (outcome === 'done') duration.observe({ queue }, seconds);
    },
  };
}
