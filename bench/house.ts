// A development house of its own for the benchmarks that need one: its own data folder and ports, the processes of `xinji serve`.
// CPU time is that of the whole tree and of PostgreSQL, read from /proc (ticks of 10 ms), so it needs Linux.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWorld, type World } from '../bin/demo/world.ts';
import { removeEmbedded, startEmbedded } from '../common/db/embedded.ts';
import { findFreePort } from '../test/_harness/free-ports.ts';
import { ownCpuMs } from './measure.ts';

export type BenchHouse = {
  readonly world: World;
  /** The database as its owner. */
  readonly ownerUrl: string;
  /** CPU milliseconds of this process, the house and its PostgreSQL. */
  readonly cpuMs: () => number;
  /** Of the house alone: its parent, its rooms, the business systems. */
  readonly roomsCpuMs: () => number;
  readonly postgresCpuMs: () => number;
  readonly stop: () => Promise<void>;
};

const MS_PER_TICK = 10;

export async function startBenchHouse(settings: Readonly<Record<string, string>> = {}): Promise<BenchHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xinji-bench-house-'));
  const names = ['IDENTITY', 'LICENSE', 'SEAL', 'BUSINESS_A', 'BUSINESS_B'];
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [`XINJI_${name}_PORT`, `${await findFreePort()}`])),
  );
  const env = { ...process.env, ...ports, XINJI_MODE: 'development', XINJI_DATA_DIR: dataDir, XINJI_LOG_LEVEL: 'warn' };
  Object.assign(env, settings);
  const program = join(import.meta.dirname, '../bin/xinji.ts');
  const child = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const world = await readWorld(env, join(dataDir, 'out'));
  await untilUp(child, [`${world.licenseUrl}/readyz`, `${world.sealUrl}/readyz`, world.systemUrls[1]]);
  const database = await startEmbedded({ dataDir });
  const postmaster = Number(readFileSync(join(database.folder, 'pgdata/postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    world,
    ownerUrl: database.url,
    cpuMs: () => ownCpuMs() + treeCpuMs([child.pid as number, postmaster]),
    roomsCpuMs: () => treeCpuMs([child.pid as number]),
    postgresCpuMs: () => treeCpuMs([postmaster]),
    stop: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      await database.stop();
      await removeEmbedded(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilUp(child: ChildProcess, urls: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 600; waited++) {
    if (child.exitCode !== null) throw new Error('the house ended while it was starting');
    const answers = await Promise.all(
      urls.map((url) =>
        fetch(url)
          .then((response) => response.ok)
          .catch(() => false),
      ),
    );
    if (answers.every(Boolean)) return;
    await sleep(100);
  }
  throw new Error('the house did not come up within a minute');
}

/** User and system time of the processes and everything below them, children that ended included. */
export function treeCpuMs(roots: readonly number[]): number {
  const rows = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readStat);
  const wanted = new Set(roots);
  for (let grown = true; grown; ) {
    const before = wanted.size;
    for (const row of rows) if (wanted.has(row.parent)) wanted.add(row.pid);
    grown = wanted.size > before;
  }
  return rows.filter(({ pid }) => wanted.has(pid)).reduce((sum, { ticks }) => sum + ticks * MS_PER_TICK, 0);
}

function readStat(name: string): { pid: number; parent: number; ticks: number }[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] as number), 0);
    return [{ pid: Number(name), parent: fields[1] as number, ticks }];
  } catch {
    return []; // it ended while we looked
  }
}
