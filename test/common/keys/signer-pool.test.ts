import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { generateSm2KeyPair, importSm2PrivateKey, verifySm2 } from '../../../common/crypto/sm2.ts';
import { makeSignerPool } from '../../../common/keys/signer-pool.ts';

const [one, two] = [generateSm2KeyPair(), generateSm2KeyPair()];
const keys = new Map([
  ['one', importSm2PrivateKey(one.privateKeyPem)],
  ['two', importSm2PrivateKey(two.privateKeyPem)],
]);

test('many signatures at once over two threads all verify under the key they name', async (t) => {
  const signer = makeSignerPool(keys, 2);
  const messages = Array.from({ length: 60 }, (_, index) => utf8(`message ${index}`));
  const ref = (index: number) => (index % 2 === 0 ? 'one' : 'two');
  const signatures = await Promise.all(messages.map((message, index) => signer.sign(ref(index), message)));
  for (const [index, signature] of signatures.entries()) {
    t.true(verifySm2(keys.get(ref(index))!.publicKey, messages[index]!, signature));
    t.false(verifySm2(keys.get(ref(index + 1))!.publicKey, messages[index]!, signature));
  }
  await signer.close();
});

test('the user id goes through to Z', async (t) => {
  const signer = makeSignerPool(keys, 1);
  const signature = await signer.sign('one', utf8('m'), 'other');
  t.true(verifySm2(keys.get('one')!.publicKey, utf8('m'), signature, 'other'));
  t.false(verifySm2(keys.get('one')!.publicKey, utf8('m'), signature));
  await t.throwsAsync(signer.sign('one', utf8('m'), 'x'.repeat(9000)), { code: 'internal' });
  await signer.close();
});

test('a message that is a view of a larger buffer is signed as it is', async (t) => {
  const signer = makeSignerPool(keys, 1);
  const view = utf8('xxmessagexx').subarray(2, 9);
  t.true(verifySm2(keys.get('one')!.publicKey, utf8('message'), await signer.sign('one', view)));
  t.is(view.length, 7);
  await signer.close();
});

test('an unknown key is key-not-found, and a closed signer is stopping', async (t) => {
  const signer = makeSignerPool(keys, 1);
  await t.throwsAsync(signer.sign('three', utf8('m')), { code: 'key-not-found' });
  const inFlight = signer.sign('one', utf8('m'));
  await signer.close();
  t.true(verifySm2(keys.get('one')!.publicKey, utf8('m'), await inFlight));
  await t.throwsAsync(signer.sign('one', utf8('m')), { code: 'stopping' });
  await t.notThrowsAsync(signer.close());
});

test('a pool of no threads is a programming error', (t) => {
  t.throws(() => makeSignerPool(keys, 0), { instanceOf: RangeError });
});

test('a thread that dies rejects what it was asked, and the signer still closes', async (t) => {
  const ecdsa = generateKeyPairSync('ec', { namedCurve: 'SM2' }).privateKey; // the worker refuses it and dies at birth
  const signer = makeSignerPool(new Map([['bad', { ...keys.get('one')!, keyObject: ecdsa }]]), 1);
  await t.throwsAsync(signer.sign('bad', utf8('m')), { code: 'internal', message: /died/ });
  await t.throwsAsync(signer.sign('bad', utf8('m')), { code: 'internal', message: /died/ });
  await t.notThrowsAsync(signer.close());
});

test('a key loaded at run time signs in threads that run already; unloaded it is key-not-found', async (t) => {
  const signer = makeSignerPool(keys, 2);
  await Promise.all([signer.sign('one', utf8('m')), signer.sign('two', utf8('m'))]);
  const three = importSm2PrivateKey(generateSm2KeyPair().privateKeyPem);
  signer.load('three', three);
  const signatures = await Promise.all(Array.from({ length: 6 }, () => signer.sign('three', utf8('m'))));
  t.true(signatures.every((signature) => verifySm2(three.publicKey, utf8('m'), signature)));
  signer.load('three', keys.get('one')!);
  t.true(verifySm2(keys.get('one')!.publicKey, utf8('m'), await signer.sign('three', utf8('m'))));
  const last = signer.sign('three', utf8('m'));
  signer.unload('three');
  signer.unload('never-there');
  await t.notThrowsAsync(last, 'what was asked before is answered');
  await t.throwsAsync(signer.sign('three', utf8('m')), { code: 'key-not-found' });
  await signer.close();
});
