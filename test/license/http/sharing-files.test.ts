// Annotated copies over HTTP: made on a ground, sealed, told to who asked, fetched at their address.
import test from 'ava';
import { toHex } from '../../../common/bytes.ts';
import { fileAddressAnswer, fileAnswer, verifyFileAnswer } from '../../../common/contract/license-sharing.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { withdrawConsent } from '../../../license/flow/decide-consent.ts';
import { deciderOf, PURPOSE, READER, READER_TWIN, STRANGER, storeLicense, TYPE, ZHANGSAN } from '../sharing-world.ts';
import { consent, share, startSharing } from './sharing-house.ts';

test('an annotated copy: one use, its words, an address of ten minutes for this caller only, known again as a file', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const licenses = [{ license_type: TYPE, fields: ['ZZBH', 'file'], optional_fields: [] }];
  const consentId = await consent(house, { licenses, max_uses: 2 });
  const made = await share(house, 'file', { certificateIdentifier: identifier, certificateCopyCreator: '市监局窗口' });
  const file = fileAnswer.parse(made.json).data;
  const pdf = new Uint8Array(Buffer.from(file?.content ?? '', 'base64'));
  t.is(file?.fileSm3, toHex(sm3(pdf)));
  const text = Buffer.from(pdf).toString('utf8');
  for (const words of ['市监局窗口、示例电子证照共享服务平台', PURPOSE, 'JZJYXQJZSJ'])
    t.true(text.includes(words), words);
  const addressed = await share(house, 'fileAddress', { certificateIdentifier: identifier });
  const { content = '' } = fileAddressAnswer.parse(addressed.json).data ?? {};
  const path = content.slice(house.url.length);
  const token = await house.token(READER, 'license:read');
  for (const _ of [1, 2]) {
    const fetched = await house.call('GET', path, { token });
    t.is(fetched.headers.get('Content-Type'), 'application/pdf');
  }
  const twin = await house.token(READER_TWIN, 'license:read');
  t.is((await house.call('GET', path, { token: twin })).code, 'copy-not-found');
  t.like((await share(house, 'file', { certificateIdentifier: identifier })).head, { status: 1, reason: 'used-up' });
  const check = (bytes: Uint8Array) =>
    share(house, 'verifyFile', { contentType: 'base64', content: Buffer.from(bytes).toString('base64') });
  t.is(verifyFileAnswer.parse((await check(pdf)).json).data?.result, 1, 'the seal room of this test knows no seals');
  t.is(verifyFileAnswer.parse((await check(pdf.subarray(0, -1))).json).data?.result, 2);
  // Withdrawn: what was not fetched yet is not fetched any more.
  await withdrawConsent(house.deps, deciderOf(ZHANGSAN), consentId);
  t.is((await house.call('GET', path, { token })).code, 'copy-not-found');
  const { db } = house.deps;
  await db('license.consents').update({ revoked_at: null });
  t.is((await house.call('GET', path, { token })).status, 200);
  house.pass(600);
  const late = await house.token(READER, 'license:read');
  t.is((await house.call('GET', path, { token: late })).code, 'copy-not-found');
});

test('a purpose that cannot be printed makes no copy and counts no use', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const purpose = '办理食品经营许可😀';
  const licenses = [{ license_type: TYPE, fields: ['ZZBH', 'file'], optional_fields: [] }];
  await consent(house, { licenses, purpose, max_uses: 1 });
  const data = { certificateIdentifier: identifier };
  t.like((await share(house, 'file', data, { purpose })).head, { status: 4, reason: 'glyph-missing' });
  t.is((await share(house, 'metadata', data, { purpose })).head?.status, 0);
});

test('a copy that nobody may have is never sealed, and one whose end lies too far ahead is refused', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house, { licenses: [{ license_type: TYPE, fields: ['file'], optional_fields: [] }] });
  const before = house.seal.calls;
  const data = { certificateIdentifier: identifier };
  t.like((await share(house, 'file', data, {}, STRANGER)).head, { status: 1, reason: 'no-ground' });
  const far = { ...data, certificateCopyExpiringTime: '2027-11-20T00:00:00Z' };
  t.is((await share(house, 'file', far)).head?.status, 4);
  t.is(house.seal.calls, before);
});
