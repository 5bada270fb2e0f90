// Putting work into a room's queue. Called with the transaction of the act that wants the work: both are there, or neither.
import type { Knex } from 'knex';
import type { NewJob } from './job.ts';
import { insertJobs } from './store/jobs.ts';

/** Where a job goes: `{ schema: 'identity', queue: 'logout' }`. */
export type QueueName = { readonly schema: string; readonly queue: string };

/** One job; workers are woken when `trx` commits. */
export async function enqueue(trx: Knex, job: QueueName & NewJob & { readonly now: Date }): Promise<void> {
  await insertJobs(trx, job, [job]);
}

/** Many jobs in one statement. */
export async function enqueueAll(
  trx: Knex,
  at: QueueName & { readonly now: Date },
  jobs: readonly NewJob[],
): Promise<void> {
  if (jobs.length > 0) await insertJobs(trx, at, jobs);
}
