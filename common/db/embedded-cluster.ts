// The cluster on disk and the binaries that work on it: initdb in a temporary folder that is renamed when complete,
// pg_ctl to start and stop. Callers hold the start lock of the home.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrustError } from '../errors.ts';
import type { EmbeddedHome } from './embedded-home.ts';
import { awaitOrphans } from './postmaster.ts';

export const OWNER = 'xinji';
const START_ATTEMPTS = 5;
const DURABLE = ['-c max_connections=200'];
/** For tests: a crash may lose everything, and the tests of a file open their pools all at once. */
const FAST = [
  '-c fsync=off',
  '-c synchronous_commit=off',
  '-c full_page_writes=off',
  '-c autovacuum=off',
  '-c max_connections=600',
];

/** Parts of an initdb that was killed; a killed initdb that still writes there fails by itself. */
export async function removeLeftovers(home: EmbeddedHome): Promise<void> {
  const parent = dirname(home.folder);
  const parts = (await readdir(parent)).filter((name) => name.startsWith('postgres.new-'));
  for (const name of parts) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
}

/** initdb, the password file beside it, then the rename that makes it count. */
export async function makeCluster(home: EmbeddedHome, durable: boolean): Promise<void> {
  const folder = await mkdtemp(`${home.folder}.new-`);
  const password = randomBytes(24).toString('base64url');
  const pwfile = join(folder, 'pwfile');
  await writeFile(pwfile, password, { mode: 0o600 });
  await writeFile(join(folder, 'server.log'), '', { mode: 0o600 });
  await mkdir(join(folder, 'pgdata'), { mode: 0o700 });
  if (home.user) {
    for (const name of ['', 'pwfile', 'server.log', 'pgdata'])
      await chown(join(folder, name), home.user.uid, home.user.gid);
  }
  await chmod(folder, 0o700);
  const locale = ['--encoding=UTF8', '--locale=C'];
  const access = ['--auth=scram-sha-256', `--username=${OWNER}`, `--pwfile=${pwfile}`];
  const sync = durable ? [] : ['--no-sync'];
  await run(home, home.binaries.initdb, ['-D', join(folder, 'pgdata'), ...locale, ...access, ...sync]);
  await rm(pwfile);
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  await rename(folder, home.folder);
}

/** Starts on a free port; another process may take the port meanwhile, so there are several attempts. */
export async function launchServer(home: EmbeddedHome, durable: boolean): Promise<number> {
  const pgdata = join(home.folder, 'pgdata');
  for (let attempt = 1; ; attempt++) {
    await rm(join(pgdata, 'postmaster.pid'), { force: true }); // nobody works on the folder: it is stale
    const port = await findFreePort();
    const settings = [`-p ${port}`, "-c listen_addresses=127.0.0.1 -c unix_socket_directories=''", '-c timezone=UTC'];
    const options = [...settings, ...(durable ? DURABLE : FAST)].join(' ');
    const args = ['-D', pgdata, '-l', join(home.folder, 'server.log'), '-w', '-t', '60', '-o', options, 'start'];
    try {
      await run(home, home.binaries.pgCtl, args);
      return port;
    } catch (error) {
      await awaitOrphans(pgdata);
      if (attempt === START_ATTEMPTS) throw await explain(home, error);
      await sleep(100 * attempt);
    }
  }
}

async function explain(home: EmbeddedHome, cause: unknown): Promise<TrustError> {
  const log = await readFile(join(home.folder, 'server.log'), 'utf8').catch(() => '');
  const words = log.split('\n').filter((line) => /FATAL|ERROR|PANIC/.test(line));
  return new TrustError('database-unavailable', `PostgreSQL does not start: ${words.at(-1) ?? 'see its log'}`, {
    hint: `The log is ${join(home.folder, 'server.log')}.`,
    cause,
  });
}

/** Stops the server: open connections are ended, committed work is on disk. */
export async function stopServer(home: EmbeddedHome): Promise<void> {
  await run(home, home.binaries.pgCtl, ['-D', join(home.folder, 'pgdata'), '-m', 'fast', '-w', '-t', '60', 'stop']);
}

/** Runs a binary as the server's user in a session of its own, so that Ctrl-C reaches only us. */
async function run(home: EmbeddedHome, command: string, args: readonly string[]): Promise<void> {
  const identity = home.user ? { uid: home.user.uid, gid: home.user.gid } : {};
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  const child = spawn(command, args, { ...identity, env, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) {
    throw new TrustError('database-unavailable', `${command} failed: ${Buffer.concat(output).toString('utf8').trim()}`);
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}
