import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { parseDer } from '../../../common/asn1/der.ts';
import {
  derBitString,
  derExplicit,
  derIa5,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
} from '../../../common/asn1/der-write.ts';
import { concatBytes, toHex, utf8 } from '../../../common/bytes.ts';
import { sm2SignatureToRaw } from '../../../common/crypto/sm2.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { certificatePem } from '../../../common/pki/certificate.ts';
import { NO_TRUST } from '../../../common/pki/trust-stores.ts';
import { makeSeal } from '../../../seal/ses/make-seal.ts';
import type { Seal, SealContent } from '../../../seal/ses/seal.ts';
import { decodeSeal, encodeSeal, encodeSealContent } from '../../../seal/ses/seal-codec.ts';
import { isSignerListed } from '../../../seal/ses/signer-list.ts';
import { verifySeal } from '../../../seal/ses/verify-seal.ts';
import { judge } from '../../_harness/judges.ts';
import { AT, issue } from '../../_harness/pki.ts';
import { smCrypto } from '../../_harness/sm-crypto.ts';
import { pki, seal, sealOrder } from './orders.ts';

const run = promisify(execFile);
const question = { trust: pki.trust, at: AT, now: AT };
const malformed = { code: 'seal-malformed' };

const failing = (subject: Seal, overrides: Partial<typeof question> = {}) =>
  verifySeal(subject, { ...question, ...overrides })
    .steps.filter(({ status }) => status === 'failed')
    .map(({ name, sub_indication }) => `${name} ${sub_indication}`);

/** Signs changed content as the maker, so that only the change is judged. */
const resign = async (content: SealContent): Promise<Seal> => {
  const signature = await pki.maker.sign(encodeSealContent(content));
  return decodeSeal(encodeSeal({ ...seal, content, signature }));
};

test('GB/T 38540-2020: a V4 seal reads back field by field, times in whole seconds', (t) => {
  const { header, esID, property, picture, extensions } = decodeSeal(seal.raw).content;
  t.deepEqual(header, { version: 4, vendor: 'XINJI' });
  t.is(esID, '36010000000001');
  t.is(property.name, '示例市卫生健康委员会');
  t.is(property.createDate.toISOString(), '2026-04-30T01:02:03.000Z');
  t.deepEqual(property.signers, { type: 1, certificates: [pki.signer.certificate.raw] });
  t.deepEqual([picture.type, picture.widthMm, picture.heightMm], ['png', 42, 42]);
  t.is(extensions, null);
  t.is(parseDer(seal.raw).children.length, 4);
});

test('GB/T 38540-2020: a good seal passes every step in the order of the standard', (t) => {
  const report = verifySeal(seal, question);
  t.is(report.status, 'passed');
  t.deepEqual(report.deviations, []);
  t.deepEqual(
    report.steps.map(({ name }) => name).filter((name) => !name.startsWith('maker-certificate-')),
    ['seal-format', 'seal-signature', 'seal-period'],
  );
});

test('one changed byte of the picture fails the signature of the maker', (t) => {
  const at = Buffer.from(seal.raw).indexOf('a picture of a seal');
  const changed = Uint8Array.from(seal.raw);
  changed[at]! ^= 1;
  t.deepEqual(failing(decodeSeal(changed)), ['seal-signature SIG_CRYPTO_FAILURE']);
});

test('an expired seal, and one that is not yet valid, fail at the time of use', (t) => {
  t.deepEqual(failing(seal, { at: new Date('2027-05-01T00:00:01Z') }), ['seal-period EXPIRED']);
  t.deepEqual(failing(seal, { at: new Date('2026-04-30T23:59:59Z') }), ['seal-period NOT_YET_VALID']);
});

test('a seal that expired after its use is still good, and the report says so', (t) => {
  const report = verifySeal(seal, { ...question, now: new Date('2028-01-01T00:00:00Z') });
  t.is(report.status, 'passed');
  t.regex(report.steps.find(({ name }) => name === 'seal-period')?.finding ?? '', /expired since/);
});

test('a maker without trusted root leaves the question open; an expired maker or an authority as maker fails', async (t) => {
  const open = verifySeal(seal, { ...question, trust: NO_TRUST });
  t.is(open.status, 'indeterminate');
  t.is(open.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  const old = await issue('旧制章者', pki.authority, { notAfter: new Date('2026-05-02T00:00:00Z') });
  const byOld = await makeSeal({ ...sealOrder, makerCertificate: old.certificate, sign: old.sign });
  t.deepEqual(failing(byOld), ['maker-certificate-period EXPIRED']);
  const signature = await pki.authority.sign(seal.contentRaw);
  const byAuthority = decodeSeal(encodeSeal({ ...seal, makerCertificate: pki.authority.certificate, signature }));
  t.deepEqual(failing(byAuthority), ['maker-certificate-usage CHAIN_CONSTRAINTS_FAILURE']);
});

test('a seal signed by another key than its certificate is never released', async (t) => {
  await t.throwsAsync(makeSeal({ ...sealOrder, sign: pki.signer.sign }), { code: 'key-mismatch' });
});

test('orders that no reader would accept are refused', async (t) => {
  await t.throwsAsync(makeSeal({ ...sealOrder, signers: [] }), malformed);
  await t.throwsAsync(makeSeal({ ...sealOrder, validEnd: sealOrder.validStart }), malformed);
  await t.throwsAsync(makeSeal({ ...sealOrder, makerCertificate: pki.authority.certificate }), malformed);
  await t.throwsAsync(makeSeal({ ...sealOrder, now: new Date('2040-01-01T00:00:00Z') }), malformed);
  const flat = { ...sealOrder.picture, widthMm: 0 };
  await t.throwsAsync(makeSeal({ ...sealOrder, picture: flat }), { ...malformed, message: /0 × 42 mm/ });
});

test('decoding and encoding again gives the same bytes, for any content', async (t) => {
  const text = fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF-') });
  const extension = fc.record({
    oid: fc.constantFrom('1.2.156.112600.7.1', '2.25.1', '1.2.156.10197.6.7.2.2.1'),
    critical: fc.boolean(),
    isCriticalWritten: fc.constant(true),
    value: fc.uint8Array({ maxLength: 20 }),
  });
  const time = fc.date({ min: new Date('1970-01-01'), max: new Date('2999-01-01'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(
      fc.record({ esID: text, name: fc.string({ unit: 'grapheme' }), type: fc.nat(), picture: fc.uint8Array(), time }),
      fc.option(fc.array(extension, { maxLength: 3 })),
      fc.constantFrom(4, 5),
      async ({ esID, name, type, picture, time: validEnd }, extensions, version) => {
        const made = await resign({
          ...seal.content,
          header: { version: version as 4 | 5, vendor: 'V' },
          esID,
          property: { ...seal.content.property, name, type, validEnd },
          picture: { ...seal.content.picture, bytes: picture },
          extensions,
        });
        t.deepEqual(encodeSeal(decodeSeal(made.raw)), made.raw);
        t.false(failing(made).includes('seal-signature SIG_CRYPTO_FAILURE'));
      },
    ),
    { numRuns: 40 },
  );
});

test('a raw r ‖ s signature is accepted and reported as a deviation; a changed one is not', (t) => {
  const raw = sm2SignatureToRaw(seal.signature);
  const odd = decodeSeal(encodeSeal({ ...seal, signature: raw }));
  const report = verifySeal(odd, question);
  t.is(report.status, 'passed');
  t.regex(report.deviations.join(), /raw r‖s/);
  raw[40]! ^= 1;
  t.deepEqual(failing(decodeSeal(encodeSeal({ ...seal, signature: raw }))), ['seal-signature SIG_CRYPTO_FAILURE']);
});

test('extensions with critical omitted and written are both read; a written FALSE is a deviation', async (t) => {
  const extension = { oid: '1.2.156.112600.7.1', critical: false, value: utf8('x') };
  const omitted = await resign({ ...seal.content, extensions: [{ ...extension, isCriticalWritten: false }] });
  const written = await resign({ ...seal.content, extensions: [{ ...extension, isCriticalWritten: true }] });
  for (const made of [omitted, written]) {
    t.is(verifySeal(made, question).status, 'passed');
    t.deepEqual(encodeSeal(decodeSeal(made.raw)), made.raw);
  }
  t.deepEqual(omitted.deviations, []);
  t.regex(written.deviations.join(), /critical FALSE/);
});

test('certListType 2 lists signers by plain SM3 of the certificate', async (t) => {
  const digests = [{ type: '1.2.156.10197.1.401', value: sm3(pki.signer.certificate.raw) }];
  const property = { ...seal.content.property, signers: { type: 2, digests } as const };
  const made = await resign({ ...seal.content, property });
  t.deepEqual(encodeSeal(decodeSeal(made.raw)), made.raw);
  t.true(isSignerListed(made.content.property.signers, pki.signer.certificate.raw));
  t.false(isSignerListed(made.content.property.signers, pki.maker.certificate.raw));
});

test('GM/T 0031-2025: a V5 seal carries a time stamp, a V4 seal must not', async (t) => {
  const timeStamp = utf8('token');
  const v5 = await resign({ ...seal.content, header: { version: 5, vendor: 'XINJI' } });
  const stamped = decodeSeal(encodeSeal({ ...v5, timeStamp }));
  t.deepEqual(stamped.timeStamp, timeStamp);
  t.deepEqual(encodeSeal(stamped), stamped.raw);
  t.throws(() => decodeSeal(encodeSeal({ ...seal, timeStamp })), { ...malformed, message: /version 4/ });
});

test('refused: padding, cut off, another ID, versions 1 and 6, an unknown list type, UTCTime, a broken certificate', (t) => {
  t.throws(() => decodeSeal(concatBytes(seal.raw, new Uint8Array(1))), malformed);
  t.throws(() => decodeSeal(seal.raw.subarray(0, -1)), malformed);
  t.throws(() => decodeSeal(new Uint8Array()), malformed);
  const [content, certificate, ...rest] = parseDer(seal.raw).children;
  const build = (changes: Readonly<Record<number, Uint8Array>>) =>
    derSequence(
      derSequence(...content!.children.map(({ raw }, index) => changes[index] ?? raw)),
      certificate!.raw,
      ...rest.map(({ raw }) => raw),
    );
  t.notThrows(() => decodeSeal(build({})));
  const header = (id: string, version: number) => derSequence(derIa5(id), derInteger(version), derIa5('V'));
  t.throws(() => decodeSeal(build({ 0: header('XX', 4) })), { ...malformed, message: /"XX"/ });
  for (const version of [1, 6])
    t.throws(() => decodeSeal(build({ 0: header('ES', version) })), { ...malformed, message: /version/ });
  const property = content!.children[2]!.children.map(({ raw }) => raw);
  const listType = property.with(2, derInteger(3));
  t.throws(() => decodeSeal(build({ 2: derSequence(...listType) })), { ...malformed, message: /certListType 3/ });
  const utcTime = property.with(4, concatBytes(Uint8Array.of(0x17, 13), utf8('260430010203Z')));
  t.throws(() => decodeSeal(build({ 2: derSequence(...utcTime) })), { ...malformed, message: /GeneralizedTime/ });
  const broken = derSequence(content!.raw, derOctetString(utf8('no certificate')), ...rest.map(({ raw }) => raw));
  t.throws(() => decodeSeal(broken), malformed);
  const extra = derSequence(
    ...[content!, certificate!, ...rest].map(({ raw }) => raw),
    derExplicit(1, derBitString(utf8('x'))),
  );
  t.throws(() => decodeSeal(extra), malformed);
});

test('another signature algorithm is a format failure', (t) => {
  const odd = decodeSeal(encodeSeal({ ...seal, signatureAlgorithm: '1.2.840.10045.4.3.2' }));
  t.deepEqual(failing(odd), ['seal-format FORMAT_FAILURE']);
});

test('sm-crypto accepts the signature over eSealInfo, and not over a changed one', (t) => {
  const options = { der: true, hash: true, userId: '1234567812345678' };
  const point = toHex(pki.maker.key.publicKey.point);
  const judgeBytes = (bytes: Uint8Array) =>
    smCrypto.sm2.doVerifySignature([...bytes], toHex(seal.signature), point, options);
  t.true(judgeBytes(seal.contentRaw));
  t.false(judgeBytes(seal.contentRaw.with(30, seal.contentRaw[30]! ^ 1)));
});

judge(test, 'openssl')(
  'openssl reads the structure and accepts the signature of the maker over eSealInfo',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'seal-'));
    const at = (name: string) => join(folder, name);
    try {
      await writeFile(at('seal.der'), seal.raw);
      await writeFile(at('info.der'), seal.contentRaw);
      await writeFile(at('signature.der'), seal.signature);
      await writeFile(at('maker.pem'), certificatePem(seal.makerCertificate));
      const { stdout } = await run('openssl', ['asn1parse', '-inform', 'DER', '-in', at('seal.der')]);
      t.regex(stdout, /IA5STRING\s+:ES/);
      t.regex(stdout, /GENERALIZEDTIME\s+:20260430010203Z/);
      t.regex(stdout, /OBJECT\s+:SM2-with-SM3/);
      await run('openssl', ['x509', '-in', at('maker.pem'), '-noout', '-pubkey', '-out', at('key.pem')]);
      const options = ['-sigopt', 'distid:1234567812345678', '-signature', at('signature.der')];
      const verified = await run('openssl', ['dgst', '-sm3', '-verify', at('key.pem'), ...options, at('info.der')]);
      t.regex(verified.stdout, /Verified OK/);
      await t.throwsAsync(run('openssl', ['dgst', '-sm3', '-verify', at('key.pem'), ...options, at('seal.der')]));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('the algorithm identifier on the wire is a bare OBJECT IDENTIFIER', (t) => {
  t.deepEqual(parseDer(seal.raw).children[2]?.raw, derOid('1.2.156.10197.1.501'));
});
