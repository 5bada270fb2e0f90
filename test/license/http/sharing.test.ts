// Sharing over HTTP: a unit asks, the holder decides on his page, the unit reads by the operations of GB/T 36906; answers that
// are encrypted are opened by openssl; every refusal says why in the envelope.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { toHex } from '../../../common/bytes.ts';
import { consentRequestDocument, legalBasisDocument } from '../../../common/contract/license-consent.ts';
import {
  fileAddressAnswer,
  fileAnswer,
  metadataAnswer,
  SHARING_OPERATIONS,
  type SharingOperation,
  searchAnswer,
  verifyFileAnswer,
  verifyInformationAnswer,
} from '../../../common/contract/license-sharing.ts';
import { problemDocument } from '../../../common/contract/problem.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { withdrawConsent } from '../../../license/flow/decide-consent.ts';
import { registerClient } from '../../../license/flow/register.ts';
import {
  asked,
  deciderOf,
  INSPECTION,
  keyOf,
  LISI,
  MATTER,
  PURPOSE,
  READER,
  READER_ORGANISATION,
  READER_TWIN,
  registerReaders,
  STRANGER,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

const BACK = `https://${READER}.example.gov.cn/back?from=license`;
const ADMIN = { sub: 'admin-1', roles: [{ org: '11360100MB0D000533', unit: '证照科', role: 'license-admin' }] };

async function start(t: ExecutionContext): Promise<LicenseHouse> {
  const house = await startLicense(t);
  await registerReaders(house.deps.db);
  return house;
}

type Head = Record<string, unknown>;
async function share(house: LicenseHouse, operation: SharingOperation, data: object, head: Head = {}, client = READER) {
  const { path, answer } = SHARING_OPERATIONS[operation];
  const json = { head: { purpose: PURPOSE, matterCode: MATTER.code, ...head }, data };
  const token = await house.token(client, 'license:read');
  const found = await house.call('POST', path, { token, json });
  return { ...found, head: found.status === 200 ? answer.parse(found.json).head : null };
}

async function askFor(house: LicenseHouse, change: Parameters<typeof asked>[0] = {}) {
  const token = await house.token(READER, 'license:read');
  const answer = await house.call('POST', '/v1/consent-requests', { token, json: asked(change) });
  return { answer, token, request: consentRequestDocument.parse(answer.json) };
}

/** A holder's browser on the page of a request. */
async function open(house: LicenseHouse, address: string, holder = ZHANGSAN) {
  const session = await house.session(keyOf(holder), { sub: `sub-${holder.name}` });
  const path = new URL(address).pathname;
  const page = await house.call('GET', path, { headers: { Cookie: session, Accept: 'text/html' } });
  const jar = new Map<string, string>();
  const keep = (answer: typeof page) => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=', 2);
      jar.set(name, value);
    }
    return answer;
  };
  keep(page);
  const headers = () => ({
    Cookie: [session, ...[...jar].map(([name, value]) => `${name}=${value}`)].join('; '),
    Accept: 'text/html',
  });
  const csrf = new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(page.text)?.[1] ?? '';
  const fields = [...page.text.matchAll(/type="checkbox" id="[^"]+" name="(give:[^"]+)"( checked="")?/g)];
  const send = async (form: Record<string, string>, to = path) =>
    keep(
      await house.call('POST', to, { headers: headers(), body: new URLSearchParams({ [CSRF_FIELD]: csrf, ...form }) }),
    );
  const look = (to: string) => house.call('GET', to, { headers: headers() });
  return {
    page,
    path,
    send,
    look,
    fields: fields.map(([, name = '', ticked]) => ({ name, ticked: ticked !== undefined })),
  };
}

const agreeTo = (names: readonly string[]) => ({
  decision: 'agree',
  ...Object.fromEntries(names.map((name) => [name, 'on'])),
});

async function consent(house: LicenseHouse, change: Parameters<typeof asked>[0] = {}): Promise<string> {
  const { request, token } = await askFor(house, change);
  const { send, fields } = await open(house, request.address);
  await send(agreeTo(fields.map(({ name }) => name)));
  const after = await house.call('GET', `/v1/consent-requests/${request.request_id}`, { token });
  return consentRequestDocument.parse(after.json).consent?.consent_id ?? '';
}

test('a request, the page with the values, fewer fields than asked for, back to the registered address, the read', async (t) => {
  const house = await start(t);
  const { identifier } = await storeLicense(house.deps.db);
  const { answer, request, token } = await askFor(house, { return_to: BACK, max_uses: 2 });
  t.is(answer.status, 201);
  t.like(request, { state: 'pending', consent: null });
  const { page, send, fields, look } = await open(house, request.address);
  t.is(page.status, 200);
  for (const words of [
    '示例市市场监督管理局',
    PURPOSE,
    MATTER.name,
    '证照编号：示例健证（2026）第000001号',
    '持证主体：张三',
    '工种：餐饮服务',
  ])
    t.true(page.text.includes(words), words);
  t.deepEqual(
    fields.map(({ name, ticked }) => [name.split(':')[2], ticked]),
    [
      ['ZZBH', true],
      ['CZZT', true],
      ['KZ_GZ', false],
    ],
  );
  const back = await send(agreeTo([fields[0]!.name]));
  t.is(back.status, 200);
  t.true(back.text.includes(`url=${BACK.replace('&', '&amp;')}&amp;request_id=${request.request_id}`));
  const after = await house.call('GET', answer.headers.get('Location') ?? '', { token });
  const { state, consent: given } = consentRequestDocument.parse(after.json);
  t.is(state, 'given');
  t.like(given?.licenses[0], { identifier, fields: ['ZZBH'] });
  const read = await share(house, 'metadata', { certificateIdentifier: identifier, metadataRange: '' });
  t.deepEqual(Object.keys(metadataAnswer.parse(read.json).data?.metadata ?? {}), [
    'ZZMC',
    'ZZLXDM',
    'ZZBH',
    'ZZBS',
    'ZZBFJG',
    'ZZBFJGDM',
  ]);
  const refused = await share(house, 'metadata', { certificateIdentifier: identifier, metadataRange: 'CZZT' });
  t.like(refused.head, { status: 1, reason: 'wrong-field' });
  const list = await look('/consents');
  t.regex(list.text, /1 次（最多 2 次）/);
  t.is((await open(house, request.address, LISI)).page.status, 404);
});

test('declined, nothing ticked, withdrawn and limited on the pages', async (t) => {
  const house = await start(t);
  const { identifier } = await storeLicense(house.deps.db);
  const declined = await askFor(house);
  const first = await open(house, declined.request.address);
  const empty = await first.send({ decision: 'agree' });
  t.is(empty.status, 422);
  t.regex(empty.text, /<title>错误：/);
  t.is((await first.send({ decision: 'decline' })).headers.get('Location'), '/consents');
  t.regex((await first.look('/consents')).text, /没有授权示例市市场监督管理局/);
  t.is((await first.send(agreeTo(first.fields.map(({ name }) => name)))).status, 409);
  const { request } = await askFor(house);
  const { path, send, fields, look } = await open(house, request.address);
  await send(agreeTo(fields.map(({ name }) => name)));
  const metadata = () => share(house, 'metadata', { certificateIdentifier: identifier, metadataRange: 'CZZT' });
  t.is((await metadata()).head?.status, 0);
  t.is((await look(path)).status, 200);
  const number = fields.find(({ name }) => name.endsWith(':ZZBH'))?.name ?? '';
  t.is((await send({ [number]: 'on' }, `${path}/limit`)).status, 303);
  t.like((await metadata()).head, { status: 1, reason: 'wrong-field' });
  t.is((await send({}, `${path}/limit`)).status, 422);
  t.is((await send({}, `${path}/withdraw`)).status, 303);
  t.like((await metadata()).head, { status: 1, reason: 'revoked' });
  t.is((await send({}, `${path}/withdraw`)).status, 404);
});

test('a form without its token, and a request of another holder, are refused', async (t) => {
  const house = await start(t);
  await storeLicense(house.deps.db);
  const { request } = await askFor(house, { holder: { code_type: '111', code: ZHANGSAN.code } });
  const { path, send } = await open(house, request.address);
  t.is((await send({ decision: 'agree', [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await open(house, request.address, LISI)).page.status, 404);
  const waiting = await house.call('GET', '/consents', {
    headers: { Cookie: await house.session(keyOf(ZHANGSAN)), Accept: 'text/html' },
  });
  t.true(waiting.text.includes(`href="${path}"`));
});

test('what cannot be asked for: an address that is not registered, fields that are not shared, an end too far away', async (t) => {
  const house = await start(t);
  const token = await house.token(READER, 'license:read');
  const ask = async (change: object) =>
    (await house.call('POST', '/v1/consent-requests', { token, json: { ...asked(), ...change } })).code;
  t.is(await ask({ return_to: `${BACK}&x=1` }), 'return-address-unknown');
  t.is(await ask({ return_to: 'https://evil.example/back' }), 'return-address-unknown');
  t.is(await ask({ licenses: [{ license_type: TYPE, fields: ['ZZMC'] }] }), 'invalid-request');
  t.is(
    await ask({ licenses: [{ license_type: TYPE.replace(/1$/, '9'), fields: ['ZZBH'] }] }),
    'license-type-not-found',
  );
  t.is(await ask({ until: '2028-01-01T00:00:00Z' }), 'invalid-request');
  t.is(await ask({ until: '2026-11-01T00:00:00Z' }), 'invalid-request');
  const other = await house.token(STRANGER, 'license:read');
  const { request } = await askFor(house);
  const look = await house.call('GET', `/v1/consent-requests/${request.request_id}`, { token: other });
  t.is(look.code, 'consent-request-not-found');
  const noScope = await house.token(READER, 'license:redeem');
  t.is((await house.call('POST', '/v1/consent-requests', { token: noScope, json: asked() })).code, 'scope-missing');
});

test('legal bases: entered and ended by the administrator; search and read on one, to its quota, in its region', async (t) => {
  const house = await start(t);
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
  t.is(metadataAnswer.parse(after.json).head.reason, 'no-ground');
});

test('head.status 4 for wrong parameters, a problem document for what is no envelope', async (t) => {
  const house = await start(t);
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
  const house = await start(t);
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

test('an annotated copy: one use, its words, an address of ten minutes for this caller only, known again as a file', async (t) => {
  const house = await start(t);
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
  const house = await start(t);
  const { identifier } = await storeLicense(house.deps.db);
  const purpose = '办理食品经营许可😀';
  const licenses = [{ license_type: TYPE, fields: ['ZZBH', 'file'], optional_fields: [] }];
  await consent(house, { licenses, purpose, max_uses: 1 });
  const data = { certificateIdentifier: identifier };
  t.like((await share(house, 'file', data, { purpose })).head, { status: 4, reason: 'glyph-missing' });
  t.is((await share(house, 'metadata', data, { purpose })).head?.status, 0);
});

test('a copy that nobody may have is never sealed, and one whose end lies too far ahead is refused', async (t) => {
  const house = await start(t);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house, { licenses: [{ license_type: TYPE, fields: ['file'], optional_fields: [] }] });
  const before = house.seal.calls;
  const data = { certificateIdentifier: identifier };
  t.like((await share(house, 'file', data, {}, STRANGER)).head, { status: 1, reason: 'no-ground' });
  const far = { ...data, certificateCopyExpiringTime: '2027-11-20T00:00:00Z' };
  t.is((await share(house, 'file', far)).head?.status, 4);
  t.is(house.seal.calls, before);
});

test('证照信息验证: right, wrong and too few facts; who asked stands in the record', async (t) => {
  const house = await start(t);
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
  const house = await start(t);
  const { identifier } = await storeLicense(house.deps.db);
  await consent(house, { licenses: [{ license_type: TYPE, fields: ['CZZT', 'CZZTDM', 'file'], optional_fields: [] }] });
  await share(house, 'metadata', { certificateIdentifier: identifier });
  const { json } = await share(house, 'fileAddress', { certificateIdentifier: identifier });
  const { content = '' } = fileAddressAnswer.parse(json).data ?? {};
  await house.call('GET', content, { token: await house.token(READER, 'license:read') });
  const secrets = [ZHANGSAN.code, ZHANGSAN.name, PURPOSE, content.split('=').at(-1) ?? 'none'];
  for (const line of house.lines) for (const secret of secrets) t.false(line.includes(secret), secret);
});
