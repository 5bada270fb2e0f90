// Partitions of events: made by the room through one function with its owner's rights, and nothing else can be made so.
import test from 'ava';
import type { Knex } from 'knex';
import { makeEventPartitions, readEventPartitions } from '../../../license/store/event-partitions.ts';
import { insertEvent } from '../../../license/store/events.ts';
import { testDatabase } from '../../_harness/database.ts';
import { licenseIdAt, makeEvent } from '../registry-rows.ts';

const nameOf = (at: Date): string => `events_${at.toISOString().slice(0, 7).replace('-', '_')}`;
const monthsFromNow = (months: number): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1, 12));
};
const EXPECTED = [0, 1, 2].map((months) => nameOf(monthsFromNow(months)));
const read = async (db: Knex) => {
  const { months, inDefault } = await readEventPartitions(db);
  return { names: months.map(nameOf), inDefault };
};
const put = (db: Knex, at: Date) => insertEvent(db, makeEvent(licenseIdAt(1), at));

test('this month and the next two are made, once, whoever asks at the same time; rows find them', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('license', 6);
  const owner = database.connect('owner');
  t.deepEqual((await read(db)).names, EXPECTED, 'the migration made them');
  for (const name of EXPECTED) await owner.raw('drop table license.??', [name]);
  const made = await Promise.all(Array.from({ length: 5 }, () => makeEventPartitions(db)));
  t.is(
    made.reduce((sum, one) => sum + one, 0),
    3,
  );
  t.deepEqual(await read(db), { names: EXPECTED, inDefault: 0 });
  for (const months of [0, 1, 2]) await put(db, monthsFromNow(months));
  t.is((await read(db)).inDefault, 0);
  const { rows } = await owner.raw('select distinct tableoid::regclass::text as name from license.events order by 1');
  t.deepEqual(
    rows.map(({ name }: { name: string }) => name),
    EXPECTED.map((name) => `license.${name}`),
  );
});

test('what fits no month lands in the default partition, is told, and does not stop the months after it', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('license');
  const owner = database.connect('owner');
  for (const name of EXPECTED) await owner.raw('drop table license.??', [name]);
  await put(db, monthsFromNow(1));
  await put(db, new Date('2019-01-01T00:00:00Z'));
  t.is(await makeEventPartitions(db), 2, 'the month in the middle stays in the default partition');
  t.deepEqual(await read(db), { names: [EXPECTED[0]!, EXPECTED[2]!], inDefault: 2 });
});

test('every partition is append-only, and out of the reach of the room by itself', async (t) => {
  const database = await testDatabase(t);
  const [db, owner] = [database.connect('license'), database.connect('owner')];
  await owner.raw('drop table license.??', [EXPECTED[2]!]);
  t.is(await makeEventPartitions(db), 1);
  await put(db, monthsFromNow(2));
  await put(db, new Date('2019-01-01T00:00:00Z'));
  for (const name of [...EXPECTED, 'events_default']) {
    for (const statement of ['update license.?? set actor = actor', 'delete from license.??', 'truncate license.??'])
      await t.throwsAsync(async () => owner.raw(statement, [name]), { message: /append-only/ }, name);
    for (const statement of ['select * from license.??', 'drop table license.??', 'insert into license.?? select'])
      await t.throwsAsync(async () => db.raw(statement, [name]), { message: /permission denied|must be owner/ }, name);
  }
});

test('the function takes no argument, and the room can make nothing else', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('license');
  for (const argument of ["'2030-01-01'", '12', "'x; drop table license.events'"])
    await t.throwsAsync(async () => db.raw(`select license.make_event_partitions(${argument})`), {
      message: /does not exist/,
    });
  const refused = [
    `create table license.events_2030_01 partition of license.events for values from ('2030-01-01') to ('2030-02-01')`,
    'create table license.mine (a int)',
    'create function license.make_event_partitions(a int) returns int language sql as $$ select 1 $$',
    'alter function license.make_event_partitions() owner to current_user',
    'drop function license.make_event_partitions()',
    'alter table license.events detach partition license.events_default',
  ];
  for (const statement of refused)
    await t.throwsAsync(async () => db.raw(statement), { message: /permission denied|must be owner/ }, statement);
});

test('other rooms may not call it, and a room cannot bend it by its search path, names or settings', async (t) => {
  const database = await testDatabase(t);
  for (const room of ['identity', 'seal'] as const)
    await t.throwsAsync(async () => database.connect(room).raw('select license.make_event_partitions()'), {
      message: /permission denied/,
    });
  const owner = database.connect('owner');
  const { rows } = await owner.raw(
    `select prosecdef as definer, proconfig as config, proacl::text as acl from pg_proc where proname = 'make_event_partitions'`,
  );
  t.true(rows[0].definer);
  t.deepEqual(rows[0].config, ['search_path=pg_catalog, pg_temp', 'lock_timeout=2s', 'DateStyle=ISO']);
  t.notRegex(rows[0].acl, /(\{|,)=X/, 'the public may not execute it');
  for (const name of EXPECTED) await owner.raw('drop table license.??', [name]);
  const db = database.connect('license', 1);
  await db.raw('create temp table events (a int)');
  await db.raw(`create function pg_temp.to_char(timestamp, text) returns text language sql as $$ select 'evil' $$`);
  await db.raw(`create function pg_temp.hashtext(text) returns int language sql as $$ select 1/0 $$`);
  await db.raw(`set search_path = pg_temp, license, pg_catalog`);
  await db.raw(`set datestyle = 'SQL, DMY'`);
  await db.raw(`set timezone = 'Asia/Shanghai'`);
  t.is(await makeEventPartitions(db), 3);
  t.deepEqual((await read(database.connect('license'))).names, EXPECTED);
});
