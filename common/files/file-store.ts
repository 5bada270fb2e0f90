// Content-addressed files: put bytes, get them back by their SM3. PDF bytes never lie in tables.
// A narrow port, so that object storage fits behind it; here a directory, sharded by the first four digits.
// Crash behaviour: a file is complete and on disk when its name appears. A put that was interrupted leaves a part that no
// one reads. Putting the same bytes twice, from several processes, is one file. There is no delete.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TrustError } from '../errors.ts';

export type FileStore = {
  /** Keeps the bytes and returns their SM3, 64 hexadecimal digits. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes of that SM3, or null. Throws `file-corrupt` when what lies there is something else. */
  get(sm3: string): Promise<Uint8Array | null>;
};

/** A store in `folder`, which is made when missing; files have mode 0600. */
export function makeDirectoryStore(folder: string): FileStore {
  return {
    async put(bytes) {
      const sm3 = sm3Hex(bytes);
      const path = pathOf(folder, sm3);
      if (await isThere(path, bytes.length)) return sm3;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeWhole(path, bytes);
      return sm3;
    },
    async get(sm3) {
      if (!/^[0-9a-f]{64}$/.test(sm3)) return null;
      const bytes = await readFile(pathOf(folder, sm3)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (bytes === null) return null;
      if (sm3Hex(bytes) !== sm3) throw new TrustError('file-corrupt', `the stored file ${sm3} does not have that SM3`);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}

const sm3Hex = (bytes: Uint8Array): string => createHash('sm3').update(bytes).digest('hex');

const pathOf = (folder: string, sm3: string): string => join(folder, sm3.slice(0, 2), sm3.slice(2, 4), sm3);

const isThere = (path: string, size: number): Promise<boolean> =>
  stat(path).then(
    (found) => found.size === size,
    () => false,
  );

/** Part, fsync, rename, fsync of the folder: after that a power cut does not take it back. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx', 0o600);
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
