// Content-addressed files: put bytes, get them back by their SM3. PDF bytes never lie in tables.
// A narrow port, so that object storage fits behind it (s3-store.ts); here a directory, sharded by the first four digits.
// Crash behaviour: a file is complete and on disk when its name appears. A put that was interrupted leaves a part that no
// one reads. Putting the same bytes twice, from several processes, is one file.
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TrustError } from '../errors.ts';

export type StoredFile = { readonly sm3: string; readonly size: number; readonly storedAt: Date };

export type FileStore = {
  /** Keeps the bytes, at most MAX_FILE_BYTES, and returns their SM3, 64 hexadecimal digits. Code: `body-too-large`. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes of that SM3, or null. Throws `file-corrupt` when what lies there is something else. */
  get(sm3: string): Promise<Uint8Array | null>;
  /** One page of files in the order of their SM3, from the one behind `after` on; at most `limit`. */
  list(after: string | null, limit: number): Promise<readonly StoredFile[]>;
  /** For files that nobody names; false when there is none. */
  remove(sm3: string): Promise<boolean>;
};

/** Larger ones are refused, stored or read: 32 MiB, and what closes them. */
export const MAX_FILE_BYTES = (32 << 20) + 1024;

/** A store in `folder`, which is made when missing; files have mode 0600. */
export function makeDirectoryStore(folder: string): FileStore {
  return {
    async put(bytes) {
      checkFileSize(bytes.length);
      const sm3 = sm3Hex(bytes);
      await writeWhole(pathOf(folder, sm3), bytes);
      return sm3;
    },
    async get(sm3) {
      if (!isSm3(sm3)) return null;
      const bytes = await readFile(pathOf(folder, sm3)).catch(orNull);
      return bytes === null ? null : checkFile(sm3, bytes);
    },
    list: (after, limit) => listDirectory(folder, after ?? '', limit),
    async remove(sm3) {
      if (!isSm3(sm3)) return false;
      return (await rm(pathOf(folder, sm3)).catch(orNull)) !== null;
    },
  };
}

/** The bytes, if they have that SM3; `file-corrupt` otherwise. */
export function checkFile(sm3: string, bytes: Buffer): Uint8Array {
  if (sm3Hex(bytes) !== sm3) throw new TrustError('file-corrupt', `the stored file ${sm3} does not have that SM3`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function checkFileSize(size: number): void {
  if (size > MAX_FILE_BYTES)
    throw new TrustError('body-too-large', `a file of ${size} bytes is not stored; the limit is ${MAX_FILE_BYTES}`);
}

export const isSm3 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

export const sm3Hex = (bytes: Uint8Array): string => createHash('sm3').update(bytes).digest('hex');

const pathOf = (folder: string, sm3: string): string => join(folder, sm3.slice(0, 2), sm3.slice(2, 4), sm3);

/** Folders before `after` are not opened. */
async function listDirectory(folder: string, after: string, limit: number): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  for (const first of await listNames(folder, after.slice(0, 2))) {
    const rest = first === after.slice(0, 2) ? after.slice(2, 4) : '';
    for (const second of await listNames(join(folder, first), rest)) {
      for (const sm3 of await listNames(join(folder, first, second), '')) {
        if (!isSm3(sm3) || sm3 <= after) continue;
        const at = await stat(join(folder, first, second, sm3)).catch(orNull);
        if (at) found.push({ sm3, size: at.size, storedAt: at.mtime });
        if (found.length === limit) return found;
      }
    }
  }
  return found;
}

async function listNames(folder: string, from: string): Promise<string[]> {
  const names = (await readdir(folder).catch(orNull)) ?? [];
  return names.filter((name) => name >= from).sort();
}

/** Part, fsync, rename, fsync of the folder: after that a power cut does not take it back. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await openPart(part);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** There are 65,536 folders: most are there already, so they are not looked for first. */
async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(part), { recursive: true, mode: 0o700 });
    return open(part, 'wx', 0o600);
  }
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
