import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeDirectoryStore } from '../../../common/files/file-store.ts';
import { abc, checkPages, checkStoreContract, SM3_OF_ABC } from './store-contract.ts';

const pathOf = (folder: string, sm3: string) => join(folder, sm3.slice(0, 2), sm3.slice(2, 4), sm3);

async function makeFolder(t: { teardown(f: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-files-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test('a directory keeps files by their SM3 (GB/T 32905 example 1), and gives them by nothing else', async (t) => {
  const folder = await makeFolder(t);
  await checkStoreContract(t, makeDirectoryStore(folder), (sm3, bytes) => writeFile(pathOf(folder, sm3), bytes));
});

test('a directory lists its files in pages; what is no file of it is left out', async (t) => {
  const folder = await makeFolder(t);
  await writeFile(join(folder, '00'), 'not a folder');
  await checkPages(t, makeDirectoryStore(folder));
});

test('a file is readable by its owner alone, without parts beside it; a truncated one is written anew', async (t) => {
  const folder = await makeFolder(t);
  const store = makeDirectoryStore(folder);
  await Promise.all(Array.from({ length: 20 }, () => store.put(abc)));
  const path = pathOf(folder, SM3_OF_ABC);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.deepEqual(await readdir(join(folder, '66', 'c7')), [SM3_OF_ABC]);
  await writeFile(path, 'ab');
  await t.throwsAsync(store.get(SM3_OF_ABC), { code: 'file-corrupt' });
  await store.put(abc);
  t.deepEqual(await store.get(SM3_OF_ABC), abc);
});
