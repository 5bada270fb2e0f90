// Puts a backup back. Everything is judged before anything is changed; files first, then all rows in one transaction, so
// that a restore that was broken off is simply run again. What was live when the backup was made and may have been used
// since (codes, sessions, tokens) is ended in that same transaction: nothing lives again.
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { RoomAccess } from '../../common/db/migrate.ts';
import { migrateAll } from '../../common/db/migrate.ts';
import { type Loading, listUsedSchemas, withLoading } from '../../common/db/table-copy.ts';
import { TrustError } from '../../common/errors.ts';
import { type FileStore, makeDirectoryStore } from '../../common/files/file-store.ts';
import { copyWhole, poolPath, sm3OfFile } from './make-backup.ts';
import { type Manifest, readManifest } from './manifest.ts';

export type RestoreRequest = {
  readonly ownerUrl: string;
  readonly rooms: readonly RoomAccess[];
  /** The folder of one backup; the pool lies beside it. */
  readonly folder: string;
  readonly storeOf: (setting: string) => FileStore | null;
  readonly folderOf: (setting: string) => string | null;
  /** Of each room: makes what rows need that the steps of this day do not make, such as partitions of past months. */
  readonly beginnings: readonly ((run: Loading['run'], partitions: Manifest['partitions']) => Promise<void>)[];
  /** Of each room: ends what must not live again. */
  readonly endings: readonly ((run: Loading['run'], now: Date) => Promise<void>)[];
  readonly now: Date;
  readonly say: (line: string) => void;
};

export type Restored = { readonly madeAt: string; readonly rows: number; readonly files: number };

/**
 * Errors: backup-invalid when a part is missing, damaged or of a later version; restore-refused when the database is in
 * use already.
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { folder, ownerUrl, rooms, say } = request;
  // 1. Is the backup whole, and one that this version understands?
  const manifest = await readManifest(folder);
  checkSteps(manifest, rooms);
  const files = await checkFiles(manifest, request);
  say(`backup of ${manifest.made_at}: ${manifest.tables.length} tables and ${files} files are whole`);
  // 2. Is the place empty?
  const used = await listUsedSchemas(ownerUrl, Object.keys(manifest.schemas));
  if (used.length > 0) {
    const detail = `the database is in use: schema ${used.join(', ')} has events`;
    throw new TrustError('restore-refused', detail, {
      hint: 'Restore into an empty database: create a new one and let DATABASE_URL name it.',
    });
  }
  // 3. Files: they have no effect before rows name them.
  await putFiles(manifest, request);
  // 4. The schema as it was, then the rows, then what this version adds.
  await migrateAll({ ownerUrl, rooms: rooms.map((room) => asOf(room, manifest)) });
  let rows = 0;
  await withLoading(ownerUrl, manifest, async ({ load, run }) => {
    for (const begin of request.beginnings) await begin(run, manifest.partitions);
    for (const table of manifest.tables) {
      const found = await load(table, createReadStream(join(folder, table.file)).pipe(createGunzip()));
      if (found !== table.rows)
        throw new TrustError('backup-invalid', `${table.file} has ${found} rows; expected ${table.rows}`);
      rows += found;
    }
    for (const end of request.endings) await end(run, request.now);
  });
  await migrateAll({ ownerUrl, rooms });
  return { madeAt: manifest.made_at, rows, files };
}

function checkSteps(manifest: Manifest, rooms: readonly RoomAccess[]): void {
  for (const { schema, migrations } of rooms) {
    const unknown = (manifest.schemas[schema] ?? []).filter((name, index) => migrations[index]?.name !== name);
    if (unknown.length === 0) continue;
    throw new TrustError(
      'backup-invalid',
      `schema ${schema} of the backup has steps unknown here: ${unknown.join(', ')}`,
      {
        hint: 'Restore with the version that made the backup, or a later one.',
      },
    );
  }
}

/** Every file of the backup, read through; returns how many. */
async function checkFiles(manifest: Manifest, { folder }: RestoreRequest): Promise<number> {
  const pools = Object.entries(manifest.pools).flatMap(([setting, names]) =>
    names.map((sm3) => ({ path: poolPath(poolOf(folder, setting), sm3), sm3 })),
  );
  const others = [...manifest.tables, ...Object.values(manifest.copies).flat()];
  const all = [...pools, ...others.map(({ file, sm3 }) => ({ path: join(folder, file), sm3 }))];
  for (const { path, sm3 } of all) {
    const found = await sm3OfFile(path).catch((cause: NodeJS.ErrnoException) => {
      throw new TrustError('backup-invalid', `${path} cannot be read (${cause.code})`, { cause });
    });
    if (found !== sm3) throw new TrustError('backup-invalid', `${path} has SM3 ${found}; expected ${sm3}`);
  }
  return all.length;
}

async function putFiles(manifest: Manifest, { folder, storeOf, folderOf, now, say }: RestoreRequest): Promise<void> {
  for (const [setting, names] of Object.entries(manifest.pools)) {
    const [pool, target] = [makeDirectoryStore(poolOf(folder, setting)), storeOf(setting)];
    if (target === null) throw notSet(setting);
    for (const sm3 of names) await target.put((await pool.get(sm3))!); // all were read before; one that is there stays
  }
  const filled = new Set<string>();
  for (const [setting, files] of Object.entries(manifest.copies)) {
    const target = folderFor(setting, folderOf);
    if (filled.has(target)) continue; // two rooms may share a folder
    filled.add(target);
    await setAside(target, now, say);
    for (const { name, file } of files) await copyWhole(join(folder, file), join(target, name));
  }
}

/** What lies in a folder is kept under another name: it may prove what the backup does not have. */
async function setAside(folder: string, now: Date, say: (line: string) => void): Promise<void> {
  const isEmpty = await readdir(folder).then(
    (names) => names.length === 0,
    () => true,
  );
  if (isEmpty) return;
  const aside = `${folder}.before-restore-${now.toISOString().replace(/[-:.]/g, '')}`;
  await rename(folder, aside);
  await mkdir(folder, { recursive: true, mode: (await stat(aside)).mode & 0o777 });
  say(`what lay in ${folder} is now in ${aside}`);
}

/** The steps that the backup knew: its rows fit into those tables. */
function asOf(room: RoomAccess, manifest: Manifest): RoomAccess {
  return { ...room, migrations: room.migrations.slice(0, manifest.schemas[room.schema]?.length ?? 0) };
}

function folderFor(setting: string, folderOf: RestoreRequest['folderOf']): string {
  const folder = folderOf(setting);
  if (folder === null) throw notSet(setting);
  return folder;
}

function notSet(setting: string): TrustError {
  return new TrustError('config-invalid', `${setting} is not set; the backup has files for it`);
}

const poolOf = (folder: string, setting: string): string => join(dirname(folder), 'pool', setting);
