// Backup and restore of what the license room keeps: partitions of past months, sealed files in a folder or a bucket, and what
// a restore ends.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import S3rver from 's3rver';
import { makeBackup, poolPath } from '../../bin/backup/make-backup.ts';
import { restoreBackup } from '../../bin/backup/restore-backup.ts';
import { SCHEMAS } from '../../bin/schemas.ts';
import { utf8 } from '../../common/bytes.ts';
import { connect } from '../../common/db/connect.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { makeS3Store } from '../../common/files/s3-store.ts';
import { listHolderLicenses } from '../../license/flow/open-license.ts';
import { readSealedFile } from '../../license/flow/sealed-files.ts';
import { beginRestore, endAfterRestore } from '../../license/store/after-restore.ts';
import { insertEvent } from '../../license/store/events.ts';
import { type TestDatabase, testDatabase, testServer, urlOf } from '../_harness/database.ts';
import { keys, licenseIdAt, makeEvent, openFiles, putLicense } from '../license/registry-rows.ts';

const NOW = new Date();
const OLD = new Date('2024-05-17T08:00:00Z');

async function backUp(t: ExecutionContext, database: TestDatabase, store: FileStore) {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-backup-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const request = {
    ownerUrl: database.ownerUrl,
    schemas: SCHEMAS.map(({ schema }) => schema),
    folder: join(folder, 'backups'),
    storeOf: () => store,
    folderOf: () => null,
    version: 'test',
    now: new Date(),
    say: (line: string) => said.push(line),
  };
  return { ...(await makeBackup(request)), said };
}

/** Into a new, empty database; returns a connection as its owner. */
async function restore(t: ExecutionContext, folder: string, store: FileStore) {
  const server = testServer();
  const name = `${server.prefix}_${randomBytes(5).toString('hex')}`;
  const admin = connect(server.ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await admin.raw('create database ??', [name]);
  const ownerUrl = urlOf(server, name);
  const db = connect(ownerUrl, { applicationName: 'xinji test', poolMax: 2 });
  t.teardown(async () => {
    await db.destroy();
    await admin.raw('drop database ?? with (force)', [name]);
    await admin.destroy();
  });
  const rooms = SCHEMAS.map((schema) => ({ ...schema, url: urlOf(server, name, schema.room) }));
  const places = { storeOf: () => store, folderOf: () => null };
  const hooks = { beginnings: [beginRestore], endings: [endAfterRestore] };
  await restoreBackup({ ownerUrl, rooms, folder, ...places, ...hooks, now: NOW, say: () => undefined });
  return { db, roleUrl: rooms.find(({ room }) => room === 'license')!.url };
}

async function makeHouse(t: ExecutionContext, store: FileStore) {
  const database = await testDatabase(t);
  const [db, owner] = [database.connect('license'), database.connect('owner')];
  for (let index = 0; index < 3; index++) await putLicense({ db, keys, files: store, now: NOW, index, versions: 2 });
  await owner.raw(`create table license.events_2024_05 partition of license.events
    for values from ('2024-05-01 00:00:00+00') to ('2024-06-01 00:00:00+00')`);
  await insertEvent(db, makeEvent(licenseIdAt(0), OLD, { detailBox: randomBytes(80) }));
  return { database, db };
}

test('partitioned tables, past months and sealed files come back; what was shown, allowed and logged in is over', async (t) => {
  const store = openFiles(t);
  const { database, db } = await makeHouse(t, store);
  await putLiving(db);
  const backup = await backUp(t, database, store);
  t.is(backup.newFiles, 6);
  t.deepEqual(backup.damaged, []);

  const target = openFiles(t);
  const { db: restored, roleUrl } = await restore(t, backup.folder, target);
  for (const table of [
    'licenses',
    'license_versions',
    'holder_licenses',
    'holder_keys',
    'issues',
    'events',
    'unchained_events',
  ]) {
    const sorted = async (from: typeof db) =>
      (await from(`license.${table}`)).map((row: object) => JSON.stringify(row)).sort();
    t.deepEqual(await sorted(restored), await sorted(database.connect('owner')), table);
  }
  const { rows } = await restored.raw(
    `select tableoid::regclass::text as name, leaf, at from license.events where at = ?`,
    [OLD],
  );
  t.is(rows[0].name, 'license.events_2024_05');
  await t.throwsAsync(async () => restored.raw('delete from license.events_2024_05'), { message: /append-only/ });
  await t.throwsAsync(async () => restored.raw('truncate license.events'), { message: /append-only/ });

  const room = connect(roleUrl, { applicationName: 'xinji test', poolMax: 1 });
  t.teardown(() => room.destroy());
  const deps = { db: room, keys, clock: () => NOW };
  const [{ holder_key: holder }] = await restored('license.holder_licenses').where({ license_id: licenseIdAt(1) });
  const [license] = await listHolderLicenses(deps, holder);
  const { identifier, file } = license!.version;
  const bytes = await readSealedFile(target, license!.dataKey, `file ${identifier}`, file);
  t.deepEqual(bytes, utf8(`the file ${identifier}`), 'rows, keys and files fit together');

  // Nothing that lived lives again.
  const count = async (table: string, living: string): Promise<number> =>
    (await restored.raw(`select count(*)::int as rows from license.${table} where ${living}`, [NOW])).rows[0].rows;
  t.is(await count('presentations', 'used_at is null and stopped_at is distinct from ?'), 0);
  t.is(await count('presentation_codes', 'expires_at > ?'), 0);
  t.is(await count('consents', 'revoked_at is null and until > ?'), 0);
  t.is(
    await count('consent_requests', 'expires_at > ?').then((left) => left - 1),
    0,
    'what was decided stays as it was',
  );
  t.is((await restored('license.sessions')).length + (await restored('license.presentation_digits')).length, 0);
});

/** What lives for a while yet: shown, allowed, asked for, logged in. */
async function putLiving(db: Knex): Promise<void> {
  const later = new Date(NOW.getTime() + 300_000);
  const holder = randomBytes(32);
  await db('license.clients').insert({ client_id: 'c', organisation: 'o', organisation_name: 'o', registered_at: NOW });
  const who = { client_id: 'c', organisation: 'o', holder_key: holder };
  const why = { purpose: 'p', matter_code: 'm', matter_name: 'm' };
  const asked = { ...who, ...why, wanted: '[]', consent_until: later, asked_at: NOW, expires_at: later };
  await db('license.consent_requests').insert([
    { ...asked, request_id: 'r1', state: 'given', decided_at: NOW },
    { ...asked, request_id: 'r2' },
  ]);
  const given = { ...who, ...why, consent_id: 'c1', request_id: 'r1', allowed: '[]', given_at: NOW, until: later };
  await db('license.consents').insert(given);
  const shown = { presentation_id: 'p1', holder_key: holder, items: '[]', created_at: NOW, ends_at: later };
  await db('license.presentations').insert(shown);
  await db('license.presentation_codes').insert({
    code_hash: randomBytes(32),
    presentation_id: 'p1',
    expires_at: later,
  });
  const digits = { digits_key: randomBytes(32), code_hash: randomBytes(32), expires_at: later };
  await db('license.presentation_digits').insert(digits);
  const session = { session_hash: randomBytes(32), sub: 's', sid: 's', holder_key: holder, person_box: randomBytes(9) };
  await db('license.sessions').insert({ ...session, created_at: NOW, expires_at: later });
}

test('a bucket is copied into the pool and put back into another; a damaged file is told, the rest is there', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'xinji-s3-'));
  const buckets = ['one', 'two'].map((name) => ({ name: `bucket-${name}`, configs: [] }));
  const server = new S3rver({ port: 0, address: '127.0.0.1', directory, silent: true, configureBuckets: buckets });
  const { port } = await server.run();
  t.teardown(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  const open = (bucket: string) =>
    makeS3Store({
      ...{ bucket, prefix: '', endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
      ...{ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    });
  const [one, two] = [open('bucket-one'), open('bucket-two')];
  const { database } = await makeHouse(t, one);
  const names = (await one.list(null, 100)).map(({ sm3 }) => sm3);
  t.is(names.length, 6);
  await writeFile(join(directory, 'bucket-one', `${names[2]}._S3rver_object`), 'something else');
  const backup = await backUp(t, database, one);
  t.deepEqual(backup.damaged, [names[2]!]);
  t.is(backup.newFiles, 5);
  t.true(backup.said.some((line) => line.includes(`${names[2]} is damaged`)));
  await restore(t, backup.folder, two);
  t.deepEqual(
    (await two.list(null, 100)).map(({ sm3 }) => sm3),
    names.filter((_, index) => index !== 2),
  );
  const pool = join(backup.folder, '..', 'pool', 'XINJI_LICENSE_FILES');
  t.deepEqual(new Uint8Array(await readFile(poolPath(pool, names[0]!))), await two.get(names[0]!));
});

test('a backup whose partitions name anything else makes nothing else', async (t) => {
  const ran: string[] = [];
  const run = async (sql: string): Promise<void> => void ran.push(sql);
  const names = ['events_default', 'events_2026_13', 'events_2026_01; drop table x', 'licenses_00'];
  await beginRestore(
    run,
    names.map((name) => ({ schema: 'license', table: 'events', name })),
  );
  await beginRestore(run, [{ schema: 'seal', table: 'events', name: 'events_2026_01' }]);
  await beginRestore(run, [{ schema: 'license', table: 'licenses', name: 'events_2026_01' }]);
  t.deepEqual(ran, []);
  await beginRestore(run, [{ schema: 'license', table: 'events', name: 'events_2026_12' }]);
  t.regex(ran[0]!, /from \('2026-12-01T00:00:00.000Z'\) to \('2027-01-01T00:00:00.000Z'\)/);
});
