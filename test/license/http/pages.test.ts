import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { TrustError } from '../../../common/errors.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { issueLicense } from '../../../license/flow/issue-license.ts';
import { redeemPresentation } from '../../../license/flow/redeem-presentation.ts';
import { revokeLicense } from '../../../license/flow/revoke-license.ts';
import { DEPARTMENT, lisiKey, makeRequest, VERIFIER, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

const HTML = { Accept: 'text/html' };

async function issued(house: LicenseHouse): Promise<string> {
  return (await issueLicense(house.deps, DEPARTMENT, makeRequest())).license.identifier;
}
async function browser(house: LicenseHouse, key = zhangsanKey) {
  let cookie = await house.session(key, { sub: `sub-${key[0]}` });
  const go = async (method: string, path: string, body?: URLSearchParams, headers: Record<string, string> = HTML) => {
    const answer = await house.call(method, path, {
      headers: { ...headers, Cookie: cookie },
      ...(body === undefined ? {} : { body }),
    });
    const fresh = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
    cookie = [
      ...cookie.split('; ').filter((old) => !fresh.some((one) => one.split('=')[0] === old.split('=')[0])),
      ...fresh,
    ].join('; ');
    return answer;
  };
  const csrfOf = (text: string): string => new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(text)?.[1] ?? '';
  return { go, csrfOf };
}

test('the holder sees his licenses, one license with his number masked, and its file; another holder does not', async (t) => {
  const house = await startLicense(t);
  const identifier = await issued(house);
  const { go } = await browser(house);
  const list = await go('GET', '/licenses');
  t.is(list.status, 200);
  t.true(list.text.includes('从业人员健康证明（样例）'));
  t.false(list.text.includes(ZHANGSAN.code));
  const detail = await go('GET', `/licenses/${identifier}`);
  t.true(detail.text.includes('餐饮服务'));
  t.false(detail.text.includes(ZHANGSAN.code));
  t.is((await go('GET', `/licenses/${identifier}/file`)).headers.get('Content-Type'), 'application/pdf');
  const lisi = await browser(house, lisiKey);
  t.false((await lisi.go('GET', '/licenses')).text.includes(identifier));
  for (const path of ['', '/file', '/presentation']) {
    t.is((await lisi.go('GET', `/licenses/${identifier}${path}`)).status, 404, path);
  }
});

test('without a session a page leads to the login and back; the API does not', async (t) => {
  const house = await startLicense(t);
  const page = await house.call('GET', '/licenses?x=1', { headers: HTML });
  t.is(page.status, 303);
  t.is(page.headers.get('Location'), '/login?return=%2Flicenses%3Fx%3D1');
  t.is((await house.call('POST', '/v1/presentations', { json: {} })).code, 'session-missing');
  const post = await house.call('POST', '/licenses/1/presentations', { headers: HTML });
  t.is(post.status, 401);
});

test('a session ends after half an hour, and a changed cookie is none', async (t) => {
  const house = await startLicense(t);
  const cookie = await house.session(zhangsanKey);
  const open = (value: string) => house.call('GET', '/licenses', { headers: { ...HTML, Cookie: value } });
  t.is((await open(cookie)).status, 200);
  t.is((await open(cookie.replace('session1', 'session2'))).status, 303);
  house.pass(1800);
  t.is((await open(cookie)).status, 303);
});

test('亮证码 without script: POST, 303, a page with the code; read by a verifier it says by whom', async (t) => {
  const house = await startLicense(t);
  const identifier = await issued(house);
  const { go, csrfOf } = await browser(house);
  const detail = await go('GET', `/licenses/${identifier}`);
  const action = `/licenses/${identifier}/presentations`;
  t.true(detail.text.includes(`action="${action}"`));
  t.is((await go('POST', action, new URLSearchParams({ [CSRF_FIELD]: 'wrong' }))).status, 403);
  const made = await go('POST', action, new URLSearchParams({ [CSRF_FIELD]: csrfOf(detail.text) }));
  t.is(made.status, 303);
  t.is(made.headers.get('Location'), `/licenses/${identifier}/presentation`);
  const live = await go('GET', `/licenses/${identifier}/presentation`);
  t.is(live.headers.get('Cache-Control'), 'no-store');
  const code = `lz_${[...live.text.matchAll(/<span class="group">([^<]+)<\/span>/g)]
    .map(([, group]) => group)
    .join('')
    .replace('lz_', '')}`;
  const stateUrl = /data-state-url="([^"]+)"/.exec(live.text)?.[1] ?? '';
  t.false(stateUrl.includes(code));
  const json = { Accept: 'application/json' };
  t.deepEqual((await go('GET', stateUrl, undefined, json)).json, { state: 'live', message: null });
  const lisi = await browser(house, lisiKey);
  t.is((await lisi.go('GET', stateUrl, undefined, json)).status, 404);
  await redeemPresentation(house.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' });
  t.is(((await go('GET', stateUrl, undefined, json)).json as { state: string }).state, 'read');
  t.true((await go('GET', `/licenses/${identifier}/presentation`)).text.includes('示例市政务服务大厅'));
});

test('亮证码 with script: the form answers JSON, and a revoked license has no button', async (t) => {
  const house = await startLicense(t);
  const identifier = await issued(house);
  const { go, csrfOf } = await browser(house);
  const detail = await go('GET', `/licenses/${identifier}`);
  const form = new URLSearchParams({ [CSRF_FIELD]: csrfOf(detail.text) });
  const made = await go('POST', `/licenses/${identifier}/presentations`, form, { Accept: 'application/json' });
  t.is(made.status, 201);
  t.is((made.json as { expires_in_ms: number }).expires_in_ms, 60_000);
  await revokeLicense(house.deps, DEPARTMENT, {
    identifier,
    kind: 'revoked',
    reason: 'x',
    idempotencyKey: 'revoke-000001',
  });
  t.false((await go('GET', `/licenses/${identifier}`)).text.includes('/presentations"'));
  t.is((await go('POST', `/licenses/${identifier}/presentations`, form)).status, 409);
});

test('/verify judges an uploaded file, by form and raw, and refuses what is none in words', async (t) => {
  const house = await startLicense(t);
  const identifier = await issued(house);
  const { license } = await issueLicense(house.deps, DEPARTMENT, makeRequest());
  const file = await house.deps.files.get(license.file.sm3);
  if (!file) return t.fail();
  t.is((await house.call('GET', '/verify', { headers: HTML })).status, 200);
  const upload = (bytes: Uint8Array, name = 'license.pdf', field = 'file') => {
    const body = new FormData();
    body.set(field, new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/pdf' }), name);
    return house.call('POST', '/verify', { body, headers: HTML });
  };
  const judged = await upload(file);
  t.is(judged.status, 200);
  t.true(judged.text.includes('license.pdf'));
  const raw = await house.call('POST', '/verify', {
    body: file,
    headers: { ...HTML, 'Content-Type': 'application/pdf' },
  });
  t.is(raw.status, 200);
  t.is((await upload(file, 'x.pdf', 'other')).status, 422);
  t.is((await upload(new Uint8Array(0))).status, 422);
  house.seal.verify = async () => {
    throw new TrustError('not-a-pdf', 'PNG');
  };
  const png = await upload(Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
  t.is(png.status, 422);
  t.true(png.text.includes('PNG'));
  house.seal.verify = async () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  t.is((await upload(file)).status, 503);
  t.truthy(identifier);
});

test('/verify refuses broken, crowded and oversized forms', async (t) => {
  const house = await startLicense(t);
  const type = 'multipart/form-data; boundary=b';
  const post = (body: string | Uint8Array, contentType = type) =>
    house.call('POST', '/verify', { body, headers: { ...HTML, 'Content-Type': contentType } });
  t.is((await post('--b\r\nContent-Disp')).status, 400);
  t.is((await post('x', 'multipart/form-data')).status, 400);
  t.is((await post('--b\r\n'.repeat(50))).status, 400);
  t.is((await post('x', 'text/plain')).status, 415);
  const large = await post(new Uint8Array(21 * 1024 * 1024));
  t.is(large.status, 422);
  t.true(large.text.includes('20 MB'));
});

test('/verify looks at a code, blanks and all, and never redeems it', async (t) => {
  const house = await startLicense(t);
  const identifier = await issued(house);
  const { go, csrfOf } = await browser(house);
  const detail = await go('GET', `/licenses/${identifier}`);
  const form = new URLSearchParams({ [CSRF_FIELD]: csrfOf(detail.text) });
  const made = await go('POST', `/licenses/${identifier}/presentations`, form, { Accept: 'application/json' });
  const { groups } = made.json as { groups: string[] };
  const look = (code: string) => house.call('GET', `/verify?${new URLSearchParams({ code })}`, { headers: HTML });
  t.true((await look(groups.join(' '))).text.includes('此亮证码有效'));
  t.true((await look(groups.join(''))).text.includes('此亮证码有效'));
  t.is((await look('')).status, 422);
  t.is((await look('8137 2046')).status, 422);
  t.is((await look(`<script>${utf8('x')}`)).status, 422);
  house.pass(61);
  t.true((await look(groups.join(''))).text.includes('已过期'));
  t.is((await look('lz_00000000000000000000000000')).status, 200);
});
