// What every store of files keeps to, whatever lies behind it.
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { type FileStore, MAX_FILE_BYTES, sm3Hex } from '../../../common/files/file-store.ts';

export const abc = new TextEncoder().encode('abc');
export const SM3_OF_ABC = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'; // GB/T 32905-2016, example 1

/** `store` is empty; `spoil` puts other bytes of the same size under a name, past the store. */
export async function checkStoreContract(
  t: ExecutionContext,
  store: FileStore,
  spoil: (sm3: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  t.deepEqual(await store.list(null, 10), [], 'nothing is there at first');
  t.is(await store.put(abc), SM3_OF_ABC);
  t.deepEqual(await store.get(SM3_OF_ABC), abc);
  t.is(await store.get(SM3_OF_ABC.replace('66', '67')), null, 'another name');
  for (const name of ['', '../../etc/passwd', SM3_OF_ABC.toUpperCase(), `${SM3_OF_ABC}0`])
    t.is(await store.get(name), null);

  const same = await Promise.all(Array.from({ length: 10 }, () => store.put(abc)));
  t.is(new Set(same).size, 1, 'the same bytes at once are one file');
  t.is((await store.list(null, 10)).length, 1);

  const whole = new Uint8Array(randomBytes(1_500_000));
  const name = await store.put(whole);
  t.is(name, sm3Hex(whole));
  t.deepEqual(await store.get(name), whole);
  await t.throwsAsync(store.put(new Uint8Array(MAX_FILE_BYTES + 1)), { code: 'body-too-large' });
  t.is(await store.put(new Uint8Array(0)), sm3Hex(new Uint8Array(0)), 'no bytes are bytes too');

  await spoil(SM3_OF_ABC, new TextEncoder().encode('abd'));
  await t.throwsAsync(store.get(SM3_OF_ABC), { code: 'file-corrupt' });
  t.true(await store.remove(SM3_OF_ABC));
  t.false(await store.remove(SM3_OF_ABC));
  t.false(await store.remove('../x'));
  t.is(await store.get(SM3_OF_ABC), null);
}

/** Pages of every size give all files once, in order. */
export async function checkPages(t: ExecutionContext, store: FileStore): Promise<void> {
  const names: string[] = [];
  for (let index = 0; index < 25; index++) names.push(await store.put(new Uint8Array([index])));
  names.sort();
  const before = Date.now() - 3_600_000;
  for (const limit of [1, 7, 25, 100]) {
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await store.list(after, limit);
      t.true(page.every(({ size, storedAt }) => size === 1 && storedAt.getTime() > before));
      t.true(page.length <= limit);
      found.push(...page.map(({ sm3 }) => sm3));
      after = page.at(-1)?.sm3 ?? null;
      if (page.length < limit) break;
    }
    t.deepEqual(found, names, `pages of ${limit}`);
  }
}
