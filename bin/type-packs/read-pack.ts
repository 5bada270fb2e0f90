// A type pack on disk: a folder with type.json, the license type, and cases.json, requests that must pass and requests that
// must be refused. Reading believes nothing; license/domain judges the type, check-pack.ts the cases.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrustError } from '../../common/errors.ts';

/** The packs that come with the house. */
export const PACKS_FOLDER = join(import.meta.dirname, '../../license/type-packs');

/** The document of a pack. Throws `invalid-request` for a file that is missing or no JSON. */
export function readPackType(folder: string): Promise<unknown> {
  return readJson(join(folder, 'type.json'));
}

/** Folders of the packs below `folder`, by name. */
export async function listPacks(folder: string = PACKS_FOLDER): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.sort().map((name) => join(folder, name));
}

/** JSON of a file of a pack, at most 1 MB. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TrustError('invalid-request', `${path} cannot be read (${cause.code})`, {
      hint: 'A type pack is a folder with type.json and cases.json; see docs/type-packs.md.',
    });
  });
  if (text.length > 1_000_000) throw new TrustError('invalid-request', `${path} is longer than 1 MB`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrustError('invalid-request', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
