// Whole sealings in threads that hold the keys: what they make, what they ask for, what becomes of it when they end.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { concatBytes, toHex } from '../../common/bytes.ts';
import { generateSm2KeyPair, importSm2PrivateKey, verifySm2 } from '../../common/crypto/sm2.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { once } from '../../common/files/once.ts';
import { makeSpool } from '../../common/files/spool.ts';
import { noSignatures } from '../../seal/flow/kept-signatures.ts';
import type { DocumentOrder, LodgedUpload } from '../../seal/flow/lodged-document.ts';
import type { Outside } from '../../seal/flow/means.ts';
import { openSealingThreads, type SealingThreads } from '../../seal/sealing-worker/open-sealing-threads.ts';
import { AT } from '../_harness/pki.ts';
import { makePdf, party, pki, signer, stamperOf, verifyBytes } from './world.ts';

const order: DocumentOrder = {
  party,
  partySm3: 'party',
  means: { kind: 'fresh', isStamped: false, isPreserved: false },
  placement: { xMm: 40, yMm: 40 },
  time: AT,
};
const stamper = stamperOf();
const NOBODY: Outside = {
  signer: { sign: () => Promise.reject(new Error('the key is in the thread')) },
  stamper: null,
  validation: null,
};

async function hold(threads: SealingThreads, bytes: Uint8Array, memoryBytes?: number): Promise<LodgedUpload> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-threads-'));
  const limits = { bytesPerCaller: 10_000_000, ...(memoryBytes === undefined ? {} : { memoryBytes }) };
  return makeSpool({ folder, ...limits, open: threads.lodge }).receive('a', once(bytes.slice()), bytes.length);
}
const withKey = (workers = 1) => openSealingThreads(new Map([['signer-1', pki.signer.key]]), workers);
const ask = (orders: readonly DocumentOrder[], outside: Outside = NOBODY) => ({
  orders,
  password: undefined,
  outside,
  drawn: noSignatures(),
});

test('A thread that has the key seals without asking; what it appends lies behind the document in memory', async (t) => {
  const threads = withKey();
  const pdf = await makePdf();
  const upload = await hold(threads, pdf);
  t.is(toHex(upload.sm3), toHex(sm3(pdf)));
  await upload.intake.check(ask([order]));
  const second = { ...order, placement: { xMm: 100, yMm: 40 } };
  const made = await upload.intake.make(ask([order, second]));
  const [first, last] = made.map(({ appended }) => appended);
  t.is(first!.buffer, upload.bytes!.buffer);
  t.is(first!.byteOffset, pdf.length);
  t.is(last!.byteOffset, pdf.length + first!.length);
  t.is(made[0]!.updateSm3, toHex(sm3(first!.slice())));
  t.is(made[0]!.record.signatures.length, 2);
  const sealed = concatBytes(pdf, first!, last!);
  t.deepEqual([verifyBytes(sealed).indication, verifyBytes(sealed).signatures.length], ['TOTAL-PASSED', 2]);
  // From what was drawn the same is made again, without a key.
  const replayed = made.map(({ record }, i) => ({
    ...[order, second][i]!,
    means: { kind: 'replay' as const, values: record },
  }));
  const again = await upload.intake.make(ask(replayed));
  t.deepEqual(
    again.map(({ updateSm3 }) => updateSm3),
    made.map(({ updateSm3 }) => updateSm3),
  );
  await upload.close();
  await threads.close();
});

test('A document in a file is read through its descriptor, and what is appended comes by itself', async (t) => {
  const threads = withKey();
  const pdf = await makePdf();
  const upload = await hold(threads, pdf, 100);
  t.is(upload.bytes, null);
  // Twice: a thread lets go what it has made, and takes it in again for who needs it once more.
  for (let turn = 0; turn < 2; turn++) {
    const [made] = await upload.intake.make(ask([order]));
    t.is(verifyBytes(concatBytes(pdf, made!.appended)).indication, 'TOTAL-PASSED');
  }
  await upload.close();
  await threads.close();
});

test('Without the key, and for tokens, the room is asked; what was signed before a failure is known there', async (t) => {
  const threads = openSealingThreads(new Map(), 1);
  const pdf = await makePdf();
  const upload = await hold(threads, pdf);
  const asked = { ...order, means: { kind: 'fresh', isStamped: true, isPreserved: false } as const };
  const made = await upload.intake.make(ask([asked], { signer, stamper, validation: null }));
  t.is(made[0]!.record.tokens.length, 1);
  const dead = { ...stamper, stampDigest: () => Promise.reject(new TrustError('time-stamp-unavailable', 'out')) };
  const failing = ask([asked], { signer, stamper: dead, validation: null });
  await t.throwsAsync(upload.intake.make(failing), { code: 'time-stamp-unavailable', message: 'out' });
  t.is(Object.keys(failing.drawn.signatures).length, 2);
  const gone = { signer: { sign: () => Promise.reject(new Error('the device is gone')) }, stamper, validation: null };
  await t.throwsAsync(upload.intake.make(ask([order], gone)), { message: /the device is gone/ });
  await t.throwsAsync(upload.intake.make(ask([asked], { ...NOBODY, signer })), { message: /this room has not/ });
  await upload.close();
  await threads.close();
});

test('The threads sign; keys are taken in and forgotten while they run; closed they are stopping', async (t) => {
  const threads = openSealingThreads(new Map(), 2);
  const key = importSm2PrivateKey(generateSm2KeyPair().privateKeyPem);
  const message = new Uint8Array(100).fill(7).subarray(3, 50);
  await t.throwsAsync(threads.sign('k', message), { code: 'key-not-found' });
  threads.load('k', key);
  const signatures = await Promise.all(Array.from({ length: 8 }, () => threads.sign('k', message)));
  t.true(signatures.every((signature) => verifySm2(key.publicKey, message, signature)));
  t.true(verifySm2(key.publicKey, message, await threads.sign('k', message, 'other'), 'other'));
  threads.unload('k');
  await t.throwsAsync(threads.sign('k', message), { code: 'key-not-found' });
  await threads.close();
  await t.throwsAsync(threads.sign('k', message), { code: 'stopping' });
  t.throws(() => openSealingThreads(new Map(), 0), { instanceOf: RangeError });
});

test('A thread that dies in the middle of a sealing fails what lies in it, and the next document gets another', async (t) => {
  const threads = openSealingThreads(new Map(), 1);
  const pdf = await makePdf();
  const [sealing, waiting] = [await hold(threads, pdf), await hold(threads, pdf)];
  const asked = Promise.withResolvers<void>();
  const device = { sign: () => new Promise<never>(() => asked.resolve()) };
  const dies = t.throwsAsync(sealing.intake.make(ask([order], { ...NOBODY, signer: device })), { code: 'internal' });
  await asked.promise;
  // A key that no thread can take.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  threads.load('bad', { ...pki.signer.key, keyObject: privateKey });
  await dies;
  threads.unload('bad');
  await t.throwsAsync(waiting.intake.check(ask([order])), { code: 'internal' });
  await Promise.all([sealing.close(), waiting.close()]);
  const next = await hold(threads, pdf);
  const [made] = await next.intake.make(ask([order], { ...NOBODY, signer }));
  t.is(verifyBytes(concatBytes(pdf, made!.appended)).indication, 'TOTAL-PASSED');
  await next.close();
  await threads.close();
});

test('What the document cannot take is refused by its code; a document that left is not known any more', async (t) => {
  const threads = withKey();
  const upload = await hold(threads, new TextEncoder().encode('no PDF at all'));
  await t.throwsAsync(upload.intake.check(ask([order])), { code: 'not-a-pdf' });
  await upload.close();
  const other = await hold(threads, await makePdf());
  await t.throwsAsync(other.intake.check(ask([{ ...order, page: 9 }])), { code: 'placement-invalid' });
  await other.close();
  await t.throwsAsync(other.intake.check(ask([order])), { code: 'internal' });
  await threads.close();
});
