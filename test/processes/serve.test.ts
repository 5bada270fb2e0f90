// `xinji serve` as a whole: it comes up after every way of being killed, stops in order, and says all faults at once.
// One installation lives through all of it, therefore the tests are serial.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { removeEmbedded } from '../../common/db/embedded.ts';
import { listProcessesIn } from '../../common/db/postmaster.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { awaitParts } from './await-parts.ts';

type Running = { readonly child: ChildProcess; readonly said: () => string; readonly ended: Promise<number | string> };

const ROOT = join(import.meta.dirname, '../..');
const dataDir = await mkdtemp(join(tmpdir(), 'xinji-serve-'));
await chmod(dataDir, 0o711);
const pgdata = join(dataDir, 'postgres/pgdata');
const [identity, license, seal, systemA, systemB] = await findFreePorts(5);
const env = {
  ...PLAIN_ENV,
  XINJI_MODE: 'development',
  XINJI_DATA_DIR: dataDir,
  XINJI_LOG_LEVEL: 'warn',
  XINJI_IDENTITY_PORT: `${identity}`,
  XINJI_LICENSE_PORT: `${license}`,
  XINJI_SEAL_PORT: `${seal}`,
  XINJI_BUSINESS_A_PORT: `${systemA}`,
  XINJI_BUSINESS_B_PORT: `${systemB}`,
};
const started: ChildProcess[] = [];

function xinji(args: readonly string[], more: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, 'bin/xinji.ts'), ...args], {
    cwd: ROOT,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { child, said: () => text, ended };
}

async function serve(): Promise<Running> {
  const running = xinji(['serve']);
  const isOver = running.ended.then((end) => {
    throw new Error(`it ended with ${end}: ${running.said()}`);
  });
  isOver.catch(() => undefined);
  while (!running.said().includes('Ctrl-C stops everything')) await Promise.race([isOver, sleep(20)]);
  return running;
}

const answers = (port: number | undefined): Promise<boolean> =>
  fetch(`http://localhost:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  );

/** Process ids of the children of a process, from /proc. */
async function childrenOf(pid: number): Promise<readonly { pid: number; command: string; environment: string }[]> {
  const found = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
    if (!new RegExp(`^PPid:\\s+${pid}$`, 'm').test(await read('status'))) continue;
    found.push({ pid: Number(name), command: await read('cmdline'), environment: await read('environ') });
  }
  return found;
}

async function roomOf(running: Running, room: string): Promise<{ pid: number; environment: string }> {
  const children = await childrenOf(running.child.pid!);
  return children.find(({ command }) => command.includes(`${room}/main.ts`))!;
}

test.after.always(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await sleep(500);
  await removeEmbedded(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

let running: Running;

test.serial('kill -9 in the middle of initdb: the next start comes up by itself', async (t) => {
  const begun = awaitParts(dataDir);
  const first = xinji(['serve']);
  await begun;
  first.child.kill('SIGKILL');
  await first.ended;
  running = await serve();
  t.deepEqual(await Promise.all([identity, license, seal].map(answers)), [true, true, true]);
});

test.serial('each room is given its own keys only, and never the URL of the owner', async (t) => {
  const others = {
    identity: /LICENSE_DATABASE|SEAL_KEYS/,
    license: /IDENTITY_DATABASE|SEAL_KEYS/,
    seal: /IDENTITY_SIGNING|LICENSE_CLIENT/,
  };
  for (const [room, foreign] of Object.entries(others)) {
    const { environment } = await roomOf(running, room);
    t.regex(environment, new RegExp(`XINJI_${room.toUpperCase()}_DATABASE_URL=`));
    t.notRegex(environment, foreign, room);
    t.notRegex(environment, /(^|\0)DATABASE_URL=/, room);
  }
});

test.serial('a second start on the same ports says all of them and ends with 78; the first runs on', async (t) => {
  const second = xinji(['serve']);
  t.is(await second.ended, 78);
  for (const port of [identity, license, seal, systemA, systemB]) t.regex(second.said(), new RegExp(`port ${port} `));
  t.true(await answers(identity));
});

test.serial('the doctor finds nothing wrong while it runs', async (t) => {
  const doctor = xinji(['doctor']);
  t.is(await doctor.ended, 0, doctor.said());
});

test.serial('xinji resume, migrate and seed find nothing to do in a running house', async (t) => {
  const [resume, migrate, seed] = [xinji(['resume']), xinji(['migrate']), xinji(['seed'])];
  t.is(await resume.ended, 0, resume.said());
  t.regex(resume.said(), /^0 finished, 0 failed, 0 left unfinished$/m);
  t.is(await migrate.ended, 0, migrate.said());
  t.regex(migrate.said(), /^Up to date\.$/m);
  t.is(await seed.ended, 0, seed.said());
  t.true(await answers(identity));
});

test.serial('kill -9 of the parent: its children stop by themselves, and the next start comes up', async (t) => {
  running.child.kill('SIGKILL');
  await running.ended;
  while ((await Promise.all([identity, license, seal, systemA, systemB].map(answers))).includes(true)) await sleep(20);
  running = await serve();
  t.true(await answers(seal));
});

test.serial('kill -9 of a room ends the tree with its reason, and the next start comes up', async (t) => {
  process.kill((await roomOf(running, 'seal')).pid, 'SIGKILL');
  t.is(await running.ended, 1);
  t.regex(running.said(), /seal ended by itself: it was ended by SIGKILL/);
  t.false(await answers(identity));
  t.deepEqual(await listProcessesIn(pgdata), []);
  running = await serve();
  t.true(await answers(seal));
});

test.serial('kill -9 of PostgreSQL ends the tree with its reason, and the next start comes up', async (t) => {
  process.kill(Number((await readFile(join(pgdata, 'postmaster.pid'), 'utf8')).split('\n')[0]), 'SIGKILL');
  t.is(await running.ended, 1);
  t.regex(running.said(), /PostgreSQL went away/);
  running = await serve();
  t.true(await answers(license));
});

test.serial('SIGINT to the whole group stops in order with 0 and leaves no process behind', async (t) => {
  for (const { pid } of await childrenOf(running.child.pid!)) process.kill(pid, 'SIGINT');
  running.child.kill('SIGINT');
  t.is(await running.ended, 0, running.said());
  t.deepEqual(await listProcessesIn(pgdata), []);
  t.false(await answers(identity));
});

test.serial('a room alone refuses to start before the schema is there, and says what to run', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'xinji-alone-'));
  await chmod(other, 0o711);
  t.teardown(async () => {
    await removeEmbedded(other);
    await rm(other, { recursive: true, force: true });
  });
  const alone = xinji(['serve', 'identity'], { XINJI_DATA_DIR: other });
  t.not(await alone.ended, 0);
  t.regex(alone.said(), /xinji migrate/);
});

test.serial('all faults of all rooms are said at once, with exit code 78', async (t) => {
  const faulty = {
    XINJI_TYPO: '1',
    XINJI_SEAL_PORT: 'x',
    XINJI_LICENSE_URL: 'nowhere',
    XINJI_IDENTITY_DATABASE_URL: 'mysql://x',
  };
  const refused = xinji(['serve'], faulty);
  t.is(await refused.ended, 78);
  for (const name of Object.keys(faulty)) t.regex(refused.said(), new RegExp(`${name} `));
});

test.serial('production starts nothing on defaults and development keys: 78', async (t) => {
  const bare = xinji(['serve'], { XINJI_MODE: undefined });
  t.is(await bare.ended, 78);
  for (const name of ['XINJI_MASTER_KEY', 'XINJI_IDENTITY_URL', 'DATABASE_URL']) t.regex(bare.said(), new RegExp(name));
  t.regex(bare.said(), /make run/);
});
