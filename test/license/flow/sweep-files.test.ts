// Files that were stored and never registered go after a day; every other one stays, on whichever page it lies.
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import type { FileStore } from '../../../common/files/file-store.ts';
import { makeLog } from '../../../common/log.ts';
import { makeFileSweep } from '../../../license/flow/sweep-files.ts';
import { testDatabase } from '../../_harness/database.ts';
import { keys, openFiles, putLicense } from '../registry-rows.ts';

const log = makeLog('license', 'silent');

test('after a day a file without a record is removed, one with a record never, a fresh one not yet', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  const files = openFiles(t);
  let now = new Date();
  const clock = () => now;
  for (let index = 0; index < 6; index++) await putLicense({ db, keys, files, now, index, versions: 2 });
  const copy = await files.put(utf8('an annotated copy'));
  await db('license.clients').insert({ client_id: 'c', organisation: 'o', organisation_name: 'o', registered_at: now });
  await db('license.annotated_copies').insert({
    ...{ address_sm3: Buffer.alloc(32), copy_id: 'copy', license_id: 'l', identifier: 'i', client_id: 'c', basis: 'b' },
    ...{ file_sm3: Buffer.alloc(32), stored_sm3: Buffer.from(copy, 'hex'), file_size: 1 },
    ...{ made_at: now, address_until: now, valid_until: now },
  });
  const orphans = await Promise.all([1, 2, 3].map((index) => files.put(utf8(`left behind ${index}`))));
  const kept = (await list(files)).filter((sm3) => !orphans.includes(sm3));
  const sweep = makeFileSweep({ db, clock, log, files }, 'f'.repeat(64), 4);
  const rounds = async (count: number): Promise<number> => {
    let removed = 0;
    for (let round = 0; round < count; round++) removed += await sweep.run();
    return removed;
  };
  t.is(await rounds(6), 0, 'all are fresh');
  now = new Date(now.getTime() + 86_400_000 + 60_000);
  t.is(await rounds(6), 3);
  t.deepEqual(await list(files), kept);
  t.is(await rounds(6), 0);
});

const list = async (files: FileStore): Promise<readonly string[]> =>
  (await files.list(null, 100)).map(({ sm3 }) => sm3);
