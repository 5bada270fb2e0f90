// The embedded PostgreSQL against every way of being killed: the next start comes up by itself.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { removeEmbedded, startEmbedded } from '../../common/db/embedded.ts';
import { findEmbeddedHome } from '../../common/db/embedded-home.ts';
import { findPostmaster } from '../../common/db/postmaster.ts';
import { awaitParts } from './await-parts.ts';

type Starter = { readonly child: ChildProcessByStdio<Writable, Readable, null>; readonly adopted: boolean };

async function makeDataDir(t: ExecutionContext<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-embedded-'));
  await chmod(folder, 0o711);
  t.teardown(async () => {
    await removeEmbedded(folder);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

function spawnStarter(dataDir: string): Starter['child'] {
  const script = join(import.meta.dirname, 'start-embedded.ts');
  return spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function awaitStarter(child: Starter['child']): Promise<Starter> {
  for await (const line of createInterface({ input: child.stdout })) return { child, ...JSON.parse(line) };
  throw new Error('the starter ended without a word');
}

const ended = (child: Starter['child']): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
  );

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('data survive a restart; the password is 0600 and needed; there is no Unix socket', async (t) => {
  const dataDir = await makeDataDir(t);
  const first = await startEmbedded({ dataDir, durable: false });
  await query(first.url, 'create table kept as select 42 as answer');
  t.is((await stat(join(first.folder, 'password'))).mode & 0o777, 0o600);
  t.is((await readFile(join(first.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[4]!.trim(), '');
  const wrong = new URL(first.url);
  wrong.password = 'guessed';
  await t.throwsAsync(() => query(wrong.href, 'select 1'), { code: '28P01' });
  await first.stop();
  await t.throwsAsync(() => query(first.url, 'select 1'), { code: 'ECONNREFUSED' });
  const second = await startEmbedded({ dataDir, durable: false });
  t.false(second.adopted);
  t.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);
  await second.stop();
});

test('of two starts at once one makes the cluster, the other waits and adopts; the last one to leave stops it', async (t) => {
  const dataDir = await makeDataDir(t);
  const starters = await Promise.all([spawnStarter(dataDir), spawnStarter(dataDir)].map(awaitStarter));
  t.deepEqual(starters.map(({ adopted }) => adopted).sort(), [false, true]);
  const pgdata = join(dataDir, 'postgres/pgdata');
  starters[0]!.child.stdin.end();
  await ended(starters[0]!.child);
  t.not(await findPostmaster(pgdata), null);
  starters[1]!.child.stdin.end();
  await ended(starters[1]!.child);
  t.is(await findPostmaster(pgdata), null);
});

test('after kill -9 of whoever started it the server runs on and is adopted, then stopped', async (t) => {
  const dataDir = await makeDataDir(t);
  const { child } = await awaitStarter(spawnStarter(dataDir));
  child.kill('SIGKILL');
  await ended(child);
  const next = await startEmbedded({ dataDir, durable: false });
  t.true(next.adopted);
  await next.stop();
  t.is(await findPostmaster(join(next.folder, 'pgdata')), null);
});

test('after kill -9 of the server its user is told, and the next start recovers what was committed', async (t) => {
  const dataDir = await makeDataDir(t);
  const first = await startEmbedded({ dataDir });
  await query(first.url, 'create table kept as select 42 as answer');
  const { pid } = (await findPostmaster(join(first.folder, 'pgdata')))!;
  process.kill(pid, 'SIGKILL');
  await first.lost;
  await first.stop();
  const second = await startEmbedded({ dataDir });
  t.false(second.adopted);
  t.deepEqual(await query(second.url, 'select answer from kept'), [{ answer: 42 }]);
  await second.stop();
});

for (const delayMs of [0, 150, 400]) {
  test(`after kill -9 ${delayMs} ms into initdb the next start makes a whole cluster and leaves no parts`, async (t) => {
    const dataDir = await makeDataDir(t);
    const begun = awaitParts(dataDir);
    const child = spawnStarter(dataDir);
    await begun;
    await sleep(delayMs);
    child.kill('SIGKILL');
    await ended(child);
    const next = await startEmbedded({ dataDir, durable: false });
    t.deepEqual(await query(next.url, 'select 1 as one'), [{ one: 1 }]);
    t.deepEqual(await readdir(dataDir), ['postgres']);
    await next.stop();
  });
}

test('a postmaster.pid whose number belongs to a stranger does not keep the server from starting', async (t) => {
  const dataDir = await makeDataDir(t);
  const first = await startEmbedded({ dataDir, durable: false });
  await first.stop();
  const pgdata = join(first.folder, 'pgdata');
  const { uid, gid } = await stat(pgdata);
  const stranger = spawn('sleep', ['60'], { ...(process.getuid?.() === 0 ? { uid, gid } : {}), cwd: '/' });
  t.teardown(() => void stranger.kill());
  await writeFile(
    join(pgdata, 'postmaster.pid'),
    `${stranger.pid}\n${pgdata}\n1\n${first.port}\n\n127.0.0.1\n1 1\nready\n`,
  );
  const second = await startEmbedded({ dataDir, durable: false });
  t.false(second.adopted);
  t.is(stranger.exitCode, null);
  await second.stop();
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot(
  'as root, under a folder that the server user cannot enter, binaries and data go elsewhere, said in one line',
  async (t) => {
    const hidden = await mkdtemp(join(tmpdir(), 'xinji-hidden-'));
    const shared = await mkdtemp(join(tmpdir(), 'xinji-shared-'));
    await chmod(shared, 0o755);
    t.teardown(() =>
      Promise.all([hidden, shared].map((folder) => rm(folder, { recursive: true }))).then(() => undefined),
    );
    const lines: string[] = [];
    const home = await findEmbeddedHome(join(hidden, '.data'), (line) => lines.push(line), shared);
    t.true(home.folder.startsWith(shared));
    t.true(home.binaries.postgres.startsWith(shared));
    t.is(lines.length, 1);
    const again = await findEmbeddedHome(join(hidden, '.data'), () => undefined, shared);
    t.is(again.folder, home.folder);
  },
);
