// `<schema>.jobs`: the durable queue of a room. A job is enqueued in the transaction of the act that wants it, claimed with
// FOR UPDATE SKIP LOCKED under a lease, and settled by whoever holds the lease: `tries` fences out a worker that came back
// late. Every statement names its time, so that a test can hold the clock.
import type { Knex } from 'knex';
import pg from 'pg';
import { runStatement, type Statement } from '../../db/statement.ts';
import type { Job, JobState, NewJob, Outcome } from '../job.ts';

export type QueueAt = { readonly schema: string; readonly queue: string; readonly now: Date };

type Row = {
  id: number;
  queue: string;
  key: string | null;
  payload: unknown;
  tries: number;
  enqueued_at: Date;
};

/** How many due jobs one claim looks at; jobs of keys that are at work to the full are not among them. */
const CLAIM_WINDOW = 1000;

/** The channel on which workers of a schema are woken; what is sent is the name of the queue. */
export const channelOf = (schema: string): string => `xinji_jobs_${schema}`;

/** `$1` queue, `$2` now, `$3` keys, `$4` payloads, `$5` times from which they are due, `$6` the channel of the workers. */
const INSERT = inSchema(
  'jobs-insert',
  (schema) => `with added as (
      insert into ${schema}.jobs (queue, key, payload, run_after, enqueued_at)
      select $1, nullif(key, ''), payload, run_after, $2
      from unnest($3::text[], $4::jsonb[], $5::timestamptz[]) as given (key, payload, run_after))
    select pg_notify($6, $1)`,
);

/** `$1` queue, `$2` now, `$3` jobs of one key at once, `$4` jobs at most, `$5` end of the lease. */
const CLAIM = inSchema(
  'jobs-claim',
  (schema) => `with running as materialized (
      select key, count(*) as n from ${schema}.jobs
      where queue = $1 and state = 'running' and key is not null group by key),
    due as materialized (
      select id, key, run_after from ${schema}.jobs job
      where queue = $1 and state = 'waiting' and run_after <= $2
        and not exists (select 1 from running where running.key = job.key and n >= $3)
      order by run_after, id limit ${CLAIM_WINDOW}),
    placed as materialized (
      select due.id, due.run_after, due.key is null as is_free, coalesce(running.n, 0)
        + row_number() over (partition by due.key order by due.run_after, due.id) as place
      from due left join running on running.key = due.key),
    picked as (
      select job.id from ${schema}.jobs job join placed on placed.id = job.id
      where job.state = 'waiting' and (is_free or place <= $3)
      order by placed.run_after, placed.id limit $4 for update of job skip locked)
    update ${schema}.jobs job set state = 'running', tries = tries + 1, lease_until = $5
    from picked where job.id = picked.id
    returning job.id, queue, key, payload, tries, enqueued_at`,
);

/** `$1` to `$4` what becomes of it: state, error, when it is tried again, when it ended; `$5` to `$8` job, try, lost only, now. */
const SETTLE = inSchema(
  'jobs-settle',
  (schema) => `update ${schema}.jobs set state = $1, lease_until = null, last_error = $2,
      run_after = coalesce($3::timestamptz, run_after), finished_at = $4
    where id = $5 and tries = $6 and state = 'running' and (not $7::boolean or lease_until <= $8)`,
);

/**
 * For a statement of a room that enqueues beside what else it writes: the common table expressions `job`, one for each row
 * of `from` with its time and its payload as SQL, and `woken`. Select from `woken`, or nobody is woken.
 */
export function enqueueing({ schema, queue }: Pick<QueueAt, 'schema' | 'queue'>, from: JobSource): string {
  return `job as (
      insert into ${pg.escapeIdentifier(schema)}.jobs (queue, payload, run_after, enqueued_at)
      select ${pg.escapeLiteral(queue)}, ${from.payload}, ${from.now}, ${from.now} from ${from.rows} returning queue),
    woken as (select pg_notify(${pg.escapeLiteral(channelOf(schema))}, queue) from job)`;
}

/** SQL: a table expression, and what of its row becomes the job. */
export type JobSource = { readonly rows: string; readonly payload: string; readonly now: string };

/** Made once a schema. */
function inSchema(name: string, text: (schema: string) => string): (schema: string) => Statement {
  const made = new Map<string, Statement>();
  return (schema) => {
    const statement = made.get(schema) ?? { name: `${name}-${schema}`, text: text(pg.escapeIdentifier(schema)) };
    made.set(schema, statement);
    return statement;
  };
}

/** Makes the table; called by the migration of the room that keeps it. */
export async function createJobsTable(knex: Knex, schema: string): Promise<void> {
  await knex.raw(
    `create table ??.jobs (
       id          bigint generated always as identity primary key,
       queue       text not null,
       key         text,
       payload     jsonb not null,
       state       text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead')),
       tries       integer not null default 0,
       run_after   timestamptz not null,
       lease_until timestamptz check ((lease_until is null) = (state <> 'running')),
       last_error  text,
       enqueued_at timestamptz not null,
       finished_at timestamptz check ((finished_at is null) = (state in ('waiting', 'running')))
     )`,
    [schema],
  );
  await knex.raw(`create index jobs_waiting on ??.jobs (queue, run_after, id) where state = 'waiting'`, [schema]);
  await knex.raw(`create index jobs_running on ??.jobs (queue, lease_until) where state = 'running'`, [schema]);
  await knex.raw(`create index jobs_dead on ??.jobs (queue, id) where state = 'dead'`, [schema]);
  await knex.raw(`create index jobs_done on ??.jobs (finished_at) where state = 'done'`, [schema]);
}

/** Puts jobs in and wakes the workers, both when the caller's transaction commits. */
export async function insertJobs(db: Knex, at: QueueAt, jobs: readonly NewJob[]): Promise<void> {
  await runStatement(db, INSERT(at.schema), [
    at.queue,
    at.now,
    jobs.map(({ key }) => key ?? ''),
    jobs.map(({ payload }) => JSON.stringify(payload)),
    jobs.map(({ runAfter }) => runAfter ?? at.now),
    channelOf(at.schema),
  ]);
}

export type Claim = {
  /** Jobs at most. */
  readonly count: number;
  /** Jobs of one key at once, at most, over all workers. */
  readonly perKey: number;
  readonly leaseUntil: Date;
};

/** Due jobs, now running under a lease. A key that is at work to the full neither gives jobs nor hides those behind it. */
export async function claimJobs(db: Knex, at: QueueAt, { count, perKey, leaseUntil }: Claim): Promise<readonly Job[]> {
  const { rows } = await runStatement<Row>(db, CLAIM(at.schema), [at.queue, at.now, perKey, count, leaseUntil]);
  return rows.map(toJob).sort((a, b) => a.id - b.id);
}

/** Jobs whose worker did not come back: their lease has run out. */
export async function listLostJobs(db: Knex, at: QueueAt, limit: number): Promise<readonly Job[]> {
  const query = db.raw<{ rows: Row[] }>(
    `select id, queue, key, payload, tries, enqueued_at from ??.jobs
     where queue = ? and state = 'running' and lease_until <= ? order by lease_until limit ?`,
    [at.schema, at.queue, at.now, limit],
  );
  const { rows } = await query.options({ name: `jobs-lost-${at.schema}` });
  return rows.map(toJob);
}

/** The leases of jobs that are still being worked at; returns the ids of those that were still ours. */
export async function extendLeases(
  db: Knex,
  at: QueueAt,
  jobs: readonly Pick<Job, 'id' | 'tries'>[],
  until: Date,
): Promise<ReadonlySet<number>> {
  const { rows } = await db.raw<{ rows: { id: number }[] }>(
    `update ??.jobs job set lease_until = ? from unnest(?::bigint[], ?::integer[]) as ours (id, tries)
     where job.id = ours.id and job.tries = ours.tries and job.state = 'running' returning job.id`,
    [at.schema, until, jobs.map(({ id }) => id), jobs.map(({ tries }) => tries)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Writes what a try came to; false when the job is not this try's any more. `onlyLost`: only if its lease has run out. */
export async function settleJob(
  db: Knex,
  at: QueueAt,
  { id, tries }: Pick<Job, 'id' | 'tries'>,
  outcome: Outcome,
  { onlyLost = false } = {},
): Promise<boolean> {
  const { rowCount } = await runStatement(db, SETTLE(at.schema), [
    outcome.state,
    outcome.state === 'done' ? null : outcome.error,
    outcome.state === 'waiting' ? outcome.runAfter : null,
    outcome.state === 'waiting' ? null : at.now,
    ...[id, tries, onlyLost, at.now],
  ]);
  return rowCount === 1;
}

/** At most `limit` jobs that were done before `before`; returns how many went. Dead ones stay until they are requeued. */
export async function deleteDoneJobs(db: Knex, schema: string, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from :schema:.jobs where ctid = any(array(
       select ctid from :schema:.jobs where state = 'done' and finished_at < :before limit :limit for update skip locked))`,
    { schema, before, limit },
  );
  return rowCount;
}

function toJob(row: Row): Job {
  return {
    id: row.id,
    queue: row.queue,
    key: row.key,
    payload: row.payload,
    tries: row.tries,
    idempotencyKey: `${row.queue}-${row.id}`,
    enqueuedAt: row.enqueued_at,
  };
}

/** One line of `xinji queue list`. */
export type QueueCount = {
  readonly queue: string;
  readonly state: JobState;
  readonly jobs: number;
  /** When the first of them was due. */
  readonly oldest: Date;
};

export async function countJobs(db: Knex, schema: string): Promise<readonly QueueCount[]> {
  const { rows } = await db.raw<{ rows: { queue: string; state: JobState; jobs: number; oldest: Date }[] }>(
    `select queue, state, count(*) as jobs, min(run_after) as oldest from ??.jobs where state <> 'done'
     group by queue, state order by queue, state`,
    [schema],
  );
  return rows;
}

export type DeadJob = Pick<Job, 'id' | 'queue' | 'key' | 'tries'> & {
  readonly error: string;
  readonly diedAt: Date;
};

/** Which dead jobs are meant. */
export type DeadChoice = {
  readonly queue?: string | undefined;
  readonly key?: string | undefined;
  readonly ids?: readonly number[] | undefined;
};

export async function listDeadJobs(
  db: Knex,
  schema: string,
  { queue, ids }: Omit<DeadChoice, 'key'>,
  limit: number,
): Promise<readonly DeadJob[]> {
  const { rows } = await db.raw<{ rows: (Row & { last_error: string | null; finished_at: Date })[] }>(
    `select id, queue, key, tries, last_error, finished_at from :schema:.jobs
     where state = 'dead' and queue = coalesce(:queue::text, queue)
       and (:ids::bigint[] is null or id = any(:ids::bigint[])) order by id limit :limit`,
    { schema, queue: queue ?? null, ids: ids === undefined ? null : [...ids], limit },
  );
  return rows.map(({ id, queue: name, key, tries, last_error, finished_at }) => ({
    id,
    queue: name,
    key,
    tries,
    error: last_error ?? '',
    diedAt: finished_at,
  }));
}

/** Dead jobs wait again, as if they had never been tried; returns how many. */
export async function requeueDeadJobs(
  db: Knex,
  schema: string,
  { queue, key, ids }: DeadChoice,
  now: Date,
): Promise<number> {
  const { rows } = await db.raw<{ rows: { queue: string; jobs: number }[] }>(
    `with revived as (
       update :schema:.jobs set state = 'waiting', tries = 0, run_after = :now, finished_at = null
       where state = 'dead' and queue = coalesce(:queue::text, queue) and (:key::text is null or key = :key::text)
         and (:ids::bigint[] is null or id = any(:ids::bigint[]))
       returning queue)
     select queue, count(*) as jobs, pg_notify(:channel, queue) from revived group by queue`,
    {
      schema,
      queue: queue ?? null,
      key: key ?? null,
      ids: ids === undefined ? null : [...ids],
      now,
      channel: channelOf(schema),
    },
  );
  return rows.reduce((sum, { jobs }) => sum + jobs, 0);
}
