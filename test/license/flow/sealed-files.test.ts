// Files under the data key of their license: what is stored tells nothing, and opens nowhere else.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { sm3Hex } from '../../../common/files/file-store.ts';
import { makeHolderKeyRow, newLicenseKey, openHolderKey } from '../../../license/domain/data-keys.ts';
import { readSealedFile, storeSealedFile } from '../../../license/flow/sealed-files.ts';
import { keys, makeMemoryFiles, zhangsanKey } from '../doubles.ts';

const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
const holder = openHolderKey(keys, makeHolderKeyRow(keys, zhangsanKey, random));
const keyOf = (licenseId: string) => newLicenseKey(licenseId, [holder], random).dataKey;
const dataKey = keyOf('license-1');
const pdf = utf8(`%PDF-1.7 ${'张三 '.repeat(1000)}`);

test('a file comes back as it was, while the store holds bytes that tell nothing of it, at their own SM3', async (t) => {
  const files = makeMemoryFiles();
  const file = await storeSealedFile(files, dataKey, 'file a', pdf);
  t.like(file, { sm3: sm3Hex(pdf), size: pdf.length });
  t.deepEqual(await readSealedFile(files, dataKey, 'file a', file), pdf);
  const stored = (await files.get(file.storedSm3))!;
  t.is(sm3Hex(stored), file.storedSm3);
  t.false(Buffer.from(stored).includes('张三'));
  const again = await storeSealedFile(files, dataKey, 'file a', pdf);
  t.not(again.storedSm3, file.storedSm3, 'stored again it lies elsewhere');
});

test('it opens neither for another license or place, nor changed, nor as another file, nor when it is gone', async (t) => {
  const files = makeMemoryFiles();
  const file = await storeSealedFile(files, dataKey, 'file a', pdf);
  const other = await storeSealedFile(files, dataKey, 'file a', utf8('another'));
  const corrupt = { code: 'sealed-box-corrupt' };
  await t.throwsAsync(readSealedFile(files, keyOf('license-1'), 'file a', file), corrupt);
  await t.throwsAsync(readSealedFile(files, keyOf('license-2'), 'file a', file), corrupt);
  await t.throwsAsync(readSealedFile(files, dataKey, 'file b', file), corrupt);
  await t.throwsAsync(readSealedFile(files, dataKey, 'copy a', file), corrupt);
  const stored = (await files.get(file.storedSm3))!;
  const changed = await files.put(stored.with(200, stored[200]! ^ 1));
  await t.throwsAsync(readSealedFile(files, dataKey, 'file a', { ...file, storedSm3: changed }), corrupt);
  const mixed = { sm3: file.sm3, storedSm3: other.storedSm3 };
  await t.throwsAsync(readSealedFile(files, dataKey, 'file a', mixed), { code: 'file-corrupt' });
  await files.remove(file.storedSm3);
  await t.throwsAsync(readSealedFile(files, dataKey, 'file a', file), { code: 'file-corrupt', message: /missing/ });
});
