// Reads what is touched wherever a license is through once, so that it lies in the memory of the machine as it does on a server
// that has been running: tables and indexes of licenses, versions and holders, and the indexes into which each issue goes.
// What else a year leaves behind (events, rows of issues) stays where it is.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';

const READ = ['licenses', 'license_versions', 'holder_licenses', 'holder_keys'];
const INDEXES_READ = ['issues'];

/** As fast as nothing but memory gives it. */
const FROM_MEMORY_GB_PER_SECOND = 1;
/** What is shorter is spent on opening files. */
const SHORT_SECONDS = 2;
const MOST_PASSES = 5;

export type Warmed = {
  readonly gigabytes: number;
  readonly passes: number;
  readonly last_pass_seconds: number;
};

/**
 * `folder`: of the cluster, for example `…/pgdata`. Reads until a pass comes from memory: what is read once is the first that
 * the system forgets, and filling has left other things there.
 */
export async function warmRegistry(url: string, folder: string): Promise<Warmed> {
  const paths = await listPaths(url);
  for (let passes = 1; ; passes++) {
    const begin = performance.now();
    let bytes = 0;
    for (const path of paths) bytes += await readRelation(join(folder, path));
    const [gigabytes, seconds] = [bytes / 1e9, (performance.now() - begin) / 1000];
    const isFast = seconds < SHORT_SECONDS || gigabytes / seconds >= FROM_MEMORY_GB_PER_SECOND;
    if (passes > 1 && (isFast || passes === MOST_PASSES)) return { gigabytes, passes, last_pass_seconds: seconds };
  }
}

async function listPaths(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ path: string }>(
      `with tables as (
         select p.relid as oid, name = any($1) as whole from unnest($1::text[] || $2::text[]) as name
         cross join lateral pg_partition_tree(('license.' || name)::regclass) as p where p.isleaf)
       select pg_relation_filepath(oid) as path from tables where whole
       union all select pg_relation_filepath(i.indexrelid) from pg_index i join tables on tables.oid = i.indrelid`,
      [READ, INDEXES_READ],
    );
    return rows.map(({ path }) => path);
  } finally {
    await client.end();
  }
}

/** A relation of more than a gigabyte lies in several files. */
async function readRelation(path: string): Promise<number> {
  const name = basename(path);
  const parts = (await readdir(dirname(path))).filter((one) => one === name || one.startsWith(`${name}.`));
  let bytes = 0;
  for (const part of parts) {
    for await (const chunk of createReadStream(join(dirname(path), part), { highWaterMark: 1 << 20 }))
      bytes += (chunk as Buffer).length;
  }
  return bytes;
}
