// Rows of holders' keys on real PostgreSQL: one row whoever races for it, and the start of the room.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { toHex, utf8 } from '../../../common/bytes.ts';
import { keyIdOf } from '../../../common/crypto/sealed-box.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { makeHolderKeyRow, openHolderKey, rewrapHolderKey } from '../../../license/domain/data-keys.ts';
import { makeRoomKeys } from '../../../license/domain/room-keys.ts';
import { openRoomKeys } from '../../../license/flow/open-room-keys.ts';
import {
  countHolderKeysByMaster,
  deleteHolderKey,
  findHolderKeys,
  getOrMakeHolderKey,
  listHolderKeysToRewrap,
  replaceHolderKeyBoxes,
} from '../../../license/store/holder-keys.ts';
import { testDatabase } from '../../_harness/database.ts';

const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const ROOT = new Uint8Array(32).fill(3);
const keys = makeRoomKeys([OLD], ROOT);
const NOON = new Date('2026-11-20T04:00:00Z');
const holder = (name: string) => sm3(utf8(name));

test('of many that ask at once for the key of a new holder all get the same one', async (t) => {
  const db = (await testDatabase(t)).connect('license', 12);
  const ask = () => getOrMakeHolderKey(db, makeHolderKeyRow(keys, holder('zhang'), random), NOON);
  const rows = await Promise.all(Array.from({ length: 24 }, ask));
  t.is(new Set(rows.map(({ box }) => toHex(box))).size, 1);
  t.deepEqual(openHolderKey(keys, await ask()), openHolderKey(keys, rows[0]!));
  const found = await findHolderKeys(db, [holder('zhang'), holder('nobody')]);
  t.deepEqual(found, [rows[0]!]);
});

test('a deleted key is found no more; who comes back gets another', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  const ask = () => getOrMakeHolderKey(db, makeHolderKeyRow(keys, holder('li'), random), NOON);
  const first = await ask();
  t.true(await db.transaction((trx) => deleteHolderKey(trx, holder('li'))));
  t.false(await db.transaction((trx) => deleteHolderKey(trx, holder('li'))));
  t.deepEqual(await findHolderKeys(db, [holder('li')]), []);
  t.notDeepEqual((await ask()).box, first.box);
});

test('boxes are replaced only where they are still those that were read', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  for (const name of ['a', 'b', 'c']) await getOrMakeHolderKey(db, makeHolderKeyRow(keys, holder(name), random), NOON);
  const both = makeRoomKeys([NEW, OLD], ROOT);
  const listed = await listHolderKeysToRewrap(db, keyIdOf(NEW), new Uint8Array(), 2);
  t.is(listed.length, 2);
  const boxes = listed.map((former) => ({ former, fresh: rewrapHolderKey(both, former, random) }));
  await db.transaction((trx) => deleteHolderKey(trx, listed[0]!.holderKey));
  t.is(await replaceHolderKeyBoxes(db, boxes), 1, 'a shredded holder does not come back');
  t.is(await replaceHolderKeyBoxes(db, boxes), 0, 'nothing is replaced twice');
  const counts = await countHolderKeysByMaster(db);
  t.deepEqual([counts.get(keyIdOf(OLD)), counts.get(keyIdOf(NEW)), counts.size], [1, 1, 2]);
  const rest = await listHolderKeysToRewrap(db, keyIdOf(NEW), listed[1]!.holderKey, 2);
  t.is(rest.length, 1);
});

test('the room makes its secret once and opens it by the master key that closed it', async (t) => {
  const db = (await testDatabase(t)).connect('license', 8);
  const opened = await Promise.all(Array.from({ length: 6 }, () => openRoomKeys(db, [OLD], NOON)));
  for (const { pepper } of opened) t.deepEqual(pepper, opened[0]!.pepper);
  t.deepEqual((await openRoomKeys(db, [NEW, OLD], NOON)).pepper, opened[0]!.pepper);
  const error = await t.throwsAsync(openRoomKeys(db, [NEW], NOON), { code: 'config-invalid' });
  t.regex(error.message, new RegExp(keyIdOf(OLD)));
});
