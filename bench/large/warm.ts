// Reads what is touched wherever a license is through once, so that it lies in the memory of the machine as it does on a server
// that has been running: tables and indexes of licenses, versions and holders, and the indexes into which each issue goes.
// What else a year leaves behind (events, rows of issues) stays where it is.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';

const READ = ['licenses', 'license_versions', 'holder_licenses', 'holder_keys'];
const INDEXES_READ = ['issues'];

/** `folder`: of the cluster, for example `…/pgdata`. Resolves with gigabytes that were read. */
export async function warmRegistry(url: string, folder: string): Promise<number> {
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
    let bytes = 0;
    for (const { path } of rows) bytes += await readRelation(join(folder, path));
    return bytes / 1e9;
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
