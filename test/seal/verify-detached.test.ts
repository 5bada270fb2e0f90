// A seal by itself, and signatures beside their file or digest.
import test from 'ava';
import { toHex, utf8 } from '../../common/bytes.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeContainer } from '../../seal/flow/make-container.ts';
import { verifyDetached, verifySealFile } from '../../seal/flow/verify-detached.ts';
import { makeSignature } from '../../seal/ses/make-signature.ts';
import { AT } from '../_harness/pki.ts';
import { startRoom } from './room.ts';
import { sealV1 } from './ses/by-hand.ts';
import { pki as otherPki } from './ses/orders.ts';
import { flip, party, pki, seal } from './world.ts';

const question = { trust: pki.trust, now: AT };
const content = utf8('a file of any kind');
const detached = { size: content.length, digest: sm3(content), digestBy: () => null };
const sign = pki.signer.sign;
const dual = await makeContainer(party, 'dual', { dataHash: sm3(content), time: AT, sign });
const ses = await makeSignature({
  seal,
  signerCertificate: pki.signer.certificate,
  dataHash: sm3(content),
  propertyInfo: 'all',
  time: AT,
  sign,
});

test('GB/T 38540-2020: a seal by itself passes at its time, with the facts of a report', (t) => {
  const report = verifySealFile(seal.raw, question);
  t.notThrows(() => verificationReport.parse(report));
  t.is(report.indication, 'TOTAL-PASSED');
  t.is(report.summary, 'The seal passed: it is as its maker signed it.');
  t.is(report.signatures[0]!.container, 'seal');
  t.is(report.signatures[0]!.seal?.esID, '36010000000001');
  t.is(report.file.sm3, toHex(sm3(seal.raw)));
});

test('a changed, an expired and an unrooted seal are told apart', (t) => {
  const changed = verifySealFile(flip(seal.raw, Buffer.from(seal.raw).indexOf('IDAT') + 60), question);
  t.is(`${changed.indication} ${changed.sub_indication}`, 'TOTAL-FAILED SIG_CRYPTO_FAILURE');
  t.is(changed.signatures[0]!.integrity.status, 'failed');
  const late = verifySealFile(seal.raw, { ...question, now: new Date('2031-01-01T00:00:00Z') });
  t.is(`${late.indication} ${late.sub_indication}`, 'TOTAL-FAILED EXPIRED');
  const open = verifySealFile(seal.raw, { trust: null, now: AT });
  t.is(`${open.indication} ${open.sub_indication}`, 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.throws(() => verifySealFile(utf8('no seal'), question), { code: 'seal-malformed' });
});

test('GM/T 0031-2014: a seal of version 1 by itself passes', async (t) => {
  const report = verifySealFile(new Uint8Array(await sealV1()), { trust: otherPki.trust, now: AT });
  t.is(report.indication, 'TOTAL-PASSED');
  t.is(report.signatures[0]!.seal?.version, 1);
});

for (const [name, signature] of [
  ['CMS with a seal in it', dual],
  ['bare SES_Signature', ses],
] as const) {
  test(`a detached ${name} passes over its file and fails over another`, (t) => {
    const report = verifyDetached(signature, detached, question);
    t.notThrows(() => verificationReport.parse(report));
    t.is(report.indication, 'TOTAL-PASSED');
    t.deepEqual([report.signatures[0]!.field, report.signatures[0]!.byte_range], ['detached', null]);
    const other = verifyDetached(signature, { ...detached, digest: sm3(utf8('another')) }, question);
    t.is(`${other.indication} ${other.sub_indication}`, 'TOTAL-FAILED HASH_FAILURE');
  });
}

test('a detached signature that is none is FORMAT_FAILURE', (t) => {
  const report = verifyDetached(utf8('no signature'), detached, question);
  t.is(`${report.indication} ${report.sub_indication}`, 'TOTAL-FAILED FORMAT_FAILURE');
});

test('POST /v1/verifications takes a seal and a detached signature by media type', async (t) => {
  const room = await startRoom();
  t.teardown(room.close);
  const post = async (body: Uint8Array, type: string, query = '') => {
    const response = await room.post(`/v1/verifications${query}`, body, { 'Content-Type': type });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const eseal = await post(seal.raw, 'application/vnd.xinji.eseal');
  t.deepEqual([eseal.status, eseal.body['indication']], [200, 'TOTAL-PASSED']);
  const names = verificationReport.parse(eseal.body).signatures[0]!.steps.map((step) => step.name);
  t.is(names.at(-1), 'seal-state-online');
  const digest = `?digest=${toHex(sm3(content))}`;
  const good = await post(ses, 'application/pkcs7-signature', digest);
  t.deepEqual([good.status, good.body['indication']], [200, 'TOTAL-PASSED']);
  const other = await post(ses, 'application/pkcs7-signature', `?digest=${toHex(sm3(utf8('other')))}`);
  t.is(other.body['sub_indication'], 'HASH_FAILURE');
  t.is((await post(ses, 'application/pkcs7-signature')).status, 400);
  t.is((await post(seal.raw, 'application/vnd.xinji.eseal', digest)).status, 400);
  t.is((await post(ses, 'application/pkcs7-signature', '?digest=00')).status, 400);
  t.is((await post(utf8('no seal'), 'application/vnd.xinji.eseal')).body['code'], 'seal-malformed');
  t.is((await post(seal.raw, 'application/octet-stream')).status, 415);
});
