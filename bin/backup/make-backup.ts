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
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type FileStore, makeDirectoryStore, type StoredFile } from '../../common/files/file-store.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { COPIES, POOLS } from './places.ts';

export type BackupRequest = {
  readonly ownerUrl: string;
  readonly schemas: readonly string[];
  /** Where all backups lie; made when missing. */
  readonly folder: string;
  /** Store and folder of each setting of places.ts. */
  readonly storeOf: (setting: string) => FileStore | null;
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
  /** Files that do not have their SM3: they are not in the backup, everything else is. */
  readonly damaged: readonly string[];
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
  const { pools, newFiles, damaged } = await copyPools(request);
  const manifest: Manifest = {
    format: 1,
    made_at: now.toISOString(),
    version: request.version,
    ...database,
    pools,
    copies,
  };
  return { folder, sm3: await writeManifest(folder, manifest), rows, newFiles, damaged };
}

type DatabasePart = Pick<Manifest, 'postgresql' | 'schemas' | 'partitions' | 'tables' | 'sequences'>;

async function copyDatabase({ ownerUrl, schemas }: BackupRequest, folder: string): Promise<DatabasePart> {
  return withSnapshot(ownerUrl, schemas, async (snapshot) => {
    const tables: Manifest['tables'] = [];
    for (const table of snapshot.tables) tables.push(await copyTable(table, snapshot.read(table), folder));
    return {
      postgresql: snapshot.server,
      schemas: Object.fromEntries([...snapshot.steps].map(([schema, steps]) => [schema, [...steps]])),
      partitions: [...snapshot.partitions],
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

type PoolsPart = Pick<Backup, 'newFiles' | 'damaged'> & Pick<Manifest, 'pools'>;

async function copyPools(request: BackupRequest): Promise<PoolsPart> {
  const pools: Manifest['pools'] = {};
  const damaged: string[] = [];
  let newFiles = 0;
  for (const { setting } of POOLS) {
    const source = request.storeOf(setting);
    if (source === null) continue;
    const pool = join(request.folder, 'pool', setting);
    const names: string[] = [];
    for await (const sm3 of listStore(source)) {
      const isNew = !(await isFile(poolPath(pool, sm3)));
      const state = isNew ? await copyFileOf(source, sm3, pool) : 'there';
      if (state === 'damaged') damaged.push(sm3);
      if (state === 'there') names.push(sm3);
      if (state === 'there' && isNew) newFiles += 1;
    }
    pools[setting] = names;
    request.say(`${names.length} files of ${setting}, ${newFiles} new in the pool`);
  }
  for (const sm3 of damaged) request.say(`the stored file ${sm3} is damaged; it is not in the backup`);
  return { pools, newFiles, damaged };
}

const PAGE = 1000;

async function* listStore(store: FileStore): AsyncGenerator<string> {
  for (let after: string | null = null; ; ) {
    const page: readonly StoredFile[] = await store.list(after, PAGE);
    for (const { sm3 } of page) yield sm3;
    after = page.at(-1)?.sm3 ?? null;
    if (page.length < PAGE) return;
  }
}

/** Read through its SM3. A file that went meanwhile was one that nobody registered. */
async function copyFileOf(source: FileStore, sm3: string, pool: string): Promise<'there' | 'gone' | 'damaged'> {
  try {
    const bytes = await source.get(sm3);
    if (bytes === null) return 'gone';
    await makeDirectoryStore(pool).put(bytes);
    return 'there';
  } catch (error) {
    if (!isTrustError(error, 'file-corrupt')) throw error;
    return 'damaged';
  }
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
