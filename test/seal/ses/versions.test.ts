// GM/T 0031-2014 (V1) beside GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5): structures, signed bytes, tolerances.
import test from 'ava';
import { parseDer } from '../../../common/asn1/der.ts';
import { utf8 } from '../../../common/bytes.ts';
import { sm2SignatureToRaw, sm2Z } from '../../../common/crypto/sm2.ts';
import { makeTimeStampToken } from '../../../common/pki/time-stamp.ts';
import { makeSeal } from '../../../seal/ses/make-seal.ts';
import { makeSignature } from '../../../seal/ses/make-signature.ts';
import { decodeSeal, encodeSeal } from '../../../seal/ses/seal-codec.ts';
import { decodeSignature, encodeSignature, encodeTbsSignV1 } from '../../../seal/ses/signature-codec.ts';
import { verifySeal } from '../../../seal/ses/verify-seal.ts';
import { verifySignature } from '../../../seal/ses/verify-signature.ts';
import { AT, issue, issueTsa } from '../../_harness/pki.ts';
import {
  bits,
  generalized,
  int,
  octets,
  sealV1,
  sealV4ByDigest,
  seq,
  signatureV1,
  signatureV4,
  sm3,
  tlv,
  tokenAt,
  utc,
} from './by-hand.ts';
import { dataHash, pki, sealOrder, signatureOrder } from './orders.ts';

const malformed = { code: 'seal-malformed' };
const question = { dataHash, trust: pki.trust, now: AT };
const sealQuestion = { trust: pki.trust, at: AT, now: AT };

const failing = (der: Uint8Array, overrides: Partial<typeof question> = {}) =>
  verifySignature(decodeSignature(der), { ...question, ...overrides })
    .steps.filter(({ status }) => status === 'failed')
    .map(({ name, sub_indication }) => `${name} ${sub_indication}`);

test('GM/T 0031-2014: a seal of another hand is read, passes, and is written again byte by byte', async (t) => {
  const der = new Uint8Array(await sealV1());
  const seal = decodeSeal(der);
  t.is(seal.content.header.version, 1);
  t.is(seal.content.property.validStart.toISOString(), '2026-05-01T00:00:00.000Z');
  const report = verifySeal(seal, sealQuestion);
  t.is(report.status, 'passed');
  t.deepEqual(report.deviations, []);
  t.is(report.steps[0]?.clause, 'GM/T 0031-2014');
  t.deepEqual(encodeSeal(seal), der);
});

test('GM/T 0031-2014: the maker signs esealInfo, certificate and algorithm; esealInfo alone is not enough', async (t) => {
  const overContent = await sealV1({ sealSignature: () => new Uint8Array(70) });
  const seal = decodeSeal(new Uint8Array(overContent));
  const wrong = await pki.maker.sign(seal.contentRaw);
  const right = await pki.maker.sign(seal.signedRaw);
  const judge = (signature: Uint8Array) => verifySeal(decodeSeal(encodeSeal({ ...seal, signature })), sealQuestion);
  t.is(judge(wrong).subIndication, 'SIG_CRYPTO_FAILURE');
  t.is(judge(right).status, 'passed');
});

test('GM/T 0031-2014: a seal signature of another hand passes every step and is written again byte by byte', async (t) => {
  const der = new Uint8Array(await signatureV1());
  const signature = decodeSignature(der);
  const report = verifySignature(signature, question);
  t.is(report.status, 'passed');
  t.deepEqual(report.deviations, []);
  t.true(report.steps.filter(({ name }) => !name.includes('certificate')).every((s) => s.clause === 'GM/T 0031-2014'));
  t.is(signature.time.toISOString(), AT.toISOString());
  t.deepEqual(encodeTbsSignV1(signature), signature.tbsRaw);
  t.deepEqual(encodeSignature(signature), der);
});

test('GM/T 0031-2014: another digest, another signer, a changed byte and an expired seal fail as in later versions', async (t) => {
  const der = new Uint8Array(await signatureV1());
  t.deepEqual(failing(der, { dataHash: sm3(utf8('changed')) }), ['document-digest HASH_FAILURE']);
  const other = await issue('36010000000099', pki.authority);
  t.deepEqual(failing(await signatureV1({ signer: other })), ['signer-in-seal SIG_CONSTRAINTS_FAILURE']);
  const changed = Uint8Array.from(der);
  changed[Buffer.from(der).indexOf('GIF89a')]! ^= 1;
  t.deepEqual(failing(changed), ['signature-value SIG_CRYPTO_FAILURE', 'seal-signature SIG_CRYPTO_FAILURE']);
  const times = [utc('250430010203Z'), utc('250501000000Z'), utc('260501000000Z')];
  t.deepEqual(failing(await signatureV1({ times })), ['seal-period EXPIRED']);
});

const TOLERATED: readonly [string, Parameters<typeof signatureV1>[0], RegExp][] = [
  [
    'GeneralizedTime in V1',
    { times: [generalized('20260430010203Z'), utc('260501000000Z'), generalized('20270501000000Z')] },
    /GeneralizedTime instead of UTCTime/,
  ],
  ['signInfo in a BIT STRING', { wrapSignInfo: true }, /signInfo of the seal stands in a BIT STRING/],
  ['a raw r‖s value', { sealSignature: sm2SignatureToRaw }, /of the seal is raw r‖s/],
  ['dataHash as OCTET STRING', { hash: octets(dataHash) }, /dataHash is an OCTET STRING/],
  ['timeInfo as OCTET STRING', { timeInfo: octets(Buffer.from('260601080000Z')) }, /timeInfo is an OCTET STRING/],
  ['timeInfo as GeneralizedTime', { timeInfo: generalized('20260601080000Z') }, /timeInfo is a time of its own type/],
  [
    'an ISO time text',
    { timeInfo: bits(Buffer.from('2026-06-01T08:00:00.000Z')) },
    /text "2026-06-01T08:00:00.000Z", not/,
  ],
  ['a local time text', { timeInfo: bits(Buffer.from('2026-06-01 16:00:00')) }, /without a time zone/],
  ['a header that says 4', { version: int(4) }, /says version 4 in the structure of GM\/T 0031-2014/],
  [
    'critical FALSE written',
    { extensions: seq(seq(Buffer.from('06022a03', 'hex'), tlv(1, Buffer.of(0)), octets(Buffer.of(1)))) },
    /writes critical FALSE/,
  ],
];

for (const [what, options, sentence] of TOLERATED) {
  test(`tolerated and said: ${what}; the same bytes again`, async (t) => {
    const der = new Uint8Array(await signatureV1(options));
    const signature = decodeSignature(der);
    const report = verifySignature(signature, question);
    t.is(report.status, 'passed');
    t.is(report.deviations.length, 1);
    t.regex(report.deviations[0]!, sentence);
    t.is(signature.time.toISOString(), AT.toISOString());
    t.deepEqual(encodeSignature({ ...signature, tbsRaw: encodeTbsSignV1(signature) }), der);
    t.deepEqual(encodeSeal(signature.seal), signature.seal.raw);
  });
}

test('GM/T 0031-2014: a free header number other than 4 and 5, and critical left out, deviate from nothing', async (t) => {
  const extensions = seq(seq(Buffer.from('06022a03', 'hex'), octets(Buffer.of(1))));
  const der = new Uint8Array(await signatureV1({ version: int(11), extensions }));
  const signature = decodeSignature(der);
  t.deepEqual(signature.deviations, []);
  t.is(signature.seal.content.header.writtenVersion, 11);
  t.deepEqual(encodeSeal(signature.seal), signature.seal.raw);
});

test('GM/T 0031-2014: a token in timeInfo gives its time, and the step says that it is not judged', async (t) => {
  const signature = decodeSignature(new Uint8Array(await signatureV1({ timeInfo: bits(tokenAt('20260601075959Z')) })));
  t.is(signature.time.toISOString(), '2026-06-01T07:59:59.000Z');
  const step = verifySignature(signature, question).steps.find(({ name }) => name === 'signing-time');
  t.regex(step?.finding ?? '', /token that is not judged here/);
  const foreign = bits(tokenAt('20260601075959Z', '06092a864886f70d010701'));
  t.throws(() => decodeSignature(Buffer.from('3000', 'hex')), malformed);
  await t.throwsAsync(async () => decodeSignature(new Uint8Array(await signatureV1({ timeInfo: foreign }))), {
    ...malformed,
    message: /not a time-stamp token/,
  });
});

test('refused: unknown time texts, mixed structures, other versions', async (t) => {
  for (const text of ['yesterday', '2026-13-01 00:00:00', '2026/06/01 08:00:00', '20261301000000Z']) {
    const der = new Uint8Array(await signatureV1({ timeInfo: bits(Buffer.from(text)) }));
    t.throws(() => decodeSignature(der), malformed, text);
  }
  const v1 = await sealV1();
  const v4 = await sealV4ByDigest(sm3(pki.signer.certificate.raw));
  t.throws(() => decodeSignature(new Uint8Array(seq(seq(int(1)), bits(v1)))), malformed);
  const v1InV4 = new Uint8Array(await signatureV4(v1, undefined, int(1)));
  t.throws(() => decodeSignature(v1InV4), { ...malformed, message: /version 1 in a signature of a later structure/ });
  const mixed = parseDer(new Uint8Array(await signatureV1()));
  const fields = mixed.children[0]!.children.map(({ raw }) => raw).with(1, v4);
  t.throws(() => decodeSignature(new Uint8Array(seq(seq(...fields), bits(v1)))), {
    ...malformed,
    message: /later version in a signature of version 1/,
  });
  const v6 = Buffer.from(v4);
  v6[v6.indexOf(int(4))! + 2] = 6;
  t.throws(() => decodeSeal(new Uint8Array(v6)), { ...malformed, message: /version 6/ });
});

test('certListType 2: plain SM3 passes, SM3 with Z passes and is said, another digest fails', async (t) => {
  const { raw, publicKey } = pki.signer.certificate;
  const judge = async (digest: Uint8Array) => {
    const signature = decodeSignature(new Uint8Array(await signatureV4(await sealV4ByDigest(digest))));
    return verifySignature(signature, question);
  };
  const plain = await judge(sm3(raw));
  t.deepEqual([plain.status, plain.deviations], ['passed', []]);
  const withZ = await judge(sm3(Buffer.concat([sm2Z(publicKey()), raw])));
  t.is(withZ.status, 'passed');
  t.regex(withZ.deviations[0]!, /taken with Z/);
  t.is((await judge(sm3(utf8('another certificate')))).subIndication, 'SIG_CONSTRAINTS_FAILURE');
});

test('GB/T 38540-2020: dataHash as OCTET STRING is tolerated and said in V4 too', async (t) => {
  const seal = await sealV4ByDigest(sm3(pki.signer.certificate.raw));
  const der = new Uint8Array(await signatureV4(seal, octets(dataHash)));
  const report = verifySignature(decodeSignature(der), question);
  t.is(report.status, 'passed');
  t.deepEqual(report.deviations, ['dataHash is an OCTET STRING instead of a BIT STRING.']);
});

test('a seal made with certListType 2 lists plain digests and can be used', async (t) => {
  const seal = await makeSeal({ ...sealOrder, listedBy: 'digest' });
  t.deepEqual(seal.content.property.signers, {
    type: 2,
    digests: [{ type: 'SM3', value: sm3(pki.signer.certificate.raw) }],
  });
  t.deepEqual(failing(await makeSignature({ ...signatureOrder, seal })), []);
});

test('GM/T 0031-2025: a V5 seal is made on request, without and with a time stamp, and used', async (t) => {
  const plain = await makeSeal({ ...sealOrder, version: 5 });
  t.is(plain.content.header.version, 5);
  t.is(parseDer(plain.raw).children.length, 4);
  const der = await makeSignature({ ...signatureOrder, seal: plain });
  t.is(decodeSignature(der).version, 5);
  t.deepEqual(failing(der), []);
  const tsa = await issueTsa(pki.authority);
  const stampedAt = (time: Date, over?: Uint8Array) =>
    makeSeal({
      ...sealOrder,
      version: 5,
      timeStamp: (signature) =>
        makeTimeStampToken({
          policy: '1.2.3',
          digest: sm3(over ?? signature),
          serial: Uint8Array.of(1),
          time,
          nonce: null,
          certificate: tsa.certificate,
          chain: [pki.authority.certificate],
          sign: tsa.sign,
        }),
    });
  const stamped = await stampedAt(sealOrder.now);
  t.deepEqual(encodeSeal(stamped), stamped.raw);
  const report = verifySeal(stamped, sealQuestion);
  t.is(report.status, 'passed');
  t.true(report.steps.some(({ name, status }) => name === 'seal-time-stamp-signature' && status === 'passed'));
  const wrong = async (time: Date, over?: Uint8Array) =>
    verifySeal(await stampedAt(time, over), sealQuestion).subIndication;
  t.is(await wrong(new Date(sealOrder.now.getTime() - 600_000)), 'TIMESTAMP_ORDER_FAILURE');
  t.is(await wrong(sealOrder.now, utf8('another seal')), 'SIG_CONSTRAINTS_FAILURE');
  await t.throwsAsync(makeSeal({ ...sealOrder, timeStamp: async () => utf8('token') }), malformed);
});

test('GM/T 0031-2025: a maker certificate that ended since is a notice in V5 and fatal in V4', async (t) => {
  const maker = await issue('旧制章者', pki.authority, { notAfter: new Date('2026-05-02T00:00:00Z') });
  const order = { ...sealOrder, makerCertificate: maker.certificate, sign: maker.sign };
  t.is(verifySeal(await makeSeal(order), sealQuestion).subIndication, 'EXPIRED');
  const report = verifySeal(await makeSeal({ ...order, version: 5 }), sealQuestion);
  t.is(report.status, 'passed');
  t.regex(report.steps.find(({ name }) => name === 'maker-since-creation')?.finding ?? '', /a notice only/);
});

test('GM/T 0031-2014: a seal of version 1 is verified but not used', async (t) => {
  const seal = decodeSeal(new Uint8Array(await sealV1()));
  await t.throwsAsync(makeSignature({ ...signatureOrder, seal }), { code: 'seal-not-usable', message: /not used/ });
});
