import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { TrustError } from '../../../common/errors.ts';
import { presentLicenses } from '../../../license/flow/present-licenses.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { DEPARTMENT, issueAs, makeRequest, zhangsanKey } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { HTML } from './page-browser.ts';

async function issued(house: LicenseHouse): Promise<string> {
  return (await issueAs(house.deps, DEPARTMENT, makeRequest())).license.content.identifier;
}

test('without a session a page leads to the login and back; the API does not', async (t) => {
  const house = await startLicense(t);
  const page = await house.call('GET', '/licenses?x=1', { headers: HTML });
  t.is(page.status, 303);
  t.is(page.headers.get('Location'), '/login?return=%2Flicenses%3Fx%3D1');
  t.is((await house.call('POST', '/v1/presentations', { json: {} })).code, 'session-missing');
  t.is((await house.call('POST', '/present', { headers: HTML })).status, 401);
  t.is((await house.call('GET', '/redeem', { headers: HTML })).status, 303);
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

test('/verify judges an uploaded file, by form and raw, and refuses what is none in words', async (t) => {
  const house = await startLicense(t);
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  const file = await readLicenseFile(house.deps, license);
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

test('/verify looks at a code, blanks and all, never redeems it, and tells live, used or expired only', async (t) => {
  const house = await startLicense(t);
  const wanted = [{ identifier: await issued(house) }];
  const { code } = await presentLicenses(house.deps, { holderKey: zhangsanKey, account: 'sub-1' }, wanted);
  const look = (text: string) => house.call('GET', `/verify?${new URLSearchParams({ code: text })}`, { headers: HTML });
  const spaced = code.replace(/(.{4})/g, '$1 ');
  for (const text of [code, spaced]) t.true((await look(text)).text.includes('此亮证码有效'));
  t.false((await look(code)).text.includes('健康证明'));
  t.is((await look('')).status, 422);
  t.is((await look('8137 2046')).status, 422);
  t.is((await look(`<script>${utf8('x')}`)).status, 422);
  house.pass(61);
  t.true((await look(code)).text.includes('已过期'));
  t.true((await look('lz_00000000000000000000000000')).text.includes('已过期'));
});
