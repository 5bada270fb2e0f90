// Makes a backup: the rows from one snapshot, then the files they name, which were there before their rows were. So
// a running house is copied without a pause, and nothing that a row names is missing.
// Layout: FOLDER/pool/<setting>/ab/cd/<SM3> for all backups together, FOLDER/<time>/ for one.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Table, withSnapshot } from '../../common/db/table-copy.ts';
import { TrustError } from '../../common/errors.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { COPIES, POOLS } from './places.ts';

export type BackupRequest = {
  readonly ownerUrl: string;
  readonly schemas: readonly string[];
  /** Where all backups lie; made when missing. */
  readonly folder: string;
  /** Folder of each setting of places.ts. */
  readonly folderOf: (setting: string) => string | null;
  readonly version: string;
  readonly now: Date;
  readonly say: (line: string) => void;
};

export type Backup = {
  readonly folder: string;
  readonly sm3: string;
  readonly rows: number;
  readonly newFiles: number;
};

/** Throws `backup-invalid` when the folder of this moment exists. */
export async function makeBackup(request: BackupRequest): Promise<Backup> {
  const { now, say } = request;
  const name = now.toISOString().replace(/[-:.]/g, '');
  const folder = join(request.folder, name);
  await mkdir(request.folder, { recursive: true, mode: 0o700 });
  await mkdir(folder, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    const hint = 'Try again, or remove the folder of a backup that did not come to its end.';
    throw new TrustError('backup-invalid', `${folder} cannot be made (${cause.code})`, { hint, cause });
  });
  await mkdir(join(folder, 'database'), { mode: 0o700 });
  // The copies lag behind the rows that they prove; read after them, they would tell of rows that the snapshot lacks.
  const copies = await copyCopies(request, folder);
  const database = await copyDatabase(request, folder);
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0);
  say(`${database.tables.length} tables, ${rows} rows, as of ${now.toISOString()}`);
  const { pools, newFiles } = await copyPools(request);
  const manifest: Manifest = {
    format: 1,
    made_at: now.toISOString(),
    version: request.version,
    ...database,
    pools,
    copies,
  };
  return { folder, sm3: await writeManifest(folder, manifest), rows, newFiles };
}

type DatabasePart = Pick<Manifest, 'postgresql' | 'schemas' | 'tables' | 'sequences'>;

async function copyDatabase({ ownerUrl, schemas }: BackupRequest, folder: string): Promise<DatabasePart> {
  return withSnapshot(ownerUrl, schemas, async (snapshot) => {
    const tables: Manifest['tables'] = [];
    for (const table of snapshot.tables) tables.push(await copyTable(table, snapshot.read(table), folder));
    return {
      postgresql: snapshot.server,
      schemas: Object.fromEntries([...snapshot.steps].map(([schema, steps]) => [schema, [...steps]])),
      tables,
      sequences: [...snapshot.sequences],
    };
  });
}

async function copyTable(
  { schema, name, columns }: Table,
  rows: NodeJS.ReadableStream & { readonly rowCount?: number },
  folder: string,
): Promise<Manifest['tables'][number]> {
  const file = `database/${schema}.${name}.copy.gz`;
  const { meter, digest } = makeMeter();
  await pipeline(
    rows,
    createGzip({ level: 4 }),
    meter,
    createWriteStream(join(folder, file), { mode: 0o600, flags: 'wx', flush: true }),
  );
  return { schema, name, columns: [...columns], rows: rows.rowCount ?? 0, file, sm3: digest() };
}

async function copyPools(
  request: BackupRequest,
): Promise<{ readonly pools: Manifest['pools']; readonly newFiles: number }> {
  const pools: Manifest['pools'] = {};
  let newFiles = 0;
  for (const { setting } of POOLS) {
    const source = request.folderOf(setting);
    if (source === null) continue;
    const names = await listPool(source);
    for (const name of names) {
      const target = poolPath(join(request.folder, 'pool', setting), name);
      if (await isFile(target)) continue;
      await copyWhole(poolPath(source, name), target);
      newFiles += 1;
    }
    pools[setting] = names;
    request.say(`${names.length} files of ${setting}, ${newFiles} new in the pool`);
  }
  return { pools, newFiles };
}

async function copyCopies({ folderOf }: BackupRequest, folder: string): Promise<Manifest['copies']> {
  const copies: Manifest['copies'] = {};
  for (const { setting } of COPIES) {
    const source = folderOf(setting);
    if (source === null) continue;
    const entries = await readdir(source, { withFileTypes: true }).catch(orNothing);
    copies[setting] = [];
    for (const { name } of entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))) {
      const file = `copies/${setting}/${name}`;
      await copyWhole(join(source, name), join(folder, file));
      copies[setting].push({ name, file, sm3: await sm3OfFile(join(folder, file)) });
    }
  }
  return copies;
}

/** SM3 names of a pool (common/files/file-store.ts), in order. */
async function listPool(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const first of await readdir(folder).catch(orNothing)) {
    for (const second of await readdir(join(folder, first)).catch(orNothing)) {
      const files = await readdir(join(folder, first, second)).catch(orNothing);
      names.push(...files.filter((name) => /^[0-9a-f]{64}$/.test(name)));
    }
  }
  return names.sort();
}

export const poolPath = (folder: string, sm3: string): string => join(folder, sm3.slice(0, 2), sm3.slice(2, 4), sm3);

/** A part beside it first, so that a name always means a whole file. */
export async function copyWhole(from: string, to: string): Promise<void> {
  await mkdir(join(to, '..'), { recursive: true, mode: 0o700 });
  const part = join(to, '..', `.${basename(to)}.part`);
  await copyFile(from, part);
  await rename(part, to);
}

export async function sm3OfFile(path: string): Promise<string> {
  const { meter, digest } = makeMeter();
  await pipeline(createReadStream(path), meter.resume());
  return digest();
}

/** Lets bytes through and knows their SM3 at the end. */
function makeMeter(): { readonly meter: Transform; readonly digest: () => string } {
  const hash = createHash('sm3');
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { meter, digest: () => hash.digest('hex') };
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

function orNothing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
