// Consents over HTTP: a unit asks, the holder decides on his page, narrows and withdraws; the unit reads what he gave.
import test from 'ava';
import { consentRequestDocument } from '../../../common/contract/license-consent.ts';
import { metadataAnswer } from '../../../common/contract/license-sharing.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import {
  asked,
  keyOf,
  LISI,
  MATTER,
  PURPOSE,
  READER,
  STRANGER,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';
import { agreeTo, askFor, BACK, openRequest, share, startSharing } from './sharing-house.ts';

test('a request, the page with the values, fewer fields than asked for, back to the registered address, the read', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const { answer, request, token } = await askFor(house, { return_to: BACK, max_uses: 2 });
  t.is(answer.status, 201);
  t.like(request, { state: 'pending', consent: null });
  const { page, send, fields, look } = await openRequest(house, request.address);
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
  t.is((await openRequest(house, request.address, LISI)).page.status, 404);
});

test('declined, nothing ticked, withdrawn and limited on the pages', async (t) => {
  const house = await startSharing(t);
  const { identifier } = await storeLicense(house.deps.db);
  const declined = await askFor(house);
  const first = await openRequest(house, declined.request.address);
  const empty = await first.send({ decision: 'agree' });
  t.is(empty.status, 422);
  t.regex(empty.text, /<title>错误：/);
  t.is((await first.send({ decision: 'decline' })).headers.get('Location'), '/consents');
  t.regex((await first.look('/consents')).text, /没有授权示例市市场监督管理局/);
  t.is((await first.send(agreeTo(first.fields.map(({ name }) => name)))).status, 409);
  const { request } = await askFor(house);
  const { path, send, fields, look } = await openRequest(house, request.address);
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
  const house = await startSharing(t);
  await storeLicense(house.deps.db);
  const { request } = await askFor(house, { holder: { code_type: '111', code: ZHANGSAN.code } });
  const { path, send } = await openRequest(house, request.address);
  t.is((await send({ decision: 'agree', [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await openRequest(house, request.address, LISI)).page.status, 404);
  const waiting = await house.call('GET', '/consents', {
    headers: { Cookie: await house.session(keyOf(ZHANGSAN)), Accept: 'text/html' },
  });
  t.true(waiting.text.includes(`href="${path}"`));
});

test('what cannot be asked for: an address that is not registered, fields that are not shared, an end too far away', async (t) => {
  const house = await startSharing(t);
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
