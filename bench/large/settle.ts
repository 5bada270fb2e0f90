// Waits until the disk has written back what filling left behind: a commit is as fast as the disk's flush, and a disk that is
// still busy with gigabytes of before would be counted as the registry's own slowness.
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { quantile } from './offered-rate.ts';

const PROBES = 400;
const PAGE = Buffer.alloc(8192, 1);
const AS_BEFORE = 1.5;
const IN_A_ROW = 3;
const BETWEEN_MS = 5000;
const MOST_MS = 15 * 60_000;

/** p99 in ms of flushing one page in `folder`. */
export async function probeDisk(folder: string): Promise<number> {
  const path = join(folder, 'probe');
  const file = await open(path, 'w');
  const times: number[] = [];
  try {
    for (let probe = 0; probe < PROBES; probe++) {
      const begin = performance.now();
      await file.write(PAGE, 0, PAGE.length, probe * PAGE.length);
      await file.datasync();
      times.push(performance.now() - begin);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return quantile(times, 0.99);
}

export type Settled = { readonly seconds: number; readonly flush_p99_ms: number };

/** A checkpoint, then until flushes take as long as they did `before` three times in a row, at most 15 minutes. */
export async function settle(url: string, folder: string, before: number): Promise<Settled> {
  const begin = performance.now();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('checkpoint').finally(() => client.end());
  let [calm, last] = [0, 0];
  while (calm < IN_A_ROW && performance.now() - begin < MOST_MS) {
    await sleep(BETWEEN_MS);
    last = await probeDisk(folder);
    calm = last <= before * AS_BEFORE ? calm + 1 : 0;
  }
  return { seconds: (performance.now() - begin) / 1000, flush_p99_ms: last };
}
