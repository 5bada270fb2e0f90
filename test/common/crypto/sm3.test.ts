import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { fromHex, toHex } from '../../../common/bytes.ts';
import { Sm3, sm3 } from '../../../common/crypto/sm3.ts';
import { smCrypto } from '../../_harness/sm-crypto.ts';

type Vector = { readonly message: string; readonly digest: string };
const vectorFile = new URL('../../vectors/sm3/gb-t-32905.json', import.meta.url);
const vectors = JSON.parse(readFileSync(vectorFile, 'utf8')).expect as readonly Vector[];

for (const { message, digest } of vectors) {
  test(`GB/T 32905: SM3 of the ${message.length / 2}-byte example`, (t) => {
    t.is(toHex(sm3(fromHex(message))), digest);
    const changed = fromHex(message);
    changed[0]! ^= 1;
    t.not(toHex(sm3(changed)), digest);
  });
}

test('sm-crypto gives the same digest for any bytes, in any parts', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 50 }), (a, b) => {
      const expected = smCrypto.sm3([...a, ...b]);
      t.is(toHex(sm3(a, b)), expected);
      t.is(toHex(new Sm3().update(a).update(b).digest()), expected);
    }),
    { numRuns: 40 },
  );
});

test('a running hash can be copied at a prefix and read without ending it', (t) => {
  const prefix = new Sm3().update(fromHex('61'));
  const [one, other] = [prefix.copy().update(fromHex('6263')), prefix.copy().update(fromHex('00'))];
  t.deepEqual(one.digest(), sm3(fromHex('616263')));
  t.deepEqual(one.digest(), one.digest());
  t.deepEqual(other.digest(), sm3(fromHex('6100')));
  t.deepEqual(prefix.digest(), sm3(fromHex('61')));
});
