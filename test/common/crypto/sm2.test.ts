import { execFile } from 'node:child_process';
import { createPrivateKey, createSign, generateKeyPairSync, sign as oneShotSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { derInteger, derSequence } from '../../../common/asn1/der-write.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../../../common/bytes.ts';
import {
  adoptSm2PrivateKey,
  DEFAULT_USER_ID,
  generateSm2KeyPair,
  importSm2PrivateKey,
  importSm2PublicKey,
  isSm2Pair,
  signSm2,
  sm2SignatureFromRaw,
  sm2SignatureToRaw,
  sm2Z,
  verifySm2,
} from '../../../common/crypto/sm2.ts';
import { judge } from '../../_harness/judges.ts';
import { smCrypto } from '../../_harness/sm-crypto.ts';

const run = promisify(execFile);
const pair = generateSm2KeyPair();
const privateKey = importSm2PrivateKey(pair.privateKeyPem);
const publicKey = importSm2PublicKey(pair.publicKeyPem);
const message = utf8('信基：一张证照的字节');
const ORDER = fromHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');
const SPKI_PREFIX = '3059301306072a8648ce3d020106082a811ccf5501822d034200';
const DISTID = `distid:${DEFAULT_USER_ID}`;

const vector = JSON.parse(
  readFileSync(new URL('../../vectors/sm2/gb-t-32918.json', import.meta.url), 'utf8'),
) as Record<'message' | 'user_id' | 'public_point', string> & { readonly expect: Record<'z' | 'r' | 's', string> };

test('GB/T 32918: Z and the signature of the standard example verify, and none of its siblings', (t) => {
  const key = importSm2PublicKey(fromHex(SPKI_PREFIX + vector.public_point));
  const signature = sm2SignatureFromRaw(fromHex(vector.expect.r + vector.expect.s));
  const text = fromHex(vector.message);
  t.is(toHex(sm2Z(key, vector.user_id)), vector.expect.z);
  t.true(verifySm2(key, text, signature, vector.user_id));
  t.false(verifySm2(key, concatBytes(text, fromHex('00')), signature, vector.user_id));
  t.false(verifySm2(key, text, signature, 'ALICE123@YAHOO.COM'));
  t.false(verifySm2(publicKey, text, signature, vector.user_id));
});

test('a signature verifies over the same bytes only, however they are cut into parts', (t) => {
  const signature = signSm2(privateKey, message);
  t.true(verifySm2(publicKey, message, signature));
  t.true(verifySm2(publicKey, [message.subarray(0, 5), message.subarray(5)], signature));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: message.length * 8 - 1 }), (bit) => {
      const changed = Uint8Array.from(message);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      t.false(verifySm2(publicKey, changed, signature));
    }),
    { numRuns: 30 },
  );
});

test('one changed bit anywhere in the signature is refused without an exception', (t) => {
  const signature = signSm2(privateKey, message);
  for (let index = 0; index < signature.length; index++) {
    const changed = Uint8Array.from(signature);
    changed[index]! ^= 1;
    t.false(verifySm2(publicKey, message, changed));
  }
});

test('another user id gives another signature', (t) => {
  const signature = signSm2(privateKey, message, 'other');
  t.true(verifySm2(publicKey, message, signature, 'other'));
  t.false(verifySm2(publicKey, message, signature));
  t.false(verifySm2(publicKey, message, signSm2(privateKey, message), ''));
});

test('r and s outside 1 to n − 1 are refused, in DER and raw', (t) => {
  const one = fromHex('01'.padStart(64, '0'));
  const zero = new Uint8Array(32);
  for (const [r, s] of [
    [zero, one],
    [one, zero],
    [ORDER, one],
    [one, ORDER],
    [new Uint8Array(32).fill(255), one],
  ] as const) {
    t.throws(() => sm2SignatureFromRaw(concatBytes(r, s)), { code: 'der-malformed' });
    const der = derSequence(derInteger(r), derInteger(s));
    t.throws(() => sm2SignatureToRaw(der), { code: 'der-malformed' });
    t.false(verifySm2(publicKey, message, der));
  }
  t.throws(() => sm2SignatureFromRaw(new Uint8Array(63)), { code: 'der-malformed' });
  t.throws(() => sm2SignatureToRaw(derSequence(derInteger(-1), derInteger(1))), { code: 'der-malformed' });
});

test('signatures in other encodings are refused: trailing bytes, long lengths, raw', (t) => {
  const signature = signSm2(privateKey, message);
  const long = concatBytes(Uint8Array.of(0x30, 0x81), signature.subarray(1));
  for (const other of [concatBytes(signature, fromHex('00')), long, sm2SignatureToRaw(signature), new Uint8Array()])
    t.false(verifySm2(publicKey, message, other));
});

test('DER and raw r ‖ s convert both ways', (t) => {
  for (let round = 0; round < 40; round++) {
    const signature = signSm2(privateKey, message);
    t.is(sm2SignatureToRaw(signature).length, 64);
    t.deepEqual(sm2SignatureFromRaw(sm2SignatureToRaw(signature)), signature);
    t.true(signature.length <= 72);
  }
});

test('trap: a key object straight out of the generator calls itself ec, does ECDSA, and is refused', (t) => {
  const generated = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  t.is(generated.privateKey.asymmetricKeyType, 'ec');
  t.throws(() => adoptSm2PrivateKey(generated.privateKey), { code: 'key-malformed', message: /found ec/ });
  const imported = createPrivateKey(generated.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  t.is(imported.asymmetricKeyType, undefined);
  const key = adoptSm2PrivateKey(imported);
  const ecdsa = createSign('sm3').update(sm2Z(key.publicKey)).update(message).sign(generated.privateKey);
  t.false(verifySm2(key.publicKey, message, ecdsa));
});

test('trap: one-shot crypto.sign puts the Z of an empty id in front and is no standard signature', (t) => {
  const oneShot = oneShotSign('sm3', message, privateKey.keyObject);
  t.false(verifySm2(publicKey, message, oneShot));
  t.true(verifySm2(publicKey, message, oneShot, ''));
});

test('keys of other kinds are key-malformed', (t) => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed25519 = generateKeyPairSync('ed25519');
  for (const { privateKey: other, publicKey: otherPublic } of [p256, ed25519]) {
    const pem = other.export({ type: 'pkcs8', format: 'pem' }) as string;
    t.throws(() => importSm2PrivateKey(pem), { code: 'key-malformed' });
    t.throws(() => importSm2PublicKey(new Uint8Array(otherPublic.export({ type: 'spki', format: 'der' }))), {
      code: 'key-malformed',
    });
  }
  t.throws(() => importSm2PrivateKey('no key'), { code: 'key-malformed' });
  t.throws(() => importSm2PublicKey(publicKey.spki.subarray(0, 80)), { code: 'key-malformed' });
  t.throws(() => importSm2PublicKey(fromHex(`${SPKI_PREFIX}04${'11'.repeat(64)}`)), { code: 'key-malformed' });
});

test('the halves of a pair know each other', (t) => {
  t.true(isSm2Pair(privateKey, publicKey));
  t.false(isSm2Pair(privateKey, importSm2PublicKey(generateSm2KeyPair().publicKeyPem)));
});

test('sm-crypto accepts our signatures, and we accept those of sm-crypto', (t) => {
  const options = { der: true, hash: true, userId: DEFAULT_USER_ID };
  const point = toHex(publicKey.point);
  const signature = toHex(signSm2(privateKey, message));
  t.true(smCrypto.sm2.doVerifySignature([...message], signature, point, options));
  t.false(smCrypto.sm2.doVerifySignature([...message, 0], signature, point, options));
  const pkcs8 = toHex(new Uint8Array(privateKey.keyObject.export({ type: 'pkcs8', format: 'der' })));
  const scalar = /0201010420([0-9a-f]{64})/.exec(pkcs8)?.[1] ?? '';
  const theirs = smCrypto.sm2.doSignature([...message], scalar, { hash: true, userId: DEFAULT_USER_ID });
  t.true(verifySm2(publicKey, message, sm2SignatureFromRaw(fromHex(theirs))));
  t.false(verifySm2(publicKey, concatBytes(message, message), sm2SignatureFromRaw(fromHex(theirs))));
});

judge(test, 'openssl')('the openssl command accepts our signatures, and we accept its own', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sm2-'));
  const at = (name: string) => join(folder, name);
  try {
    await writeFile(at('k.pem'), pair.privateKeyPem);
    await writeFile(at('p.pem'), pair.publicKeyPem);
    await writeFile(at('m.bin'), message);
    await writeFile(at('ours.der'), signSm2(privateKey, message));
    const verify = (file: string, id: string) =>
      run('openssl', ['dgst', '-sm3', '-verify', at('p.pem'), '-sigopt', id, '-signature', at(file), at('m.bin')]);
    t.regex((await verify('ours.der', DISTID)).stdout, /Verified OK/);
    await t.throwsAsync(verify('ours.der', 'distid:somebody'));
    await run('openssl', [
      'dgst',
      '-sm3',
      '-sign',
      at('k.pem'),
      '-sigopt',
      DISTID,
      '-out',
      at('theirs.der'),
      at('m.bin'),
    ]);
    const theirs = new Uint8Array(await readFile(at('theirs.der')));
    t.true(verifySm2(publicKey, message, theirs));
    t.false(verifySm2(publicKey, message, theirs, 'somebody'));
  } finally {
    await rm(folder, { recursive: true });
  }
});
