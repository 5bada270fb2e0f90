// A registry of a province against a small one: `node bench/license-large.ts [licenses] [small] [folder]`, 1,000,000 and 10,000
// unless told (`make bench`; `make bench-large` has 5,000,000). What was filled stays in `folder`, where one is given, and is
// measured again without being filled again. Both lie on one server and take turns at the same offered rate, warm
// (what is read lies in the memory of the machine), on a server set as docs/operations says, once the disk has written back;
// what must hold is the ratio of the p99s of reading by identifier, of a holder's list and of an issue's statements: at most
// 1.5, median of three rounds. Says how long filling took and how much disk it took, and how busy the machine was.
// Keeps bench/results/license-large.json, a result for each size from a million up.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../common/db/connect.ts';
import { removeEmbedded } from '../common/db/embedded.ts';
import { type Filled, fillRegistry, urlOf } from './large/fill.ts';
import { findCapacity, offer, quantile } from './large/offered-rate.ts';
import { OPERATIONS, type Operation, openRegistry, type Registry } from './large/operations.ts';
import { startProvinceServer } from './large/server.ts';
import { probeDisk, settle } from './large/settle.ts';
import { type Warmed, warmRegistry } from './large/warm.ts';
import { machine, median } from './measure.ts';

const CALLERS = 16;
const ROUNDS = 3;
const SECONDS_A_TURN = 2;
const TURNS = 3;
/** Calls before anything is counted, and at most so long. */
const WARMING = 1600;
const MOST_SECONDS = 120;
/** Calls by which the capacity is found, and at most so long. */
const PREPARED = 1600;
const SECONDS_FOR_CAPACITY = 5;
/** Of the capacity of the slower one; at most half. */
const LOAD = 0.3;
const MOST_PER_SECOND = 1000;
const KEPT_FROM = 1_000_000;

type Sizes = { readonly small: Registry; readonly large: Registry };
type Figures = { readonly p50: number; readonly p99: number };
type Compared = {
  readonly operation: Operation;
  readonly capacity_per_second: { readonly small: number; readonly large: number };
  readonly offered_per_second: number;
  readonly calls_a_round: number;
  readonly small: Figures;
  readonly large: Figures;
  readonly p99_ratio: number;
};

const [licenses = 1_000_000, few = 10_000] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'xinji-bench-large-')));
const server = await startProvinceServer(dataDir);
try {
  const busyBefore = loadavg();
  const flushBefore = await probeDisk(dataDir);
  const filled = await findFilled(join(dataDir, 'filled.json'), async () => [
    await fillRegistry(server.url, 'bench_small', few),
    await fillRegistry(server.url, 'bench_large', licenses),
  ]);
  const urls = filled.map(({ name }) => urlOf(server.url, name));
  const warmed: Warmed[] = [];
  for (const url of urls) warmed.push(await warmRegistry(url, join(server.folder, 'pgdata')));
  console.error(`${new Date().toISOString()} warm: ${JSON.stringify(warmed)}`);
  const settled = await settle(server.url, dataDir, flushBefore);
  console.error(`${new Date().toISOString()} settled: ${JSON.stringify(settled)}, before filling ${flushBefore} ms`);
  const pools = urls.map((url) => connect(url, { applicationName: 'bench', poolMin: CALLERS, poolMax: CALLERS }));
  const [small, large] = filled.map((one, index) => openRegistry(pools[index]!, one.licenses));
  const compared: Compared[] = [];
  for (const operation of OPERATIONS) {
    console.error(`${new Date().toISOString()} ${operation}`);
    compared.push(await compare({ small: small!, large: large! }, operation));
  }
  const told = filled.map((one, index) => ({ ...one, warmed: warmed[index] }));
  const load = { before: busyBefore, after: loadavg() };
  const result = {
    measured_at: new Date().toISOString(),
    machine: machine(),
    load_average: load,
    filled: told,
    disk: { flush_p99_ms_before: flushBefore, settled },
    compared,
  };
  console.log(rounded(result));
  if (licenses >= KEPT_FROM) await keep(licenses, result);
  await Promise.all(pools.map((pool) => pool.destroy()));
} finally {
  await server.stop();
  if (kept === undefined) {
    await removeEmbedded(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  }
}
process.exit(0);

/** What is filled already, or what `fill` fills. */
async function findFilled(path: string, fill: () => Promise<readonly Filled[]>): Promise<readonly Filled[]> {
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return JSON.parse(known) as readonly Filled[];
  const filled = await fill();
  await writeFile(path, JSON.stringify(filled));
  return filled;
}

/** Small and large by turns, at one rate, round by round. */
async function compare({ small, large }: Sizes, operation: Operation): Promise<Compared> {
  const warm = { small: await warmUp(small, operation), large: await warmUp(large, operation) };
  const rate = Math.min(MOST_PER_SECOND, Math.max(1, Math.floor(Math.min(warm.small, warm.large) * LOAD)));
  const count = Math.round(rate * SECONDS_A_TURN);
  const rounds: Record<keyof Sizes, Figures[]> = { small: [], large: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const times: Record<keyof Sizes, number[]> = { small: [], large: [] };
    for (let turn = 0; turn < TURNS * 2; turn++) {
      // Who begins changes, so that neither has always the moment after the other.
      const size = (turn + round) % 2 === 0 ? 'small' : 'large';
      const act = await (size === 'small' ? small : large).prepare(operation, count);
      times[size].push(...(await offer(act, rate, SECONDS_A_TURN)));
    }
    for (const size of ['small', 'large'] as const)
      rounds[size].push({ p50: quantile(times[size], 0.5), p99: quantile(times[size], 0.99) });
  }
  const figures = (list: readonly Figures[]): Figures => ({
    p50: median(list.map(({ p50 }) => p50)),
    p99: median(list.map(({ p99 }) => p99)),
  });
  const [less, more] = [figures(rounds.small), figures(rounds.large)];
  const ratio = more.p99 / less.p99;
  return {
    operation,
    capacity_per_second: warm,
    offered_per_second: rate,
    calls_a_round: count * TURNS,
    small: less,
    large: more,
    p99_ratio: ratio,
  };
}

/**
 * Calls a second that all callers together get, warm: by calls and not by time, since a connection plans a statement anew
 * five times before it keeps a plan, which on tables of 32 partitions takes milliseconds.
 */
async function warmUp(registry: Registry, operation: Operation): Promise<number> {
  await findCapacity(await registry.prepare(operation, WARMING), CALLERS, MOST_SECONDS, WARMING);
  return findCapacity(await registry.prepare(operation, PREPARED), CALLERS, SECONDS_FOR_CAPACITY, PREPARED);
}

async function keep(size: number, result: object): Promise<void> {
  const path = join(import.meta.dirname, 'results/license-large.json');
  const known = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Record<string, object>;
  await writeFile(path, `${rounded({ ...known, [size]: result })}\n`);
}

function rounded(value: object): string {
  return JSON.stringify(value, (_key, one) => (typeof one === 'number' ? Number(one.toPrecision(4)) : one), 2);
}
