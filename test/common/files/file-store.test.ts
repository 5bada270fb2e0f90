import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { makeDirectoryStore } from '../../../common/files/file-store.ts';

const abc = new TextEncoder().encode('abc');
const SM3_OF_ABC = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'; // GB/T 32905-2016, example 1
const pathOfAbc = (folder: string) => join(folder, '66', 'c7', SM3_OF_ABC);

async function makeFolder(t: { teardown(f: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-files-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test('bytes come back by their SM3 (GB/T 32905 example 1), and only by it', async (t) => {
  const folder = await makeFolder(t);
  const store = makeDirectoryStore(folder);
  t.is(await store.put(abc), SM3_OF_ABC);
  t.deepEqual(await store.get(SM3_OF_ABC), abc);
  t.is(await store.get(SM3_OF_ABC.replace('66', '67')), null);
  t.is(await store.get('../../../../etc/passwd'), null);
  t.is((await stat(pathOfAbc(folder))).mode & 0o777, 0o600);
});

test('the same bytes put many times at once are one file, without parts beside it', async (t) => {
  const folder = await makeFolder(t);
  const store = makeDirectoryStore(folder);
  await Promise.all(Array.from({ length: 20 }, () => store.put(abc)));
  t.deepEqual(await readdir(join(folder, '66', 'c7')), [SM3_OF_ABC]);
});

test('a changed byte is noticed on reading; a truncated file is written anew', async (t) => {
  const folder = await makeFolder(t);
  const store = makeDirectoryStore(folder);
  await store.put(abc);
  await writeFile(pathOfAbc(folder), 'abd');
  t.true(isTrustError(await t.throwsAsync(() => store.get(SM3_OF_ABC)), 'file-corrupt'));
  await writeFile(pathOfAbc(folder), 'ab');
  await store.put(abc);
  t.deepEqual(await store.get(SM3_OF_ABC), abc);
});
