// Named statements past pg's own query: the same values and errors as pg gives for the same text, whatever came before on the
// connection.
import test from 'ava';
import fc from 'fast-check';
import type { Knex } from 'knex';
import type pg from 'pg';
import { runStatement, type Statement } from '../../../common/db/statement.ts';
import { testDatabase } from '../../_harness/database.ts';

const EVERYTHING: Statement = {
  name: 'test-everything',
  text: `select $1::text as words, $2::bigint as number, $3::bytea as bytes, $4::timestamptz as at, $5::jsonb as document,
    $6::text[] as list, $7::boolean as flag, $8::date as day, null::text as nothing`,
};

/** By pg's own query, on a connection of the same pool. */
async function byPg(db: Knex, { text }: Statement, values: readonly unknown[]): Promise<unknown> {
  const connection: pg.Client = await db.client.acquireConnection();
  try {
    const { rows, rowCount } = await connection.query<object>(text, [...values]);
    return { rows: rows.map((row) => ({ ...row })), rowCount };
  } finally {
    await db.client.releaseConnection(connection);
  }
}

test('values of every kind go and come back as by pg itself, the first time on a connection and later', async (t) => {
  const db = (await testDatabase(t)).connect('owner');
  const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ''));
  const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const values = fc.tuple(
    orNull(text),
    orNull(fc.maxSafeInteger()),
    orNull(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
    orNull(fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })),
    orNull(
      fc.dictionary(fc.constantFrom('a', '证照', 'c'), fc.oneof(text, fc.integer(), fc.boolean()), {
        noNullPrototype: true,
      }),
    ),
    orNull(fc.array(orNull(text))),
    orNull(fc.boolean()),
    orNull(fc.constantFrom('2024-02-29', '1582-10-15')),
  );
  await fc.assert(
    fc.asyncProperty(values, async (given) => {
      const ours: unknown = await runStatement(db, EVERYTHING, given);
      t.deepEqual(ours, await byPg(db, EVERYTHING, given));
    }),
    { numRuns: 200 },
  );
});

test('rows are counted as the server counts them: of a select, of what is written, of what is written and shown', async (t) => {
  const db = (await testDatabase(t)).connect('owner');
  await db.raw('create table counted (id int primary key, note text)');
  const insert = { name: 'test-insert', text: `insert into counted select n, 'x' from generate_series(1, $1) n` };
  t.deepEqual(await runStatement(db, insert, [3]), { rows: [], rowCount: 3 });
  const update = { name: 'test-update', text: 'update counted set note = $1 where id > $2 returning id' };
  t.deepEqual(await runStatement(db, update, ['y', 1]), { rows: [{ id: 2 }, { id: 3 }], rowCount: 2 });
  t.deepEqual(await runStatement(db, update, ['y', 9]), { rows: [], rowCount: 0 });
  const select = { name: 'test-select', text: 'select id, note from counted where id < $1 order by id' };
  for (const _ of ['described', 'known']) {
    const { rows } = await runStatement(db, select, [3]);
    t.deepEqual(rows, [
      { id: 1, note: 'x' },
      { id: 2, note: 'y' },
    ]);
  }
  t.deepEqual(await runStatement(db, { name: 'test-drop', text: 'drop table counted' }, []), { rows: [], rowCount: 0 });
});

test('a refusal keeps its code, and the connection goes on', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 1);
  const divide = { name: 'test-divide', text: 'select 1 / $1::int as part' };
  const error = await t.throwsAsync<Error & { code?: string }>(async () => void (await runStatement(db, divide, [0])));
  t.is(error.code, '22012');
  t.regex(String(error.stack), /prepared-query\.test/);
  t.deepEqual((await runStatement(db, divide, [1])).rows, [{ part: 1 }]);
  await t.throwsAsync(() => runStatement(db, divide, ['no number']), { message: /invalid input syntax/ });
  const missing = { name: 'test-missing', text: 'select * from test_not_there' };
  for (const _ of [1, 2]) await t.throwsAsync(() => runStatement(db, missing, []), { message: /does not exist/ });
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  await t.throwsAsync(() => runStatement(db, { name: 'test-circle', text: 'select $1::json' }, [circle]), {
    instanceOf: TypeError,
  });
  t.deepEqual((await runStatement(db, divide, [-1])).rows, [{ part: -1 }]);
});

test('a name stands for one text, and its columns are those it was prepared with', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 1);
  await runStatement(db, { name: 'test-name', text: 'select 1 as one' }, []);
  await t.throwsAsync(() => runStatement(db, { name: 'test-name', text: 'select 2 as two' }, []), {
    message: /"test-name" was prepared with another text/,
  });
  await db.raw('create table grown (id int)');
  const all = { name: 'test-grown', text: 'select * from grown' };
  t.deepEqual((await runStatement(db, all, [])).rows, []);
  await db.raw('alter table grown add column note text');
  await t.throwsAsync(() => runStatement(db, all, []), { message: /cached plan must not change result type/ });
  t.deepEqual((await runStatement(db, { name: 'test-name', text: 'select 1 as one' }, [])).rows, [{ one: 1 }]);
});

test('a number beyond 2^53 is refused, and later rows of the connection are read', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 1);
  const echo = { name: 'test-large', text: 'select $1::bigint as number' };
  await t.throwsAsync(() => runStatement(db, echo, ['9007199254740993']), { instanceOf: RangeError });
  t.deepEqual((await runStatement(db, echo, ['9007199254740991'])).rows, [{ number: 9007199254740991 }]);
});

test('in a transaction it takes part, and a connection that dies says so', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 2);
  await db.raw('create table kept (id int)');
  const add = { name: 'test-add', text: 'insert into kept values ($1)' };
  await t.throwsAsync(
    db.transaction(async (trx) => {
      await runStatement(trx, add, [1]);
      throw new Error('changed his mind');
    }),
    { message: 'changed his mind' },
  );
  t.deepEqual((await runStatement(db, { name: 'test-kept', text: 'select * from kept' }, [])).rows, []);
});

test('a connection that dies says so, and the pool opens another', async (t) => {
  const db = (await testDatabase(t)).connect('owner', 1);
  const end = { name: 'test-end', text: 'select pg_terminate_backend(pg_backend_pid())' };
  await t.throwsAsync(() => runStatement(db, end, []), { message: /terminat/ });
  const one = { name: 'test-one', text: 'select 1 as one' };
  const again = () =>
    runStatement(db, one, []).then(
      ({ rows }) => rows,
      () => null,
    );
  let rows = await again();
  // The pool learns of it when the socket has closed.
  for (let tries = 0; rows === null && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    rows = await again();
  }
  t.deepEqual(rows, [{ one: 1 }]);
});
