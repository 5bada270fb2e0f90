// Keys of holders and of licenses: who opens what, and every sibling that does not.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { boxKeyId, keyIdOf, makeBoxKey } from '../../../common/crypto/sealed-box.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import {
  closePayload,
  makeHolderKeyRow,
  newLicenseKey,
  openHolderKey,
  openLicenseKey,
  openPayload,
  rewrapHolderKey,
  wrapLicenseKey,
} from '../../../license/domain/data-keys.ts';
import { makeOpenedKeys } from '../../../license/domain/opened-keys.ts';
import { makeRoomKeys } from '../../../license/domain/room-keys.ts';

const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const ROOT = new Uint8Array(32).fill(3);
const keys = makeRoomKeys([OLD], ROOT);
const [ZHANG, LI, WANG] = ['zhang', 'li', 'wang'].map((name) => sm3(utf8(name))) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const rowOf = (holder: Uint8Array) => makeHolderKeyRow(keys, holder, random);
const [zhang, li] = [rowOf(ZHANG), rowOf(LI)];
const ID = '11100000MB0D000965001.11360100MB0D00010M.0001';
const joint = newLicenseKey(ID, [openHolderKey(keys, zhang), openHolderKey(keys, li)], random);
const corrupt = { code: 'sealed-box-corrupt' };

test('the key of a license opens by any of its holders, whose rows come in any order', (t) => {
  for (const rows of [[zhang, li], [li, zhang], [zhang], [li]])
    t.deepEqual(openLicenseKey(keys, ID, joint.wraps, rows).bytes, joint.dataKey.bytes);
  t.is(joint.wraps.holderKeys.length, 2);
});

test('without the rows of all holders the license is shredded, whoever else has one', (t) => {
  for (const rows of [[], [rowOf(WANG)]])
    t.throws(() => openLicenseKey(keys, ID, joint.wraps, rows), { code: 'license-shredded' });
});

test('a wrap does not open under another license, another holder, a new key of the same holder, or changed', (t) => {
  const open =
    (id: string, wraps = joint.wraps, row = zhang) =>
    () =>
      openLicenseKey(keys, id, wraps, [row]);
  t.throws(open(`${ID}2`), corrupt);
  const { holderKeys, wrappedKeys } = joint.wraps;
  const shredded = { code: 'license-shredded' };
  t.throws(open(ID, { holderKeys, wrappedKeys: wrappedKeys.toReversed() }), shredded);
  t.throws(open(ID, joint.wraps, rowOf(ZHANG)), shredded, 'a holder who came back has another key');
  const back = openLicenseKey(keys, ID, joint.wraps, [rowOf(ZHANG), li]);
  t.deepEqual(back.bytes, joint.dataKey.bytes, 'the other holder still reads');
  const changed = wrappedKeys.map((wrapped) => wrapped.with(-1, wrapped.at(-1)! ^ 1));
  t.throws(open(ID, { holderKeys, wrappedKeys: changed }), corrupt);
  const exchanged = { ...zhang, box: li.box };
  t.throws(open(ID, joint.wraps, exchanged), corrupt);
});

test('what is closed opens at the same place of the same license only', (t) => {
  const { dataKey } = joint;
  const box = closePayload(dataKey, 'version a', utf8('张三'), random(16));
  t.is(boxKeyId(box), dataKey.box.id);
  t.deepEqual(openPayload(dataKey, 'version a', box), utf8('张三'));
  t.throws(() => openPayload(dataKey, 'version b', box), corrupt);
  t.throws(() => openPayload(dataKey, 'event a', box), corrupt);
  const other = newLicenseKey('other', [openHolderKey(keys, zhang)], random).dataKey;
  t.throws(() => openPayload(other, 'version a', box), corrupt);
  t.throws(() => openPayload({ ...dataKey, licenseId: 'other' }, 'version a', box), corrupt);
  for (const index of [0, 1, 9, 30, box.length - 1])
    t.throws(() => openPayload(dataKey, 'version a', box.with(index, box[index]! ^ 4)), corrupt);
});

test('a license has holders, each once', (t) => {
  const open = openHolderKey(keys, zhang);
  t.throws(() => wrapLicenseKey(joint.dataKey, [], random), { instanceOf: RangeError });
  t.throws(() => wrapLicenseKey(joint.dataKey, [open, open], random), { instanceOf: RangeError });
});

test('when holders change, the new ones open what the old ones closed, and the old ones nothing any more', (t) => {
  const wang = rowOf(WANG);
  const wraps = wrapLicenseKey(joint.dataKey, [openHolderKey(keys, wang)], random);
  const box = closePayload(joint.dataKey, 'version a', utf8('x'), random(16));
  t.deepEqual(openPayload(openLicenseKey(keys, ID, wraps, [wang]), 'version a', box), utf8('x'));
  t.throws(() => openLicenseKey(keys, ID, wraps, [zhang, li]), { code: 'license-shredded' });
});

test('a new master key opens what the former closed while both are there, and rewraps it to stand alone', (t) => {
  const both = makeRoomKeys([NEW, OLD], ROOT);
  const alone = makeRoomKeys([NEW], ROOT);
  t.throws(() => openHolderKey(alone, zhang), { ...corrupt, message: new RegExp(keyIdOf(OLD)) });
  const fresh = rewrapHolderKey(both, zhang, random);
  t.is(fresh.keyId, keyIdOf(NEW));
  t.is(boxKeyId(fresh.box), keyIdOf(NEW));
  t.deepEqual(openLicenseKey(alone, ID, joint.wraps, [fresh]).bytes, joint.dataKey.bytes);
  t.throws(() => openHolderKey(keys, fresh), corrupt);
});

test('the pepper comes from the secret of the room, whatever the master key is', (t) => {
  t.deepEqual(makeRoomKeys([NEW], ROOT).pepper, keys.pepper);
  t.notDeepEqual(makeRoomKeys([OLD], NEW).pepper, keys.pepper);
});

test('what is remembered is found by its box and holder only, and is bounded', (t) => {
  const opened = makeOpenedKeys(4);
  let asked = 0;
  const ask = (holder: Uint8Array, box: Uint8Array) =>
    opened.get(holder, box, () => {
      asked += 1;
      return makeBoxKey(OLD);
    });
  ask(ZHANG, zhang.box);
  ask(ZHANG, zhang.box);
  t.is(asked, 1);
  ask(ZHANG, li.box);
  ask(LI, zhang.box);
  t.is(asked, 3);
  for (let turn = 0; turn < 4; turn++) ask(ZHANG, random(9));
  ask(ZHANG, zhang.box);
  t.is(asked, 8, 'the oldest was forgotten');
});
