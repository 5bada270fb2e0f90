// The durable queue on real PostgreSQL, with the rights that a room has, and a clock that the test holds.
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { Registry } from 'prom-client';
import { makeLog } from '../../../common/log.ts';
import { enqueue, enqueueAll } from '../../../common/queue/enqueue.ts';
import type { Job } from '../../../common/queue/job.ts';
import {
  claimJobs,
  countJobs,
  deleteDoneJobs,
  listDeadJobs,
  requeueDeadJobs,
  settleJob,
} from '../../../common/queue/store/jobs.ts';
import { makeWorkers, type QueueDefinition, type Workers } from '../../../common/queue/workers.ts';
import { testDatabase } from '../../_harness/database.ts';

const AT = { schema: 'identity', queue: 'letters' } as const;
const START = new Date('2026-11-20T08:00:00Z');
const LOG = makeLog('test', 'silent');

type World = {
  readonly db: Knex;
  readonly registry: Registry;
  now: Date;
  pass(seconds: number): void;
  put(payload: Record<string, unknown>, more?: { key?: string; runAfter?: Date }): Promise<void>;
  workers(definition: Partial<QueueDefinition>, pollMs?: number): Workers;
};

async function openWorld(t: ExecutionContext): Promise<World> {
  const db = (await testDatabase(t)).connect('identity');
  const registry = new Registry();
  const world: World = {
    db,
    registry,
    now: START,
    pass: (seconds) => {
      world.now = new Date(world.now.getTime() + seconds * 1000);
    },
    put: (payload, more) => enqueue(db, { ...AT, now: world.now, payload, ...more }),
    workers: (definition, pollMs) => {
      const deps = { db, schema: AT.schema, clock: () => world.now, log: LOG, registry: new Registry() };
      const workers = makeWorkers({ ...deps, chance: () => 0.5, ...(pollMs === undefined ? {} : { pollMs }) }, [
        {
          queue: AT.queue,
          handle: async () => undefined,
          concurrency: 8,
          leaseSeconds: 60,
          retry: { delaysSeconds: [10, 100], jitter: 0.2 },
          ...definition,
        },
      ]);
      t.teardown(() => workers.stop(0));
      workers.start();
      return workers;
    },
  };
  return world;
}

/** Resolves when `open` is called. */
function makeGate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

test('a job is there when its transaction commits, and not before; a transaction that fails leaves none', async (t) => {
  const world = await openWorld(t);
  const seen: unknown[] = [];
  const told = makeGate();
  const workers = world.workers({
    handle: async ({ payload }) => {
      seen.push(payload);
      told.open();
    },
  });
  await t.throwsAsync(
    world.db.transaction(async (trx) => {
      await enqueue(trx, { ...AT, now: world.now, payload: { n: 1 } });
      throw new Error('the act failed');
    }),
  );
  await world.db.transaction(async (trx) => {
    await enqueue(trx, { ...AT, now: world.now, payload: { n: 2 } });
    await workers.idle();
    t.deepEqual(seen, []);
  });
  await told.passed; // woken by the commit
  await workers.idle();
  t.deepEqual(seen, [{ n: 2 }]);
});

test('a failed try comes back after the delay of the schedule, then it is dead; requeued, it starts anew', async (t) => {
  const world = await openWorld(t);
  const tries: number[] = [];
  const keys = new Set<string>();
  let works = false;
  const workers = world.workers({
    handle: async (job) => {
      tries.push(job.tries);
      keys.add(job.idempotencyKey);
      if (!works) throw new Error('nobody there', { cause: new Error('ECONNREFUSED') });
    },
  });
  await world.put({ to: 'alpha' });
  await workers.idle();
  world.pass(9);
  await workers.idle();
  t.deepEqual(tries, [1]);
  world.pass(1);
  await workers.idle();
  t.deepEqual(tries, [1, 2]);
  world.pass(100);
  await workers.idle();
  t.deepEqual(tries, [1, 2, 3]);
  const [dead] = await listDeadJobs(world.db, AT.schema, {}, 10);
  t.like(dead, { queue: 'letters', tries: 3, error: 'nobody there: ECONNREFUSED' });
  world.pass(1_000_000);
  await workers.idle();
  t.is(tries.length, 3);
  t.is(await requeueDeadJobs(world.db, AT.schema, { queue: 'others' }, world.now), 0);
  works = true;
  t.is(await requeueDeadJobs(world.db, AT.schema, { ids: [dead!.id] }, world.now), 1);
  await workers.idle();
  t.deepEqual(tries, [1, 2, 3, 1]);
  t.is(keys.size, 1);
  t.deepEqual(await countJobs(world.db, AT.schema), []);
});

test('jitter spreads what failed together over the delay, a fifth to either side', async (t) => {
  const world = await openWorld(t);
  const chances = [0, 0.5, 0.999];
  const workers = makeWorkers(
    {
      db: world.db,
      schema: AT.schema,
      clock: () => world.now,
      log: LOG,
      registry: world.registry,
      chance: () => chances.shift() ?? 0,
    },
    [
      {
        queue: AT.queue,
        handle: () => Promise.reject(new Error('no')),
        concurrency: 1,
        leaseSeconds: 60,
        retry: { delaysSeconds: [100], jitter: 0.2 },
      },
    ],
  );
  await enqueueAll(world.db, { ...AT, now: world.now }, [{ payload: {} }, { payload: {} }, { payload: {} }]);
  workers.start();
  await workers.idle();
  await workers.stop(0);
  const rows = await world.db('identity.jobs').select('run_after').orderBy('id');
  t.deepEqual(
    rows.map(({ run_after }) => Math.round((run_after.getTime() - START.getTime()) / 1000)),
    [80, 100, 120],
  );
});

test('a job of a worker that was killed is taken again when its lease runs out, and the late worker is fenced out', async (t) => {
  const world = await openWorld(t);
  await world.put({ n: 1 });
  // Killed after claiming: nothing settles, nothing extends.
  const claim = { count: 1, perKey: 1, leaseUntil: new Date(world.now.getTime() + 60_000) };
  const [lost] = await claimJobs(world.db, { ...AT, now: world.now }, claim);
  const tries: number[] = [];
  const workers = world.workers({
    handle: async (job) => {
      tries.push(job.tries);
    },
  });
  await workers.idle();
  t.deepEqual(tries, []);
  world.pass(60);
  await workers.idle();
  t.deepEqual(tries, [2]);
  t.false(await settleJob(world.db, { ...AT, now: world.now }, lost!, { state: 'dead', error: 'late' }));
  t.deepEqual(await listDeadJobs(world.db, AT.schema, {}, 10), []);
});

test('what kills its worker every time ends among the dead', async (t) => {
  const world = await openWorld(t);
  await world.put({ n: 1 });
  const lostThrice = { state: 'running', tries: 3, lease_until: world.now };
  await world.db('identity.jobs').update(lostThrice);
  await world.workers({ handle: () => Promise.reject(new Error('it is not taken again')) }).idle();
  const [dead] = await listDeadJobs(world.db, AT.schema, {}, 10);
  t.like(dead, { tries: 3, error: 'the worker did not come back before its lease ran out' });
});

test('one slow target never holds the places of others, in one process and over two', async (t) => {
  const world = await openWorld(t);
  const slow = makeGate();
  const at: string[] = [];
  const handle = async (job: Job): Promise<void> => {
    at.push(job.key ?? '');
    if (job.key === 'slow') await slow.passed;
  };
  const jobs = Array.from({ length: 30 }, () => ({ key: 'slow', payload: {} }));
  await enqueueAll(world.db, { ...AT, now: world.now }, jobs);
  const others = Array.from({ length: 20 }, (_, n) => ({ key: `quick-${n}`, payload: {} }));
  await enqueueAll(world.db, { ...AT, now: world.now }, others);
  const crews = [1, 2].map(() => world.workers({ handle, concurrency: 4, perKey: 2 }));
  while (new Set(at).size < 21) await setImmediate();
  t.is(at.filter((key) => key === 'slow').length, 2, 'two of one key at once, over all workers');
  slow.open();
  for (const crew of crews) await crew.idle();
  t.is(at.length, 50);
});

test('what waits behind others is taken when they end, and what comes meanwhile when it comes: nothing waits for a poll', async (t) => {
  const world = await openWorld(t);
  const seen: unknown[] = [];
  const gate = makeGate();
  const handle = async ({ payload, tries }: Job): Promise<void> => {
    const { n } = payload as { n: number };
    if (n === 5 && tries === 1) throw new Error('tried again at once');
    seen.push(n);
    if (n === 1) await gate.passed;
  };
  const retry = { delaysSeconds: [0], jitter: 0 };
  const HOUR_MS = 3_600_000;
  world.workers({ handle, concurrency: 3, perKey: 1, retry }, HOUR_MS);
  const first = [1, 2, 3, 4, 5].map((n) => ({ payload: { n }, ...(n < 3 ? { key: 'one' } : {}) }));
  await enqueueAll(world.db, { ...AT, now: world.now }, first);
  while (seen.length < 4) await setImmediate();
  t.deepEqual(seen.toSorted(), [1, 3, 4, 5], 'the second of a key waits for the first');
  await world.put({ n: 6 });
  while (seen.length < 5) await setImmediate();
  gate.open();
  while (seen.length < 6) await setImmediate();
  t.deepEqual(seen.slice(4), [6, 2]);
});

test('many workers at once run each job once', async (t) => {
  const world = await openWorld(t);
  const seen = new Map<number, number>();
  const handle = async ({ id }: Job): Promise<void> => void seen.set(id, (seen.get(id) ?? 0) + 1);
  const crews = Array.from({ length: 4 }, () => world.workers({ handle, concurrency: 5 }));
  const jobs = Array.from({ length: 200 }, (_, n) => ({ payload: { n } }));
  await enqueueAll(world.db, { ...AT, now: world.now }, jobs);
  for (const crew of crews) await crew.idle();
  t.is(seen.size, 200);
  t.true([...seen.values()].every((times) => times === 1));
});

test('a worker that stops finishes what it has, takes nothing new, and gives back what does not end', async (t) => {
  const world = await openWorld(t);
  const begun = makeGate();
  const end = makeGate();
  const workers = world.workers({
    concurrency: 1,
    handle: async () => {
      begun.open();
      await end.passed;
    },
  });
  await enqueueAll(world.db, { ...AT, now: world.now }, [{ payload: { n: 1 } }, { payload: { n: 2 } }]);
  await begun.passed;
  const stopped = workers.stop();
  end.open();
  await stopped;
  t.deepEqual(
    (await countJobs(world.db, AT.schema)).map(({ state, jobs }) => [state, jobs]),
    [['waiting', 1]],
  );
  const stuck = makeGate();
  const other = world.workers({
    handle: (_job, signal) =>
      new Promise((_, reject) => {
        stuck.open();
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
  });
  await stuck.passed;
  await other.stop(0);
  t.deepEqual(await world.db('identity.jobs').where({ state: 'waiting' }).select('tries', 'run_after'), [
    { tries: 1, run_after: world.now },
  ]);
});

test('what a try came to and what `settled` writes are one transaction', async (t) => {
  const world = await openWorld(t);
  let fails = true;
  const workers = world.workers({
    settled: async (trx, job, outcome) => {
      await trx('identity.ended_sessions').insert({
        session_uid: `${outcome.state}-${job.tries}`,
        ended_at: world.now,
      });
      if (fails) throw new Error('not written');
    },
  });
  await world.put({});
  await workers.idle();
  t.is((await world.db('identity.ended_sessions')).length, 0);
  fails = false;
  world.pass(60); // nobody settled it: its lease runs out
  await workers.idle();
  const rows = await world.db('identity.ended_sessions').select('session_uid').orderBy('session_uid');
  t.deepEqual(
    rows.map(({ session_uid }) => session_uid),
    ['done-2', 'waiting-1'],
  );
});

test('done jobs go after a while, waiting and dead ones stay; metrics say what is left', async (t) => {
  const world = await openWorld(t);
  const workers = makeWorkers(
    { db: world.db, schema: AT.schema, clock: () => world.now, log: LOG, registry: world.registry },
    [
      {
        queue: AT.queue,
        handle: ({ payload }) =>
          JSON.stringify(payload).includes('bad') ? Promise.reject(new Error('bad')) : Promise.resolve(),
        concurrency: 2,
        leaseSeconds: 60,
        retry: { delaysSeconds: [], jitter: 0 },
      },
    ],
  );
  t.teardown(() => workers.stop(0));
  await world.put({ n: 1 });
  await world.put({ bad: true });
  await world.put({ later: true }, { runAfter: new Date(START.getTime() + 1e9) });
  workers.start();
  await workers.idle();
  const text = await world.registry.metrics();
  t.regex(text, /xinji_queue_jobs\{queue="letters",state="dead"\} 1/);
  t.regex(text, /xinji_queue_tries_total\{queue="letters",outcome="done"\} 1/);
  t.is(await deleteDoneJobs(world.db, AT.schema, START, 10), 0);
  world.pass(1);
  t.is(await deleteDoneJobs(world.db, AT.schema, world.now, 10), 1);
  t.deepEqual((await countJobs(world.db, AT.schema)).map(({ state }) => state).sort(), ['dead', 'waiting']);
});
