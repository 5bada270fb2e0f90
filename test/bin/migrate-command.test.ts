// `xinji migrate` as an operator of a production installation calls it, and the seed called twice.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ROOM_NAMES } from '../../bin/schemas.ts';
import { seedHouse } from '../../bin/seed/seed-house.ts';
import { roomEnvironments } from '../../bin/serve/environment.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { loadSecrets } from '../../bin/serve/secrets.ts';
import { connect } from '../../common/db/connect.ts';
import { testDatabase, testServer, urlOf } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

async function makeFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-migrate-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

/** An empty database; its name begins with the prefix of this run, so that it goes with it. */
async function makeDatabase(): Promise<{ readonly name: string; readonly url: string }> {
  const { ownerUrl, prefix } = testServer();
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  const db = connect(ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await db.raw('create database ??', [name]);
  await db.destroy();
  return { name, url: urlOf(testServer(), name) };
}

function migrate(env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const program = join(import.meta.dirname, '../../bin/xinji.ts');
  const child = spawn(process.execPath, [program, 'migrate'], { env: { ...PLAIN_ENV, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

async function roleOfConnection(url: string): Promise<string> {
  const db = connect(url, { applicationName: 'xinji test', poolMax: 1 });
  try {
    const { rows } = await db.raw<{ rows: { role: string }[] }>('select current_user as role');
    return rows[0]!.role;
  } finally {
    await db.destroy();
  }
}

test('in production, migrate makes the roles with passwords of its own, and has nothing to do the second time', async (t) => {
  const dataDir = await makeFolder(t);
  const { name, url } = await makeDatabase();
  const env = { DATABASE_URL: url, XINJI_DATA_DIR: dataDir }; // XINJI_MODE unset: production
  const first = await migrate(env);
  t.is(first.code, 0, first.said);
  t.regex(first.said, /Applied identity\/0001/);
  t.deepEqual(await migrate(env), { code: 0, said: 'Up to date.\n' });
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8'));
  for (const room of ROOM_NAMES) {
    const asRoom = new URL(url);
    asRoom.username = `${name}_${room}`;
    asRoom.password = secrets.database_passwords[room];
    t.is(await roleOfConnection(asRoom.href), `${name}_${room}`);
  }
});

test('role names and passwords come from the URLs of the rooms where they are given', async (t) => {
  const { name, url } = await makeDatabase();
  const urls = ROOM_NAMES.map((room) => {
    const own = new URL(url);
    own.username = `${name}_own_${room}`;
    own.password = 'chosen by the operator';
    return [`XINJI_${room.toUpperCase()}_DATABASE_URL`, own.href] as const;
  });
  const result = await migrate({ DATABASE_URL: url, XINJI_DATA_DIR: await makeFolder(t), ...Object.fromEntries(urls) });
  t.is(result.code, 0, result.said);
  for (const [key, own] of urls) t.regex(await roleOfConnection(own), /_own_/, key);
});

test('without a database, production says what to set, with exit code 78', async (t) => {
  const { code, said } = await migrate({ XINJI_DATA_DIR: await makeFolder(t) });
  t.is(code, 78);
  t.regex(said, /DATABASE_URL is not set/);
});

test('the seed called twice, and twice at once, changes nothing', async (t) => {
  const database = await testDatabase(t);
  const dataDir = await makeFolder(t);
  await makeMissingKeys();
  const secrets = await loadSecrets(dataDir);
  const urls = Object.fromEntries(
    ROOM_NAMES.map((room) => [`XINJI_${room.toUpperCase()}_DATABASE_URL`, database.urls[room]]),
  );
  const rooms = roomEnvironments(urls, { mode: 'development', dataDir, databaseUrl: null }, secrets, null);
  const seed = () => seedHouse(rooms, secrets, ['http://localhost:7011', 'http://localhost:7012']);
  await seed();
  const owner = database.connect('owner', 1);
  const tables = [
    'identity.accounts',
    'identity.clients',
    'identity.events',
    'license.catalog_entries',
    'seal.seals',
    'seal.events',
  ];
  const look = async () => Promise.all(tables.map((table) => owner(table).select('*')));
  const before = await look();
  t.deepEqual(
    before.map((rows) => rows.length > 0),
    tables.map(() => true),
  );
  await Promise.all([seed(), seed()]);
  t.deepEqual(await look(), before);
});

test('a database that cannot be used is one sentence and 78, without any password', async (t) => {
  const dataDir = await makeFolder(t);
  const { url } = await makeDatabase();
  const changed = (change: (address: URL) => void): string => {
    const address = new URL(url);
    change(address);
    return address.href;
  };
  const faults: readonly (readonly [string, RegExp])[] = [
    [changed((address) => (address.port = '1')), /nobody answers at .*:1 \(ECONNREFUSED\)\nStart PostgreSQL there/],
    [changed((address) => (address.password = 'guessed-it')), /refuses the login of ".+"\nCorrect user and password/],
    [changed((address) => (address.pathname = '/nowhere-at-all')), /has no database "nowhere-at-all"\nCreate it/],
  ];
  for (const [given, expected] of faults) {
    const { code, said } = await migrate({ DATABASE_URL: given, XINJI_DATA_DIR: dataDir });
    t.is(code, 78, said);
    t.regex(said, expected);
    t.notRegex(said, /guessed-it|\n {4}at /);
  }
});

test('an owner that may not create roles is told so, and the password it was to set is not shown', async (t) => {
  const dataDir = await makeFolder(t);
  const { name, url } = await makeDatabase();
  const role = `${name}_weak`;
  const db = connect(url, { applicationName: 'xinji test', poolMax: 1 });
  await db.raw(`create role "${role}" login password 'weak'`);
  t.teardown(async () => {
    await db.raw(`drop role "${role}"`);
    await db.destroy();
  });
  const weak = new URL(url);
  weak.username = role;
  weak.password = 'weak';
  const { code, said } = await migrate({ DATABASE_URL: weak.href, XINJI_DATA_DIR: dataDir });
  t.is(code, 78, said);
  t.regex(said, /may not do what migrating needs: role .* permission denied to create role\nMake it the owner/);
  const { database_passwords: passwords } = await loadSecrets(dataDir);
  for (const password of Object.values(passwords)) t.false(said.includes(password));
});
