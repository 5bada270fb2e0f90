// The keys of an installation, copied to a place apart: rows are sealed under them, and who has both has everything.
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { TrustError } from '../../common/errors.ts';
import { KEY_PLACES } from './places.ts';

export type KeysRequest = {
  /** Where the keys go; a folder of its own for each backup is made in it. */
  readonly folder: string;
  readonly name: string;
  /** Folder of the backups, which must not hold the keys. */
  readonly apartFrom: string;
  readonly dataDir: string;
  readonly settingOf: (setting: string) => string | null;
  /** Settings whose values are secrets. */
  readonly secrets: Readonly<Record<string, string>>;
};

/** Returns the folder made. Throws `backup-invalid` when keys would lie with the rows. */
export async function copyKeys(request: KeysRequest): Promise<string> {
  const way = relative(resolve(request.apartFrom), resolve(request.folder));
  if (way === '' || !way.startsWith('..')) {
    throw new TrustError('backup-invalid', `${request.folder} lies in the folder of the backups`, {
      hint: 'Keep keys apart: name another disk or safe with --keys.',
    });
  }
  const folder = join(request.folder, request.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { setting } of KEY_PLACES) {
    const path = request.settingOf(setting);
    if (path === null || path === 'none') continue;
    await copyPlace(path, join(folder, setting));
  }
  const made = join(request.dataDir, 'secrets.json');
  const text = await readFile(made, 'utf8').catch(orNull);
  if (text !== null) await writeFile(join(folder, 'secrets.json'), text, { mode: 0o600 });
  const lines = Object.entries(request.secrets).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, 'secrets.env'), lines.join(''), { mode: 0o600 });
  return folder;
}

async function copyPlace(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(orNull);
  if (found === null) return;
  await mkdir(to, { recursive: true, mode: 0o700 });
  await cp(from, found.isDirectory() ? to : join(to, basename(from)), { recursive: true, preserveTimestamps: true });
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
