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

test('/verify tells of an uploaded file what its license was worth on a day, and keeps a day that is none', async (t) => {
  const house = await startLicense(t);
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  const file = await readLicenseFile(house.deps, license);
  const ask = (date: string, bytes: Uint8Array | null = file, lang = 'zh') => {
    const body = new FormData();
    if (bytes) body.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/pdf' }), 'a.pdf');
    body.set('date', date);
    return house.call('POST', '/verify', { body, headers: { ...HTML, Cookie: `xinji_lang=${lang}` } });
  };
  t.regex((await house.call('GET', '/verify', { headers: HTML })).text, /<input[^>]* name="date"/);
  t.true((await ask('2026-11-20')).text.includes('2026年11月20日当日：证照有效'));
  t.true((await ask(' ２０２６-１１-２０ ')).text.includes('2026年11月20日当日：证照有效'));
  t.true((await ask('2026-11-19')).text.includes('2026年11月19日当日：证照尚未签发'));
  t.regex((await ask('2026-11-20', file, 'en')).text, /On [^<]*2026[^<]* the license was valid/);
  t.false((await ask('')).text.includes('当日'));
  t.false((await ask('2026-11-20', utf8('%PDF-1.7 another'))).text.includes('当日'), 'a file of no license');
  for (const [date, words] of [
    ['2026-02-30', '日期格式应为 2026-11-20'],
    ['20 Nov "26', '日期格式应为 2026-11-20'],
    ['2026-11-21', '只能查询今天及以前的状态'],
  ] as const) {
    const refused = await ask(date);
    t.is(refused.status, 422);
    t.true(refused.text.includes(words), date);
    t.regex(refused.text, /<input[^>]* name="date"[^>]* aria-invalid="true"/);
    t.true(refused.text.includes(`value="${date.replace('"', '&quot;')}"`), date);
    t.false(refused.text.includes('请选择一个 PDF 文件'));
  }
  const both = await ask('soon', null);
  t.true(both.text.includes('请选择一个 PDF 文件') && both.text.includes('日期格式应为'));
  const facts = new URLSearchParams({ identifier: license.content.identifier, date: '2026-02-30' });
  const asked = await house.call('POST', '/verify/facts', { body: facts, headers: HTML });
  t.is(asked.status, 422);
  t.true(asked.text.includes('日期格式应为 2026-11-20'));
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
