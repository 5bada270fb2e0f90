// A throw-away server that keeps what it commits, set as docs/operations tells operators to set theirs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedServer, startEmbedded } from '../../common/db/embedded.ts';

const SETTINGS = join(import.meta.dirname, '../../docs/operations/postgresql-xinji.conf');
const GIVEN_AT_START = ['max_connections'];

/** Its data in `dataDir`, which is new. */
export async function startProvinceServer(dataDir: string): Promise<EmbeddedServer> {
  const plain = await startEmbedded({ dataDir });
  const client = new pg.Client({ connectionString: plain.url });
  await client.connect();
  for (const [name, value] of await readSettings())
    await client.query(`alter system set ${name} = ${client.escapeLiteral(value)}`);
  await client.end();
  await plain.stop();
  return startEmbedded({ dataDir });
}

async function readSettings(): Promise<readonly (readonly [string, string])[]> {
  const lines = (await readFile(SETTINGS, 'utf8')).split('\n').filter((line) => /^[a-z]/.test(line));
  const settings = lines.map((line) => line.split(' = ') as [string, string]);
  return settings.filter(([name]) => !GIVEN_AT_START.includes(name));
}
