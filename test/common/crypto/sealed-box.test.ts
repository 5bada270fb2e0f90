import test from 'ava';
import fc from 'fast-check';
import { concatBytes, fromHex, toHex, utf8 } from '../../../common/bytes.ts';
import { boxKeyId, closeBox, deriveKey, hmacSm3, makeBoxKey, openBox } from '../../../common/crypto/sealed-box.ts';

const master = new Uint8Array(32).fill(7);
const key = deriveKey(master, 'identity.accounts');
const corrupt = { code: 'sealed-box-corrupt' };

test('a box opens with its key and context and gives the plaintext back', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (plaintext, context) => {
      const box = closeBox(key, plaintext, context);
      t.is(box.length, plaintext.length + 49);
      t.deepEqual(openBox(key, box, context), plaintext);
    }),
  );
});

test('a box is refused with another key, context, or any bit changed', (t) => {
  const box = closeBox(key, utf8('360102199003077718'), 'row-1');
  t.throws(() => openBox(deriveKey(master, 'license'), box, 'row-1'), corrupt);
  t.throws(() => openBox(deriveKey(new Uint8Array(32), 'identity.accounts'), box, 'row-1'), corrupt);
  t.throws(() => openBox(key, box, 'row-2'), corrupt);
  for (let index = 0; index < box.length; index++) {
    const changed = Uint8Array.from(box);
    changed[index]! ^= 0x10;
    t.throws(() => openBox(key, changed, 'row-1'), corrupt);
  }
});

test('a box that is cut off or longer is refused', (t) => {
  const box = closeBox(key, utf8('secret'), 'c');
  for (const size of [0, 1, 17, 48, box.length - 1]) t.throws(() => openBox(key, box.subarray(0, size), 'c'), corrupt);
  t.throws(() => openBox(key, concatBytes(box, Uint8Array.of(0)), 'c'), corrupt);
});

test('a context cannot run into the box', (t) => {
  const nonce = new Uint8Array(16);
  t.notDeepEqual(closeBox(key, utf8('bc'), 'a', nonce).slice(-32), closeBox(key, utf8('c'), 'ab', nonce).slice(-32));
});

test('two boxes over the same plaintext differ, and do not show it', (t) => {
  const [one, other] = [closeBox(key, utf8('same'), 'c'), closeBox(key, utf8('same'), 'c')];
  t.notDeepEqual(one, other);
  t.false(toHex(one).includes(toHex(utf8('same'))));
});

test('derived keys differ by purpose and master key; a short master key is refused', (t) => {
  t.is(key.length, 32);
  t.notDeepEqual(deriveKey(master, 'a'), deriveKey(master, 'b'));
  t.throws(() => deriveKey(new Uint8Array(16), 'a'), { instanceOf: RangeError });
});

test('HMAC-SM3 of parts is that of the whole, and differs by key', (t) => {
  const mac = toHex(hmacSm3(master, utf8('ab'), utf8('c')));
  t.is(mac, toHex(hmacSm3(master, utf8('abc'))));
  t.not(mac, toHex(hmacSm3(key, utf8('abc'))));
  t.is(mac.length, 64);
});

test('a box under a named key tells its key, and opens in a ring that has it', (t) => {
  const [current, former, stranger] = [1, 2, 3].map((fill) => makeBoxKey(new Uint8Array(32).fill(fill)));
  const box = closeBox(former!, utf8('secret'), 'c');
  t.is(box.length, 6 + 57);
  t.is(boxKeyId(box), former!.id);
  t.is(boxKeyId(closeBox([current!, former!], utf8('secret'), 'c')), current!.id);
  t.deepEqual(openBox([current!, former!], box, 'c'), utf8('secret'));
  t.throws(() => openBox([current!, stranger!], box, 'c'), { ...corrupt, message: new RegExp(former!.id) });
  t.throws(() => openBox([current!, former!], box, 'other'), corrupt);
  const renamed = box.slice();
  renamed.set(fromHex(current!.id), 1);
  t.throws(() => openBox([current!, former!], renamed, 'c'), corrupt);
  for (let index = 0; index < box.length; index++)
    t.throws(() => openBox([current!, former!], box.with(index, box[index]! ^ 0x10), 'c'), corrupt);
  for (const size of [1, 9, 56]) t.throws(() => openBox(former!, box.subarray(0, size), 'c'), corrupt);
});

test('a box without a name is tried with every key of a ring', (t) => {
  const bytes = [1, 2].map((fill) => new Uint8Array(32).fill(fill));
  const ring = [makeBoxKey(bytes[0]!), makeBoxKey(bytes[1]!)] as const;
  const box = closeBox(bytes[1]!, utf8('secret'), 'c');
  t.is(boxKeyId(box), null);
  t.deepEqual(openBox(ring, box, 'c'), utf8('secret'));
  t.throws(() => openBox(ring[0], box, 'c'), corrupt);
  t.throws(() => makeBoxKey(bytes[0]!, 'short'), { instanceOf: RangeError });
});
