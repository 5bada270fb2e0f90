import test from 'ava';
import fc from 'fast-check';
import { parseDer } from '../../../common/asn1/der.ts';
import { derInteger, derNull, derSequence } from '../../../common/asn1/der-write.ts';
import { concatBytes, toHex, utf8 } from '../../../common/bytes.ts';
import { sm2SignatureToRaw } from '../../../common/crypto/sm2.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { OID } from '../../../common/pki/oids.ts';
import { NO_TRUST } from '../../../common/pki/trust-stores.ts';
import { makeSeal } from '../../../seal/ses/make-seal.ts';
import { makeSignature } from '../../../seal/ses/make-signature.ts';
import type { SealSignature } from '../../../seal/ses/seal.ts';
import { encodeSeal } from '../../../seal/ses/seal-codec.ts';
import { decodeSignature, encodeSignature, encodeTbsSign } from '../../../seal/ses/signature-codec.ts';
import { factOfStep, type SignatureQuestion, verifySignature } from '../../../seal/ses/verify-signature.ts';
import { AT, issue } from '../../_harness/pki.ts';
import { smCrypto } from '../../_harness/sm-crypto.ts';
import { dataHash, pki, seal, sealOrder, signatureDer, signatureOrder } from './orders.ts';

const question: SignatureQuestion = { dataHash, trust: pki.trust, now: AT };
const malformed = { code: 'seal-malformed' };
const good = decodeSignature(signatureDer);

const failing = (signature: SealSignature, overrides: Partial<SignatureQuestion> = {}) =>
  verifySignature(signature, { ...question, ...overrides })
    .steps.filter(({ status }) => status === 'failed')
    .map(({ name, sub_indication }) => `${name} ${sub_indication}`);

/** A signature over a TBS_Sign that `makeSignature` would not make. */
const force = async (overrides: Partial<Parameters<typeof encodeTbsSign>[0]>, signer = pki.signer) => {
  const tbsRaw = encodeTbsSign({ ...good, sealRaw: seal.raw, ...overrides });
  const signature = await signer.sign(tbsRaw);
  const signerCertificate = signer.certificate;
  return encodeSignature({ tbsRaw, signerCertificate, signatureAlgorithm: OID.sm2WithSm3, signature, timeStamp: null });
};

test('GB/T 38540-2020: a seal signature reads back and passes, step by step in the order of the standard', (t) => {
  t.is(good.version, 4);
  t.deepEqual(good.seal.raw, seal.raw);
  t.deepEqual(good.dataHash, dataHash);
  t.is(good.propertyInfo, 'ByteRange');
  t.is(good.time.getTime(), AT.getTime());
  const report = verifySignature(good, question);
  t.is(report.status, 'passed');
  const names = report.steps.map(({ name }) => name).filter((name) => !name.includes('-certificate-'));
  t.deepEqual(names, [
    'signature-format',
    'signature-value',
    'signer-in-seal',
    'seal-format',
    'seal-signature',
    'seal-period',
    'signing-time',
    'document-digest',
    'time-stamp',
  ]);
});

test('every step belongs to one of the five facts', (t) => {
  const facts = new Set(verifySignature(good, question).steps.map(({ name }) => factOfStep(name)));
  t.deepEqual([...facts].sort(), ['certificate_trust', 'cryptography', 'integrity', 'seal_status', 'time']);
});

test('decoding and encoding again gives the same bytes, a V5 time stamp included', (t) => {
  t.deepEqual(encodeSignature(good), signatureDer);
  t.deepEqual(encodeTbsSign({ ...good, sealRaw: good.seal.raw }), good.tbsRaw);
  const stamped = encodeSignature({ ...good, timeStamp: utf8('token') });
  const decoded = decodeSignature(stamped);
  t.deepEqual(encodeSignature(decoded), stamped);
  const step = verifySignature(decoded, question).steps.at(-1);
  t.is(step?.status, 'failed');
  t.is(step?.sub_indication, 'FORMAT_FAILURE');
});

test('another dataHash is a HASH_FAILURE and nothing else', (t) => {
  const report = verifySignature(good, { ...question, dataHash: sm3(utf8('changed')) });
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'HASH_FAILURE');
  t.deepEqual(failing(good, { dataHash: sm3(utf8('changed')) }), ['document-digest HASH_FAILURE']);
});

test('a changed picture byte inside the signature fails both signatures over it', (t) => {
  const changed = Uint8Array.from(signatureDer);
  changed[Buffer.from(changed).indexOf('a picture of a seal')]! ^= 1;
  t.deepEqual(failing(decodeSignature(changed)), [
    'signature-value SIG_CRYPTO_FAILURE',
    'seal-signature SIG_CRYPTO_FAILURE',
  ]);
});

test('a signer that the seal does not list is refused when making, and found when verifying', async (t) => {
  const other = await issue('36010000000099', pki.authority);
  const order = { ...signatureOrder, signerCertificate: other.certificate, sign: other.sign };
  await t.throwsAsync(makeSignature(order), { code: 'seal-not-usable' });
  t.deepEqual(failing(decodeSignature(await force({}, other))), ['signer-in-seal SIG_CONSTRAINTS_FAILURE']);
});

test('a renewed certificate of the same key is another certificate: the seal must be made anew', async (t) => {
  const renewed = await issue('36010000000001', pki.authority, { publicKey: pki.signer.key.publicKey });
  const party = { ...pki.signer, certificate: renewed.certificate };
  t.deepEqual(failing(decodeSignature(await force({}, party))), ['signer-in-seal SIG_CONSTRAINTS_FAILURE']);
});

test('a time outside the period of the seal is refused when making, and found when verifying', async (t) => {
  for (const [time, sub] of [
    ['2027-06-01T00:00:00Z', 'EXPIRED'],
    ['2026-04-01T00:00:00Z', 'NOT_YET_VALID'],
  ] as const) {
    await t.throwsAsync(makeSignature({ ...signatureOrder, time: new Date(time) }), { code: 'seal-not-usable' });
    const signature = decodeSignature(await force({ time: new Date(time) }));
    t.deepEqual(failing(signature, { now: new Date('2030-01-01T00:00:00Z') }), [`seal-period ${sub}`]);
  }
});

test('a time outside the period of the signer certificate fails', async (t) => {
  const short = await issue('36010000000001', pki.authority, { notAfter: new Date('2026-05-15T00:00:00Z') });
  const shortSeal = await makeSeal({ ...sealOrder, signers: [short.certificate] });
  const der = await makeSignature({
    ...signatureOrder,
    seal: shortSeal,
    signerCertificate: short.certificate,
    sign: short.sign,
  });
  t.deepEqual(failing(decodeSignature(der)), ['signer-certificate-period EXPIRED']);
});

test('a claimed time in the future fails, a clock five minutes ahead does not', (t) => {
  t.deepEqual(failing(good, { now: new Date(AT.getTime() - 300_001) }), ['signing-time SIG_CONSTRAINTS_FAILURE']);
  t.deepEqual(failing(good, { now: new Date(AT.getTime() - 300_000) }), []);
});

test('a seal exchanged for another one of the same signer fails', async (t) => {
  const other = await makeSeal({ ...sealOrder, esID: '36010000000002' });
  const [tbs, ...rest] = parseDer(signatureDer).children;
  const fields = tbs!.children.map(({ raw }) => raw).with(1, other.raw);
  const swapped = decodeSignature(derSequence(derSequence(...fields), ...rest.map(({ raw }) => raw)));
  t.is(swapped.seal.content.esID, '36010000000002');
  t.deepEqual(failing(swapped), ['signature-value SIG_CRYPTO_FAILURE']);
});

test('a seal made by nobody we trust leaves the question open', (t) => {
  const report = verifySignature(good, { ...question, trust: NO_TRUST });
  t.is(report.status, 'indeterminate');
  t.is(report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
});

test('a forged maker fails although the signature over the document is right', async (t) => {
  const forger = await issue('制章者', null);
  const forged = await makeSeal({ ...sealOrder, makerCertificate: forger.certificate, sign: forger.sign });
  const signature = decodeSignature(await makeSignature({ ...signatureOrder, seal: forged }));
  const report = verifySignature(signature, question);
  t.not(report.status, 'passed');
  t.true(failing(signature).every((step) => step.startsWith('maker-certificate-')));
});

test('a raw r ‖ s signature value is accepted and reported as a deviation', (t) => {
  const odd = decodeSignature(encodeSignature({ ...good, signature: sm2SignatureToRaw(good.signature) }));
  const report = verifySignature(odd, question);
  t.is(report.status, 'passed');
  t.regex(report.deviations.join(), /raw r‖s/);
});

test('refused: another version outside than inside, missing fields, padding, trailing values', (t) => {
  const [tbs, ...rest] = parseDer(signatureDer).children;
  const build = (fields: readonly Uint8Array[]) => derSequence(derSequence(...fields), ...rest.map(({ raw }) => raw));
  const fields = tbs!.children.map(({ raw }) => raw);
  t.notThrows(() => decodeSignature(build(fields)));
  t.throws(() => decodeSignature(build(fields.with(0, derInteger(5)))), { ...malformed, message: /version 5 around/ });
  t.throws(() => decodeSignature(build(fields.slice(0, 4))), malformed);
  t.throws(() => decodeSignature(build([...fields, derNull()])), malformed);
  t.throws(() => decodeSignature(concatBytes(signatureDer, new Uint8Array(3))), malformed);
  t.throws(() => decodeSignature(seal.raw), malformed);
});

test('the largest size is known from a dummy signature of 72 bytes', async (t) => {
  const dummy = await makeSignature({ ...signatureOrder, sign: async () => new Uint8Array(72) });
  t.true(dummy.length >= signatureDer.length);
  t.is(dummy.length - signatureDer.length, 72 - good.signature.length);
});

test('a dataHash of another length is a programming error when making, a format failure when verifying', async (t) => {
  await t.throwsAsync(makeSignature({ ...signatureOrder, dataHash: new Uint8Array(20) }), { instanceOf: RangeError });
  const odd = decodeSignature(await force({ dataHash: new Uint8Array(20) }));
  t.deepEqual(failing(odd), ['signature-format FORMAT_FAILURE', 'document-digest HASH_FAILURE']);
});

test('sm-crypto accepts the signature over TBS_Sign', (t) => {
  const options = { der: true, hash: true, userId: '1234567812345678' };
  const point = toHex(pki.signer.key.publicKey.point);
  t.true(smCrypto.sm2.doVerifySignature([...good.tbsRaw], toHex(good.signature), point, options));
  t.false(smCrypto.sm2.doVerifySignature([...encodeSeal(seal)], toHex(good.signature), point, options));
});

test('no single changed bit of a seal signature passes, and none is an unexpected exception', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: signatureDer.length * 8 - 1 }), (bit) => {
      const changed = Uint8Array.from(signatureDer);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      try {
        t.not(verifySignature(decodeSignature(changed), question).status, 'passed');
      } catch (error) {
        t.is((error as { code?: string }).code, 'seal-malformed');
      }
    }),
    { numRuns: 400 },
  );
});
