// How every benchmark measures: the variants take turns within one run, so that a noisy neighbour hits all alike,
// and what counts is the ratio of medians to the floor of the same run. CPU time is that of all threads of this process.
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** One way of doing the work; `floor` is the least that any way must do. */
export type Variants = Readonly<Record<string, () => Promise<void> | void>> & {
  readonly floor: () => Promise<void> | void;
};

export type Row = {
  readonly variant: string;
  readonly wall_ms: number;
  readonly cpu_ms: number;
  readonly wall_ratio: number;
  readonly cpu_ratio: number;
  /** What the caller and the database cost beside it, where the server is a process of its own. */
  readonly generator_cpu_ms?: number;
  readonly postgres_cpu_ms?: number;
};

export type Result = {
  readonly benchmark: string;
  readonly unit: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  /** What else the run showed, in a sentence. */
  readonly shown?: string;
};

export type MeasureOptions = {
  readonly rounds: number;
  /** Rounds that are not counted, first; 2 when left out. A server runs warm. */
  readonly warmUp?: number;
  /** Repetitions inside one measurement; 1 when left out. */
  readonly times?: number;
  /** Variants that are measured once a round instead. */
  readonly slow?: readonly string[];
  /** CPU milliseconds so far; other processes included where the work is done there. Left out: those of this process. */
  readonly cpuMs?: () => number;
};

export type Benchmark = { readonly name: string; readonly run: () => Promise<readonly Result[]> };

/**
 * Runs each variant once a round, in turn, `rounds` times after the warm-up. Figures are per repetition.
 */
export async function measure(
  benchmark: string,
  unit: string,
  variants: Variants,
  options: MeasureOptions,
): Promise<Result> {
  const samples = new Map<string, { wall: number; cpu: number }[]>(Object.keys(variants).map((name) => [name, []]));
  for (let round = -(options.warmUp ?? 2); round < options.rounds; round++) {
    for (const [name, act] of Object.entries(variants)) {
      // What is slow needs no long warm-up, and would make it last for minutes.
      if (options.slow?.includes(name) && round < -2) continue;
      const times = options.slow?.includes(name) ? 1 : (options.times ?? 1);
      const sample = await once(act, times, options.cpuMs ?? ownCpuMs);
      if (options.slow?.includes(name)) await tidy();
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  const medians = [...samples].map(([variant, list]) => ({
    variant,
    wall: median(list.map((sample) => sample.wall)),
    cpu: median(list.map((sample) => sample.cpu)),
  }));
  const floor = medians.find((row) => row.variant === 'floor');
  if (!floor) throw new Error('a benchmark needs a floor');
  const rows = medians.map(({ variant, wall, cpu }) => ({
    variant,
    wall_ms: round3(wall),
    cpu_ms: round3(cpu),
    wall_ratio: round3(wall / floor.wall),
    cpu_ratio: round3(cpu / floor.cpu),
  }));
  return { benchmark, unit, rounds: options.rounds, rows };
}

async function once(
  act: () => Promise<void> | void,
  times: number,
  cpuMs: () => number,
): Promise<{ wall: number; cpu: number }> {
  const cpu = cpuMs();
  const start = performance.now();
  for (let i = 0; i < times; i++) await act();
  const wall = performance.now() - start;
  return { wall: wall / times, cpu: (cpuMs() - cpu) / times };
}

/** An idle moment, in which V8 collects what a slow variant left behind: not the next one's work. */
async function tidy(): Promise<void> {
  await sleep(100);
}

/** All threads of this process. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

const round3 = (value: number) => Number(value.toPrecision(3));

/** What the figures were measured on. */
export function machine(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    openssl: process.versions.openssl,
  };
}
