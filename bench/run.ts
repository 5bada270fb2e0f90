// Runs the benchmarks (all, or those named), prints a table each and writes bench/results/NAME.json.
// `make bench` calls this. Nothing here decides a test. What takes long or wants arguments is started by itself: corpus.ts,
// identity-nodes.ts, identity-large.ts, license-large.ts (which `make bench` calls too).
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { audit } from './audit.ts';
import { httpSealing } from './http-sealing.ts';
import { issuing } from './issuing.ts';
import { licenseChain } from './license-chain.ts';
import { logout } from './logout.ts';
import { manySeals } from './many-seals.ts';
import { type Benchmark, machine, type Result } from './measure.ts';
import { memory } from './memory.ts';
import { preparing } from './preparing.ts';
import { readLicense } from './read-license.ts';
import { redeem } from './redeem.ts';
import { rendering } from './rendering.ts';
import { sealing } from './sealing.ts';
import { sm2 } from './sm2.ts';
import { sm3 } from './sm3.ts';
import { sso } from './sso.ts';
import { verifying } from './verifying.ts';

const BENCHMARKS: readonly Benchmark[] = [
  sm3,
  sm2,
  preparing,
  sealing,
  manySeals,
  verifying,
  httpSealing,
  memory,
  rendering,
  issuing,
  readLicense,
  redeem,
  sso,
  logout,
  audit,
  licenseChain,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.map((benchmark) => benchmark.name).join(', ')}, ` +
      'and by themselves bench/corpus.ts, bench/identity-nodes.ts, bench/identity-large.ts, bench/license-large.ts',
  );
  process.exit(2);
}
for (const benchmark of BENCHMARKS) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  const results = await benchmark.run();
  for (const result of results) print(result);
  const path = fileURLToPath(new URL(`results/${benchmark.name}.json`, import.meta.url));
  await writeFile(
    path,
    `${JSON.stringify({ measured_at: new Date().toISOString(), machine: machine(), results }, null, 2)}\n`,
  );
}
process.exit(0);

function print(result: Result): void {
  console.log(`\n${result.benchmark} (${result.unit}, median of ${result.rounds} interleaved rounds)`);
  console.table(
    Object.fromEntries(
      result.rows.map(({ variant, ...row }) => [
        variant,
        { 'wall ms': row.wall_ms, 'cpu ms': row.cpu_ms, 'wall × floor': row.wall_ratio, 'cpu × floor': row.cpu_ratio },
      ]),
    ),
  );
}
