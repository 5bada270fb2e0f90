// Which processes work on a PostgreSQL data folder. The working directory of every process of a server is its data
// folder, which tells our server from a stranger who was given the process number of a dead one, and still holds after
// the folder was moved. Linux only, as the embedded binaries are.
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Postmaster = { readonly pid: number; readonly port: number };

const LOOK_MS = 50;

/** The server running on `pgdata`, or null. Waits while it starts up or shuts down. */
export async function findPostmaster(pgdata: string, waitMs = 60_000): Promise<Postmaster | null> {
  for (const deadline = performance.now() + waitMs; performance.now() < deadline; await sleep(LOOK_MS)) {
    const file = await readPidFile(pgdata);
    if (file === null || !(await listProcessesIn(pgdata)).includes(file.pid)) return null;
    if (file.status === 'ready') return { pid: file.pid, port: file.port };
  }
  throw new Error(`the PostgreSQL server on ${pgdata} neither starts nor stops`);
}

/**
 * Waits until no process works on `pgdata`: after kill -9 of the server its backends take a moment to notice.
 * Those that are still busy after `waitMs` are killed; without their server nothing of theirs can be committed.
 */
export async function awaitOrphans(pgdata: string, waitMs = 5_000): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let pids = await listProcessesIn(pgdata); pids.length > 0; pids = await listProcessesIn(pgdata)) {
    if (performance.now() > deadline) for (const pid of pids) killQuietly(pid);
    await sleep(LOOK_MS);
  }
}

/** Process ids whose working directory is `pgdata` (an absolute path without symbolic links). */
export async function listProcessesIn(pgdata: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => folders[index] === pgdata);
}

async function readPidFile(pgdata: string): Promise<(Postmaster & { status: string }) | null> {
  const text = await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status
  const lines = text.split('\n').map((line) => line.trim());
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7] ?? '' };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}
