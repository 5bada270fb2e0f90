// A change of the master key: in batches, broken off and begun again, beside rooms that run, and by the command.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Knex } from 'knex';
import { makeMissingKeys } from '../../../bin/serve/keys.ts';
import { toHex, utf8 } from '../../../common/bytes.ts';
import type { MasterKeys } from '../../../common/crypto/master-keys.ts';
import { keyIdOf } from '../../../common/crypto/sealed-box.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { openRootSecret } from '../../../common/keys/root-secret.ts';
import { makeHolderKeyRow, openHolderKey } from '../../../license/domain/data-keys.ts';
import { makeRoomKeys, type RoomKeys } from '../../../license/domain/room-keys.ts';
import { openRoomKeys } from '../../../license/flow/open-room-keys.ts';
import { rewrapHolderKeys } from '../../../license/flow/rewrap-holder-keys.ts';
import { countHolderKeysByMaster, findHolderKeys, getOrMakeHolderKey } from '../../../license/store/holder-keys.ts';
import { testDatabase } from '../../_harness/database.ts';
import { PLAIN_ENV } from '../../_harness/plain-env.ts';

const [OLD, NEW, LOST] = [1, 2, 4].map((fill) => new Uint8Array(32).fill(fill)) as [Uint8Array, Uint8Array, Uint8Array];
const ROOT = new Uint8Array(32).fill(3);
const NOON = new Date('2026-11-20T04:00:00Z');
const XINJI = join(import.meta.dirname, '../../../bin/xinji.ts');
const holder = (index: number) => sm3(utf8(`holder ${index}`));
const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
type Said = { readonly code: number; readonly out: string; readonly err: string };
const quiet = (): void => undefined;

test.before(() => makeMissingKeys());

async function addHolders(db: Knex, keys: RoomKeys, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++)
    await getOrMakeHolderKey(db, makeHolderKeyRow(keys, holder(index), random), NOON);
}

test('broken off and begun again it meets what is left; two at once do nothing twice', async (t) => {
  const db = (await testDatabase(t)).connect('license', 4);
  await addHolders(db, makeRoomKeys([OLD], ROOT), 0, 11);
  const both = makeRoomKeys([NEW, OLD], ROOT);
  const power = () => {
    throw new Error('the power went');
  };
  await t.throwsAsync(rewrapHolderKeys(db, both, power, 4), { message: /power/ });
  t.deepEqual((await countHolderKeysByMaster(db)).get(keyIdOf(NEW)), 4);
  const two = await Promise.all([rewrapHolderKeys(db, both, quiet, 2), rewrapHolderKeys(db, both, quiet, 3)]);
  t.is(
    two.reduce((sum, { rewrapped }) => sum + rewrapped, 0),
    7,
  );
  t.deepEqual([...(await countHolderKeysByMaster(db)).keys()], [keyIdOf(NEW)]);
});

test('a row under a key that is not here stays as it is and is told, the others are done', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  await addHolders(db, makeRoomKeys([OLD], ROOT), 0, 3);
  await addHolders(db, makeRoomKeys([LOST], ROOT), 3, 5);
  const { rewrapped, unreadable } = await rewrapHolderKeys(db, makeRoomKeys([NEW, OLD], ROOT), quiet, 2);
  t.is(rewrapped, 3);
  t.deepEqual(unreadable, new Map([[keyIdOf(LOST), 2]]));
});

test('xinji keys rewrap: afterwards the former key may go, and every holder key is the same as before', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('license');
  const before = await openRoomKeys(db, [OLD], NOON);
  await addHolders(db, before, 0, 5);
  const opened = await openAll(db, before);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-rewrap-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const rewrap = (current: Uint8Array, previous: string, ...room: string[]): Promise<Said> => {
    const env = {
      ...PLAIN_ENV,
      XINJI_MODE: 'development',
      XINJI_DATA_DIR: folder,
      XINJI_IDENTITY_DATABASE_URL: database.urls.identity,
      XINJI_LICENSE_DATABASE_URL: database.urls.license,
      XINJI_SEAL_DATABASE_URL: database.urls.seal,
      XINJI_MASTER_KEY: toHex(current),
      XINJI_MASTER_KEY_PREVIOUS: previous,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, [XINJI, 'keys', 'rewrap', ...room], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  };
  const others = ['identity', 'seal'] as const;
  const secretsUnder = (masters: MasterKeys) =>
    Promise.all(others.map((room) => openRootSecret(database.connect(room), room, masters, NOON)));
  const secrets = await secretsUnder([OLD]);
  const without = await rewrap(NEW, '', '--room', 'license');
  t.is(without.code, 78);
  t.regex(without.err, new RegExp(`which key ${keyIdOf(OLD)} closed`));

  const done = await rewrap(NEW, toHex(OLD));
  t.is(done.code, 0, done.err);
  t.regex(done.out, new RegExp(`5 keys of holders rewrapped\nlicense: everything lies under key ${keyIdOf(NEW)}`));
  const after = await openRoomKeys(db, [NEW], NOON);
  t.deepEqual(after.pepper, before.pepper);
  t.deepEqual(await openAll(db, after), opened);
  await t.throwsAsync(openRoomKeys(db, [OLD], NOON), { code: 'config-invalid' });

  t.deepEqual(await secretsUnder([NEW]), secrets, 'identity and seal keep their secrets');
  await t.throwsAsync(secretsUnder([OLD]), { code: 'config-invalid' });
  t.is((await rewrap(NEW, '', '--room', 'kitchen')).code, 64);

  await addHolders(db, makeRoomKeys([LOST], ROOT), 5, 6);
  const incomplete = await rewrap(NEW, '');
  t.is(incomplete.code, 1);
  t.regex(incomplete.err, new RegExp(`1 keys of holders lie under key ${keyIdOf(LOST)}`));
  t.false(
    [done, incomplete].some(({ out, err }) => `${out}${err}`.includes(toHex(OLD))),
    'no key is printed',
  );
});

async function openAll(db: Knex, keys: RoomKeys) {
  const rows = await findHolderKeys(db, [0, 1, 2, 3, 4].map(holder));
  const ids = rows.map((row) => `${toHex(row.holderKey)} ${openHolderKey(keys, row).key.id}`);
  return ids.sort();
}
