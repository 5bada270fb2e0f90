import test from 'ava';
import { connect } from '../../../common/db/connect.ts';
import { databaseErrorCode } from '../../../common/db/errors.ts';
import { checkSchemaVersion, migrateAll } from '../../../common/db/migrate.ts';
import { forbidChanges, type Migration } from '../../../common/db/migration.ts';
import { isTrustError } from '../../../common/errors.ts';
import { testDatabase } from '../../_harness/database.ts';

const first: Migration = {
  name: '0001-things',
  up: async (db) => {
    await db.raw('create table attic.things (id integer primary key, born date, many bigint)');
    await db.raw('create table attic.events (id bigint generated always as identity primary key, text text not null)');
    await forbidChanges(db, 'attic', 'events');
  },
};
const second: Migration = {
  name: '0002-more',
  up: async (db) => void (await db.raw('create table attic.more (id integer)')),
};

/** A fourth room beside the three, with the role of the license room. */
const attic = (url: string, migrations: readonly Migration[]) => ({ room: 'attic', schema: 'attic', migrations, url });

test('five runners at once on one database apply each step once', async (t) => {
  const database = await testDatabase(t);
  const request = { ownerUrl: database.ownerUrl, rooms: [attic(database.urls.license, [first, second])] };
  const results = await Promise.all(Array.from({ length: 5 }, () => migrateAll(request)));
  t.deepEqual(results.flatMap((result) => result.applied).sort(), ['attic/0001-things', 'attic/0002-more']);
});

test('a room that lacks a step is told to run xinji migrate; a database that is ahead is refused too', async (t) => {
  const database = await testDatabase(t);
  await migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(database.urls.license, [first])] });
  const db = database.connect('license');
  await checkSchemaVersion(db, 'attic', [first]);
  const outdated = await t.throwsAsync(() => checkSchemaVersion(db, 'attic', [first, second]));
  t.true(isTrustError(outdated, 'schema-outdated'));
  t.regex(isTrustError(outdated) ? outdated.hint : '', /xinji migrate/);
  t.true(isTrustError(await t.throwsAsync(() => checkSchemaVersion(db, 'attic', [])), 'schema-outdated'));
  t.true(isTrustError(await t.throwsAsync(() => checkSchemaVersion(db, 'nowhere', [first])), 'schema-outdated'));
  const ahead = migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(database.urls.license, [second])] });
  t.true(isTrustError(await t.throwsAsync(() => ahead), 'schema-outdated'));
});

test('a step that fails leaves nothing behind', async (t) => {
  const database = await testDatabase(t);
  const broken: Migration = {
    name: '0001-broken',
    up: async (db) => {
      await db.raw('create table attic.half (id integer)');
      await db.raw('select nonsense');
    },
  };
  await t.throwsAsync(() =>
    migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(database.urls.license, [broken])] }),
  );
  const owner = database.connect('owner');
  t.deepEqual(await owner('pg_tables').where({ schemaname: 'attic', tablename: 'half' }), []);
});

test('a role has data rights on its own schema only, and events can be read and added but not changed', async (t) => {
  const database = await testDatabase(t);
  await migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(database.urls.license, [first])] });
  const role = database.connect('license');
  await role('attic.things').insert({ id: 1, born: '1990-03-07', many: 9_007_199_254_740_991 });
  await role('attic.things').where({ id: 1 }).update({ born: '1990-03-08' });
  t.deepEqual(await role('attic.things').select('*'), [{ id: 1, born: '1990-03-08', many: 9_007_199_254_740_991 }]);
  await role('attic.events').insert({ text: 'happened' });
  const refused = [
    role('attic.events').update({ text: 'otherwise' }),
    role('attic.events').delete(),
    role.raw('truncate attic.events'),
    role.raw('create table attic.mine (id integer)'),
    role.raw('drop table attic.things'),
    role('attic.schema_versions').delete(),
    database.connect('seal')('attic.things').select('*'),
    database.connect('owner')('attic.events').update({ text: 'otherwise' }),
    database.connect('owner')('attic.events').delete(),
  ];
  for (const act of refused) t.is(databaseErrorCode(await t.throwsAsync(async () => act)), '42501');
  t.is((await role('attic.events').select('text')).length, 1);
});

test('a password that no longer fits is set anew, quotes and question marks included', async (t) => {
  const database = await testDatabase(t);
  const url = new URL(database.ownerUrl);
  url.username = `${new URL(database.urls.seal).username}_odd`;
  url.password = encodeURIComponent('it\'s ?a \\ "word');
  await migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(url.href, [first])] });
  url.password = 'another';
  await migrateAll({ ownerUrl: database.ownerUrl, rooms: [attic(url.href, [first])] });
  const db = connect(url.href, { applicationName: 'test' });
  t.is((await db('attic.things').select('id')).length, 0);
  await db.destroy();
  const owner = database.connect('owner');
  await owner.raw('drop owned by ??', [url.username]);
  await owner.raw('drop role ??', [url.username]);
});
