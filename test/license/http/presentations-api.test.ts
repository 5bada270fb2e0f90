// /v1/presentations and /v1/redemptions: contracts, sessions, form tokens, keys.
import test from 'ava';
import { codeVerification } from '../../../common/contract/license.ts';
import { presentationDocument, redemptionDocument } from '../../../common/contract/presentation.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { DEPARTMENT, lisiKey, TYPE, VERIFIER, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { putLicense } from '../put-license.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

const holders = [{ name: ZHANGSAN.name, codeType: '111', code: ZHANGSAN.code }] as const;
const put = (house: LicenseHouse) => putLicense(house.deps, { licenseType: TYPE, serial: 'A1', holders });

async function browse(house: LicenseHouse, key = zhangsanKey) {
  const session = await house.session(key, { sub: `sub-${key[0]}` });
  const page = await house.call('GET', '/licenses', { headers: { Cookie: session, Accept: 'text/html' } });
  const fresh = page.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const csrf = new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(page.text)?.[1] ?? '';
  return { cookie: [session, ...fresh].join('; '), csrf };
}

async function present(house: LicenseHouse, json: unknown, key = zhangsanKey) {
  const { cookie, csrf } = await browse(house, key);
  return house.call('POST', '/v1/presentations', { json, headers: { Cookie: cookie, 'X-CSRF-Token': csrf } });
}

test('presented and redeemed once: the chosen parts and nothing more, the same key the same answer byte for byte', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house);
  const made = await present(house, { licenses: [{ identifier, parts: ['holder_name', 'field:occupation'] }] });
  t.is(made.status, 201);
  const { code, expires_at, ends_at } = presentationDocument.parse(made.json);
  t.is(Date.parse(expires_at) - house.now().getTime(), 60_000);
  t.is(Date.parse(ends_at) - house.now().getTime(), 600_000);
  const token = await house.token(VERIFIER, 'license:redeem');
  const redeem = (key: string) =>
    house.call('POST', '/v1/redemptions', { token, json: { code }, headers: { 'Idempotency-Key': key } });
  const first = await redeem('redeem-000001');
  t.is(first.status, 201);
  const [license] = redemptionDocument.parse(first.json).licenses;
  t.deepEqual(license?.holders, [{ name: '张三' }]);
  t.deepEqual(license?.fields, { occupation: '餐饮服务' });
  for (const text of [ZHANGSAN.code, 'license_number', 'valid_to', 'case_id', '合格'])
    t.false(first.text.includes(text));
  const again = await redeem('redeem-000001');
  t.is(again.status, 200);
  t.is(again.text, first.text);
  t.like(await redeem('redeem-000002'), { status: 409, code: 'code-used' });
  const looked = await house.call('POST', '/v1/verifications', { json: { code } });
  t.like(codeVerification.parse(looked.json), { live: false, state: 'used' });
});

test('a further code of a presentation, for its holder only', async (t) => {
  const house = await startLicense(t);
  const made = await present(house, { licenses: [{ identifier: await put(house) }] });
  const { presentation_id, code } = presentationDocument.parse(made.json);
  const renew = async (key: Uint8Array) => {
    const { cookie, csrf } = await browse(house, key);
    const path = `/v1/presentations/${presentation_id}/codes`;
    return house.call('POST', path, { headers: { Cookie: cookie, 'X-CSRF-Token': csrf } });
  };
  const renewed = presentationDocument.parse((await renew(zhangsanKey)).json);
  t.is(renewed.presentation_id, presentation_id);
  t.not(renewed.code, code);
  t.is((await renew(lisiKey)).code, 'code-unknown');
});

test('a presentation needs session, form token, an own license and parts that it has', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house);
  const json = { licenses: [{ identifier }] };
  const post = (options: object) => house.call('POST', '/v1/presentations', { json, ...options });
  t.is((await post({})).code, 'session-missing');
  const { cookie, csrf } = await browse(house);
  t.is((await post({ headers: { Cookie: cookie } })).code, 'csrf-failed');
  const evil = { Cookie: cookie, 'X-CSRF-Token': csrf, Origin: 'http://evil.example' };
  t.is((await post({ headers: evil })).code, 'csrf-failed');
  const lisi = await browse(house, lisiKey);
  t.is((await post({ headers: { Cookie: cookie, 'X-CSRF-Token': lisi.csrf } })).code, 'csrf-failed');
  t.is((await present(house, json, lisiKey)).code, 'license-not-found');
  const token = await house.token(DEPARTMENT, 'license:issue');
  t.is((await post({ token })).code, 'session-missing', 'a token is no session');
  for (const body of [{ licenses: [] }, { identifier }, { licenses: [{ identifier, parts: ['field:none'] }] }])
    t.is((await present(house, body)).code, 'invalid-request');
});

test('redemption is refused: without scope, registration or key, by digits, malformed and unknown codes', async (t) => {
  const house = await startLicense(t);
  const made = await present(house, { licenses: [{ identifier: await put(house) }] });
  const { code, digits } = presentationDocument.parse(made.json);
  const token = await house.token(VERIFIER, 'license:redeem');
  const redeem = (text: string, change: object = {}) =>
    house.call('POST', '/v1/redemptions', {
      token,
      json: { code: text },
      headers: { 'Idempotency-Key': 'redeem-000001' },
      ...change,
    });
  t.is((await redeem(code, { token: await house.token(VERIFIER, 'license:read') })).code, 'scope-missing');
  const unregistered = await house.token(DEPARTMENT, 'license:redeem');
  t.is((await redeem(code, { token: unregistered })).code, 'verifier-not-registered');
  t.is((await redeem(code, { headers: {} })).code, 'idempotency-key-missing');
  t.is((await redeem(digits)).code, 'code-malformed');
  t.is((await redeem('x')).code, 'code-malformed');
  t.is((await redeem('lz_00000000000000000000000000')).code, 'code-unknown');
  t.is((await redeem(code)).status, 201);
  t.false(house.lines.some((line) => line.includes(code) || line.includes(digits)));
});
