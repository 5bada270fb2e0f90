// Named statements take a free connection by themselves: none is used by two at once, none is lost, and none that is broken is
// taken.
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Knex } from 'knex';
import { runStatement } from '../../../common/db/statement.ts';
import { testDatabase } from '../../_harness/database.ts';

const PROCESS = { name: 'test-process', text: 'select pg_backend_pid() as pid, pg_sleep(0.01)::text as slept' };
const NUMBER = { name: 'test-number', text: 'select $1::integer as number' };
const DIVIDE = { name: 'test-divide', text: 'select 1 / $1::integer as quotient' };

const used = (db: Knex): number => db.client.pool.numUsed();

test('more statements at once than connections: each is answered by one of them, and all are free afterwards', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 3);
  const answers = await Promise.all(Array.from({ length: 40 }, () => runStatement<{ pid: number }>(db, PROCESS, [])));
  t.is(new Set(answers.map(({ rows }) => rows[0]?.pid)).size, 3);
  t.is(used(db), 0);
  const mixed = Array.from({ length: 60 }, async (_, n) =>
    n % 2 === 0
      ? (await runStatement<{ number: number }>(db, NUMBER, [n])).rows[0]?.number
      : (await db.raw<{ rows: { number: number }[] }>('select ?::integer as number', [n])).rows[0]?.number,
  );
  t.deepEqual(
    await Promise.all(mixed),
    mixed.map((_, n) => n),
  );
  t.is(used(db), 0);
});

test('a statement that fails gives its connection back', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 2);
  const failures = Array.from({ length: 10 }, () => runStatement(db, DIVIDE, [0]));
  for (const { status } of await Promise.allSettled(failures)) t.is(status, 'rejected');
  t.is(used(db), 0);
  t.is((await runStatement<{ quotient: number }>(db, DIVIDE, [1])).rows[0]?.quotient, 1);
});

test('a connection that the server has ended is not taken again', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('owner', 1);
  const { pid } = (await runStatement<{ pid: number }>(db, PROCESS, [])).rows[0]!;
  await database.connect('owner').raw('select pg_terminate_backend(?)', [pid]);
  while (db.client.pool.free[0]?.resource.__knex__disposed === undefined) await sleep(5);
  const next = (await runStatement<{ pid: number }>(db, PROCESS, [])).rows[0]!;
  t.not(next.pid, pid);
  t.is(used(db), 0);
});

test('in a transaction a statement runs in it, on the connection of the transaction', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 2);
  await db.raw('create table notes (text text)');
  await t.throwsAsync(
    db.transaction(async (trx) => {
      await runStatement(trx, { name: 'test-note', text: 'insert into notes values ($1)' }, ['not to stay']);
      t.is(used(db), 1);
      throw new Error('no');
    }),
    { message: 'no' },
  );
  t.deepEqual(await db('notes'), []);
  t.is(used(db), 0);
});
