// What the benchmarks of the identity room stand on: a PostgreSQL of their own, the room as a process, the bare library as
// another, people and clients. CPU time is that of each process, in nanoseconds from /proc, so it needs Linux.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { ClientMetadata } from 'oidc-provider';
import { SCHEMAS } from '../../bin/schemas.ts';
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { removeEmbedded, startEmbedded } from '../../common/db/embedded.ts';
import { migrateAll } from '../../common/db/migrate.ts';
import { type ClientRegistration, checkClient } from '../../identity/domain/client.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { toMetadata } from '../../identity/provider/client-metadata.ts';
import { findFreePort } from '../../test/_harness/free-ports.ts';
import { type IdentityNodes, startNodes } from '../../test/_harness/identity-nodes.ts';
import type { LeanClient } from '../../test/_harness/lean-browser.ts';
import { MACHINE, makeRegistered } from '../../test/_harness/lean-registration.ts';
import { treeCpuMs } from '../house.ts';
import type { Recorded } from './recording-node.ts';

export const PERSON = { login: 'zhangsan', password: 'a long enough password' } as const;
export const AUDIENCE = 'http://localhost:7003';

/** A server and what it cost so far. */
export type Side = { readonly issuer: string; readonly introspection: string; readonly cpuMs: () => number };

/** The bare library. `send`: what it sends to PostgreSQL in each request from now on; nothing at first. */
export type BareSide = Side & { readonly send: (statements: readonly Recorded[]) => Promise<void> };

export type Ground = {
  readonly db: Knex;
  /** As the room connects. */
  readonly databaseUrl: string;
  readonly nodes: IdentityNodes;
  readonly house: Side;
  readonly bare: BareSide;
  /** Systems that people log in to, known to both sides. */
  readonly systems: readonly LeanClient[];
  /** Systems without a person, known to both sides. */
  readonly machine: LeanClient;
  readonly postgresCpuMs: () => number;
  /** Registers further clients with the house. */
  register(count: number, prefix: string, change?: Partial<ClientRegistration>): Promise<readonly LeanClient[]>;
  stop(): Promise<void>;
};

const MASTER_KEY = randomBytes(32);
const SYSTEM: Partial<ClientRegistration> = { grantTypes: ['authorization_code', 'refresh_token'] };

export async function startGround({ systems: count }: { readonly systems: number }): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-identity-'));
  const server = await startEmbedded({ dataDir });
  const roleUrl = new URL(server.url);
  [roleUrl.username, roleUrl.password] = ['bench_identity', 'bench'];
  const rooms = SCHEMAS.map((schema) => ({ ...schema, url: roleUrl.href }));
  await migrateAll({ ownerUrl: server.url, rooms });
  const db = connect(server.url, { applicationName: 'bench', poolMax: 1 });
  await registerPerson(db);
  const register: Ground['register'] = async (number, prefix, change = {}) => {
    const made = Array.from({ length: number }, (_, index) => makeRegistered(`${prefix}-${index}`, change));
    for (const { registration } of made)
      await registerClient({ db, clock: systemClock, requireHttps: false }, registration);
    return made.map(({ client }) => client);
  };
  const made = Array.from({ length: count }, (_, index) => makeRegistered(`system-${index}`, SYSTEM));
  const machine = makeRegistered('machine', MACHINE);
  for (const { registration } of [...made, machine])
    await registerClient({ db, clock: systemClock, requireHttps: false }, registration);
  const databaseUrl = roleUrl.href;
  const masterKey = MASTER_KEY.toString('hex');
  const nodes = await startNodes({
    count: 1,
    databaseUrl,
    masterKey,
    main: join(import.meta.dirname, 'recording-node.ts'),
    env: { XINJI_LOG_LEVEL: 'info' },
  });
  const clients = [...made, machine].map(({ registration }) => bareMetadata(registration));
  const bare = await startBare(clients, databaseUrl);
  const postmaster = Number((await readFile(join(server.folder, 'pgdata/postmaster.pid'), 'utf8')).split('\n')[0]);
  return {
    db,
    databaseUrl,
    nodes,
    house: {
      issuer: nodes.issuer,
      introspection: `${nodes.issuer}/oidc/token/introspection`,
      cpuMs: () => processCpuMs(nodes.nodes[0]!.child.pid as number),
    },
    bare: {
      issuer: bare.issuer,
      introspection: `${bare.issuer}/oidc/introspect`,
      cpuMs: () => processCpuMs(bare.child.pid as number),
      send: async (statements) => {
        const done = once(bare.child, 'message');
        bare.child.send({ statements });
        await done;
      },
    },
    systems: made.map(({ client }) => client),
    machine: machine.client,
    postgresCpuMs: () => treeCpuMs([postmaster]),
    register,
    stop: async () => {
      bare.child.disconnect();
      await nodes.stop();
      await db.destroy();
      await server.stop();
      await removeEmbedded(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function registerPerson(db: Knex): Promise<void> {
  const holder = { code: '360102199003077718', type: '111' } as const;
  const account = { loginName: PERSON.login, password: PERSON.password, name: '张三', holder, phone: '13800010001' };
  await registerAccount({ db, clock: systemClock, keys: deriveDocumentKeys(MASTER_KEY) }, account);
}

/** The same client for the bare library: what only our house knows is left out. */
function bareMetadata(registration: ClientRegistration): ClientMetadata {
  const metadata = toMetadata({
    ...checkClient(registration, { requireHttps: false }),
    version: 1,
    status: 'active',
    approvedScopes: [],
  });
  const own = Object.entries(metadata).filter(
    ([name]) => !/^(xinji_|subject_type|sector_identifier_uri|dpop_)/.test(name),
  );
  return Object.fromEntries(own) as ClientMetadata;
}

async function startBare(
  clients: readonly ClientMetadata[],
  databaseUrl: string,
): Promise<{ issuer: string; child: ChildProcess }> {
  const port = await findFreePort();
  const settings = { port, clients, audience: AUDIENCE, scope: 'seal:use' };
  const child = await startPart('bare-provider.ts', {
    BENCH_BARE: JSON.stringify(settings),
    BENCH_DATABASE_URL: databaseUrl,
  });
  return { issuer: `http://localhost:${port}`, child };
}

/** A program of this folder with an IPC channel, ready. It ends with us. */
export async function startPart(file: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return child;
}

/** All threads of a process that live. */
export function processCpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const nanoseconds = Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    return sum + nanoseconds / 1e6;
  }, 0);
}
