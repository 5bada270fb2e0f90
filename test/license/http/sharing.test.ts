// Sharing over HTTP: a unit reads by the operations of GB/T 36906, on a consent or on a legal basis; answers that are encrypted
// are opened by openssl; every refusal says why in the envelope.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { toHex } from '../../../common/bytes.ts';
import { legalBasisDocument } from '../../../common/contract/license-consent.ts';
import {
  fileAddressAnswer,
  metadataAnswer,
  searchAnswer,
  verifyInformationAnswer,
} from '../../../common/contract/license-sharing.ts';
import { problemDocument } from '../../../common/contract/problem.ts';
import { registerClient } from '../../../license/flow/register.ts';
import {
  INSPECTION,
  PURPOSE,
  READER,
  READER_ORGANISATION,
  READER_TWIN,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';
import { ADMIN, BACK, consent, share, startSharing } from './sharing-house.ts';

test('legal bases: entered and ended by the administrator; search and read on one, to its quota, in its region', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const token = await house.token('xinji-cli', 'license:admin', ADMIN);
  const json = {
    client_id: READER,
    law: '《中华人民共和国食品安全法》第四十五条',
    matter: INSPECTION,
    licenses: [{ license_type: TYPE, fields: ['ZZBH', 'ZZYXQJZRQ'] }],
    regions: ['360000', '3601', '', '100000'],
    daily_quota: 7,
    to: '2027-11-20T00:00:00Z',
  };
  const entered = await house.call('POST', '/v1/legal-bases', { token, json });
  t.is(entered.status, 201);
  const { basis_id: basisId, regions } = legalBasisDocument.parse(entered.json);
  t.deepEqual(regions, ['36', '3601', '', ''], 'a whole code reaches what lies in it');
  const machine = await house.token(READER, 'license:read');
  t.is((await house.call('POST', '/v1/legal-bases', { token: machine, json })).code, 'scope-missing');
  for (const region of ['36010', '990000']) {
    const refused = await house.call('POST', '/v1/legal-bases', { token, json: { ...json, regions: ['36', region] } });
    t.is(refused.status, 400, region);
    t.is(problemDocument.parse(refused.json).pointer, '/regions/1');
  }
  const head = { matterCode: INSPECTION.code };
  const holder = { certificateHolderCode: ZHANGSAN.code, certificateHolderTypeCode: '111' };
  const found = await share(house, 'search', { certificateTypeCode: TYPE, ...holder }, head);
  t.deepEqual(searchAnswer.parse(found.json).data?.certificates, [
    {
      certificateIdentifier: identifier,
      certificateName: '从业人员健康证明（样例）',
      certificateState: 'valid',
      certificateStateName: '有效',
    },
  ]);
  for (const [certificateAreaCode, status] of [
    ['360000', 0],
    ['3601', 0],
    ['100000', 0],
    ['360200', 3],
    ['99', 4],
  ] as const) {
    const asked = { certificateTypeCode: TYPE, ...holder, certificateAreaCode };
    t.is((await share(house, 'search', asked, head)).head?.status, status, certificateAreaCode);
  }
  t.is(
    (await share(house, 'search', { certificateTypeCode: TYPE }, head)).head?.status,
    4,
    'neither holder nor consent',
  );
  const nobody = { certificateTypeCode: TYPE, ...holder, certificateHolderName: '李四' };
  t.is((await share(house, 'search', nobody, head)).head?.status, 3);
  const data = { certificateIdentifier: identifier, metadataRange: 'ZZYXQJZRQ' };
  t.is((await share(house, 'metadata', data, { ...head, groundId: basisId })).head?.status, 0);
  t.like((await share(house, 'metadata', data, head)).head, { status: 1, reason: 'quota' });
  t.like((await share(house, 'metadata', data, head, READER_TWIN)).head, { status: 1, reason: 'no-ground' });
  t.is((await house.call('DELETE', `/v1/legal-bases/${basisId}`, { token })).status, 200);
  t.is((await house.call('DELETE', `/v1/legal-bases/${basisId}`, { token })).code, 'legal-basis-not-found');
  house.pass(86_400);
  const again = await house.token(READER, 'license:read');
  const json2 = { head: { purpose: PURPOSE, ...head }, data };
  const after = await house.call('POST', '/v1/sharing/metadata', { token: again, json: json2 });
  t.is(metadataAnswer.parse(after.json).head.reason, 'revoked');
});

test('head.status 4 for wrong parameters, a problem document for what is no envelope', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house);
  const said = { requestId: 'req-1' };
  t.like((await share(house, 'metadata', {}, said)).head, { status: 4, reason: 'invalid-request', requestId: 'req-1' });
  t.is((await share(house, 'metadata', { certificateIdentifier: identifier, metadataRange: 'x' })).head?.status, 4);
  t.is((await share(house, 'metadata', { certificateIdentifier: `${identifier.slice(0, -1)}?` })).head?.status, 4);
  t.is((await share(house, 'search', { certificateTypeCode: TYPE })).head?.status, 4);
  const encrypted = await share(house, 'metadata', { certificateIdentifier: identifier }, { encryption: 'SM2' });
  t.like(encrypted.head, { status: 4, reason: 'encryption-key-missing' });
  const token = await house.token(READER, 'license:read');
  const headers = { 'Content-Type': 'application/json' };
  t.is((await house.call('POST', '/v1/sharing/search', { token, body: '{', headers })).code, 'invalid-json');
  t.is((await house.call('POST', '/v1/sharing/search', { json: {} })).code, 'token-missing');
  t.like((await share(house, 'metadata', { certificateIdentifier: identifier }, {}, 'nobody')).head, {
    status: 1,
    reason: 'client-not-registered',
  });
});

test('an answer encrypted to the registered SM2 key is opened by openssl', async (t) => {
  const house = await startSharing(t);
  const folder = mkdtempSync(join(tmpdir(), 'xinji-sharing-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const key = join(folder, 'key.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'SM2', '-out', key]);
  const point = execFileSync('openssl', ['pkey', '-in', key, '-pubout', '-outform', 'DER']).subarray(-65);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house);
  const token = await house.token('xinji-cli', 'license:admin', ADMIN);
  const put = (hex: string) =>
    house.call('PUT', `/v1/sharing-clients/${READER}`, {
      token,
      json: { return_addresses: [BACK], sm2_public_key: hex },
    });
  t.is((await put(`04${'11'.repeat(64)}`)).code, 'key-malformed');
  t.is((await put(toHex(point))).status, 200);
  const answer = await share(house, 'metadata', { certificateIdentifier: identifier }, { encryption: 'SM2' });
  const { data, encryptedData } = metadataAnswer.parse(answer.json);
  t.is(data, null);
  t.false(answer.text.includes('张三'));
  const box = join(folder, 'box.der');
  writeFileSync(box, Buffer.from(encryptedData?.cipherText ?? '', 'base64'));
  const opened = execFileSync('openssl', ['pkeyutl', '-decrypt', '-inkey', key, '-in', box]).toString('utf8');
  t.like(JSON.parse(opened), { certificateIdentifier: identifier, metadata: { CZZT: '张三' } });
  const bad = await house.call('PUT', `/v1/sharing-clients/${READER}`, {
    token,
    json: { return_addresses: ['https://a.example/#x'], sm2_public_key: null },
  });
  t.is(bad.code, 'invalid-request');
  // Registering the system anew, as every `xinji seed` does, is about what it may, not about how it is answered.
  const registration = {
    clientId: READER,
    organisation: READER_ORGANISATION,
    organisationName: '某局',
    mayRedeem: false,
  };
  await registerClient(house.deps, registration);
  const kept = await house.call('GET', `/v1/sharing-clients/${READER}`, { token });
  t.like(kept.json, { return_addresses: [BACK], sm2_public_key: toHex(point) });
});

test('证照信息验证: right, wrong and too few facts; who asked stands in the record', async (t) => {
  const house = await startSharing(t);
  const { identifier, licenseId } = await storeLicense(house.deps.db);
  const result = async (metadata: Record<string, string>) =>
    verifyInformationAnswer.parse((await share(house, 'verifyInformation', { metadata })).json).data?.result;
  const right = { ZZBS: identifier, CZZT: '张三', ZZBH: '示例健证（2026）第000001号' };
  t.is(await result(right), 0);
  t.is(await result({ ...right, CZZT: '李四' }), 6);
  t.is(await result({ ZZBS: identifier, CZZT: '张三' }), 4);
  t.is(await result({ ...right, ZZBS: '' }), 4);
  const { rows } = await house.deps.db.raw('select kind, actor from license.events where license_id = ?', [licenseId]);
  t.deepEqual(rows, [
    { kind: 'read', actor: READER },
    { kind: 'read', actor: READER },
  ]);
});

test('no log line holds a holder code, a name, a purpose or an address of a copy', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house, { licenses: [{ license_type: TYPE, fields: ['CZZT', 'CZZTDM', 'file'], optional_fields: [] }] });
  await share(house, 'metadata', { certificateIdentifier: identifier });
  const { json } = await share(house, 'fileAddress', { certificateIdentifier: identifier });
  const { content = '' } = fileAddressAnswer.parse(json).data ?? {};
  await house.call('GET', content, { token: await house.token(READER, 'license:read') });
  const secrets = [ZHANGSAN.code, ZHANGSAN.name, PURPOSE, content.split('=').at(-1) ?? 'none'];
  for (const line of house.lines) for (const secret of secrets) t.false(line.includes(secret), secret);
});
