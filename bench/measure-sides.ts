// Servers measured side by side: the variants take turns, each is charged what its own process cost, and the ratio is to
// the sum of those named as floor. What the caller and PostgreSQL cost meanwhile is said beside it.
import { median, ownCpuMs, type Result, type Row } from './measure.ts';

export type SideVariant = {
  /** Does the work `times` times. */
  readonly act: (times: number) => Promise<void>;
  /** Before each measurement; not measured. */
  readonly prepare?: () => Promise<void>;
  /** CPU milliseconds of the server so far. */
  readonly cpuMs: () => number;
};

export type SidesOptions = {
  readonly rounds: number;
  readonly times: number;
  /** Variants whose cost together is 1. */
  readonly floor: readonly string[];
  readonly postgresCpuMs: () => number;
};

type Sample = { readonly wall: number; readonly cpu: number; readonly generator: number; readonly postgres: number };

const WARM_UP = 3;

export async function measureSides(
  benchmark: string,
  unit: string,
  variants: Readonly<Record<string, SideVariant>>,
  options: SidesOptions,
): Promise<Result> {
  const samples = new Map<string, Sample[]>(Object.keys(variants).map((name) => [name, []]));
  for (let round = -WARM_UP; round < options.rounds; round += 1) {
    for (const [name, variant] of Object.entries(variants)) {
      const sample = await once(variant, options);
      if (round >= 0) samples.get(name)?.push(sample);
    }
  }
  const figures = [...samples].map(([variant, list]) => {
    const of = (key: keyof Sample): number => median(list.map((sample) => sample[key]));
    return { variant, wall: of('wall'), cpu: of('cpu'), generator: of('generator'), postgres: of('postgres') };
  });
  const floor = figures.filter(({ variant }) => options.floor.includes(variant));
  const sum = (key: 'wall' | 'cpu'): number => floor.reduce((total, row) => total + row[key], 0);
  const rows: Row[] = figures.map(({ variant, wall, cpu, generator, postgres }) => ({
    variant,
    wall_ms: round3(wall),
    cpu_ms: round3(cpu),
    wall_ratio: round3(wall / sum('wall')),
    cpu_ratio: round3(cpu / sum('cpu')),
    generator_cpu_ms: round3(generator),
    postgres_cpu_ms: round3(postgres),
  }));
  return { benchmark, unit: `${unit}; ratios to ${options.floor.join(' + ')}`, rounds: options.rounds, rows };
}

async function once({ act, prepare, cpuMs }: SideVariant, { times, postgresCpuMs }: SidesOptions): Promise<Sample> {
  await prepare?.();
  const [cpu, generator, postgres, wall] = [cpuMs(), ownCpuMs(), postgresCpuMs(), performance.now()];
  await act(times);
  return {
    wall: (performance.now() - wall) / times,
    cpu: (cpuMs() - cpu) / times,
    generator: (ownCpuMs() - generator) / times,
    postgres: (postgresCpuMs() - postgres) / times,
  };
}

const round3 = (value: number) => Number(value.toPrecision(3));
