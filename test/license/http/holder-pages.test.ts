// 我的证照 and 亮证 as a browser without script and as the page's script see them.
import test from 'ava';
import { holderKey } from '../../../license/domain/holder-key.ts';
import { hashPresentationCode } from '../../../license/domain/presentation-code.ts';
import { answerCorrection } from '../../../license/flow/corrections.ts';
import { redeemPresentation } from '../../../license/flow/redeem-presentation.ts';
import { AUTHORITY, keys, LISI, lisiKey, TYPE, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { putLicense } from '../put-license.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { JSON_ONLY, openBrowser, type PageBrowser } from './page-browser.ts';

const HALL = { id: 'service-hall', organisation: '11360100MB0D00037D', organisationName: '示例市政务服务大厅' };
const zhangsan = { name: ZHANGSAN.name, codeType: '111', code: ZHANGSAN.code };
const lisi = { name: LISI.name, codeType: '111', code: LISI.code };

const put = (house: LicenseHouse, serial: string, change = {}) =>
  putLicense(house.deps, { licenseType: TYPE, serial, holders: [zhangsan], ...change });
const browse = async (house: LicenseHouse, key = zhangsanKey) =>
  openBrowser(house, await house.session(key, { sub: `sub-${key[0]}` }));
const codeIn = (text: string): string => {
  const whole = /<p class="whole-code">([\s\S]*?)<\/p>/.exec(text)?.[1] ?? '';
  return whole.replaceAll(/<[^>]+>|\s/g, '');
};
const redeem = (house: LicenseHouse, code: string) =>
  redeemPresentation(house.deps, HALL, { codeHash: hashPresentationCode(code), idempotencyKey: `redeem-${code}` });

async function present(browser: PageBrowser, identifier: string): Promise<string> {
  const choice = await browser.get(`/present?license=${identifier}`);
  const made = await browser.send(choice, '/present');
  return made.headers.get('Location') ?? '';
}

test('the holder sees his licenses, valid ones first, one with his number masked, its file; another holder does not', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'A1', { versions: 2 });
  await put(house, 'A2', { state: 'revoked', name: '旧证' });
  const browser = await browse(house);
  const list = await browser.get('/licenses');
  t.is(list.status, 200);
  t.true(list.text.indexOf('从业人员健康证明（样例）') < list.text.indexOf('已失效的证照（1）'));
  t.false(list.text.includes(ZHANGSAN.code));
  t.false((await browser.get('/licenses?name=旧&state=over')).text.includes('从业人员健康证明'));
  const detail = await browser.get(`/licenses/${identifier}`);
  for (const words of ['餐饮服务', '第 2 版：延续', '第 1 版：首次颁发', '还没有单位读取过', '360***********7718'])
    t.true(detail.text.includes(words), words);
  t.false(detail.text.includes(ZHANGSAN.code));
  t.is((await browser.get(`/licenses/${identifier}/file`)).headers.get('Content-Type'), 'application/pdf');
  const old = await browser.get(`/licenses/${identifier.replace('.002.', '.001.').slice(0, -1)}${'0'}`);
  t.is(old.status, 422);
  t.regex(detail.text, /class="verdict passed/);
  t.true(detail.text.includes('申请纠错'));
  const [, earlierPath = ''] = /href="([^"]+)">第 1 版/.exec(detail.text) ?? [];
  const earlier = await browser.get(earlierPath);
  for (const words of [
    '以前的版本',
    '已由新版本替代',
    `href="/licenses/${identifier}">查看现行版本`,
    '颁发、本页',
    '颁发、现行',
  ])
    t.true(earlier.text.includes(words), words);
  t.notRegex(earlier.text, /class="verdict passed|出示这张证照|申请纠错/, 'what the license is now is not said of it');
  const other = await browse(house, lisiKey);
  t.false((await other.get('/licenses')).text.includes(identifier));
  for (const path of ['', '/file', '/corrections'])
    t.is((await other.get(`/licenses/${identifier}${path}`)).status, 404, path);
});

test('the licenses of a unit: only in a session that acts for it, with its name on every page', async (t) => {
  const house = await startLicense(t);
  const unit = { code: '91360100MB0D00061R', name: '示例市赣江餐饮管理有限公司' };
  const holders = [{ name: unit.name, codeType: '001', code: unit.code }];
  const identifier = await put(house, 'U1', { holders, name: '食品经营许可证' });
  const own = await browse(house);
  t.false((await own.get('/licenses')).text.includes('食品经营许可证'));
  t.is((await own.get(`/licenses/${identifier}`)).status, 404);
  const cookie = await house.session(holderKey(keys.pepper, '001', unit.code), { unit });
  const list = await openBrowser(house, cookie).get('/licenses');
  t.true(list.text.includes('食品经营许可证'));
  t.true(list.text.includes('示例市赣江餐饮管理有限公司（张三 经办）'));
  t.true(list.text.includes('/login?as=choose'));
});

test('亮证 without script: choose, POST, 303, a page with code and digits; read it says by whom and what, and who read it is listed', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'A1');
  const browser = await browse(house);
  const choice = await browser.get(`/present?license=${identifier}`);
  t.is((await browser.post(choice, '/present', { csrf: 'wrong' })).status, 403);
  t.is((await browser.send(choice, '/present', { 'license.0': null })).status, 422);
  const made = await browser.send(choice, '/present', { 'part.0.field:occupation': 'on', 'part.0.holder': null });
  t.is(made.status, 303);
  const path = made.headers.get('Location') ?? '';
  const live = await browser.get(path);
  t.is(live.headers.get('Cache-Control'), 'no-store');
  const code = codeIn(live.text);
  t.regex(code, /^lz_[0-9a-z]{26}$/);
  t.false(path.includes(code));
  t.regex(live.text, /<span class="group">\d{4}<\/span><span class="group">\d{4}<\/span>/);
  t.deepEqual((await browser.get(`${path}/state`, JSON_ONLY)).json, { state: 'live', message: null });
  const other = await browse(house, lisiKey);
  for (const address of [path, `${path}/state`, `${path}/report`])
    t.is((await other.get(address, JSON_ONLY)).status, 404);
  const { redemption } = await redeem(house, code);
  t.deepEqual(redemption.licenses[0]?.fields, { occupation: '餐饮服务' });
  t.is(redemption.licenses[0]?.holders, undefined);
  const fact = (await browser.get(`${path}/state`, JSON_ONLY)).json as { state: string; message: string };
  t.is(fact.state, 'read');
  t.true(fact.message.includes('示例市政务服务大厅') && fact.message.includes('工种'));
  const read = await browser.get(path);
  t.true(read.text.includes('不认识这个单位？停止并申诉'));
  t.false(read.text.includes(code));
  const detail = await browser.get(`/licenses/${identifier}`);
  t.true(detail.text.includes('示例市政务服务大厅读取了您出示的：证照编号、有效期、工种'));
  t.true(detail.text.includes('您出示的亮证码'));
});

test('亮证 with script: a new code by JSON, the older one still good; over, used and stopped it answers with a problem', async (t) => {
  const house = await startLicense(t);
  const browser = await browse(house);
  const path = await present(browser, await put(house, 'A1'));
  const first = await browser.get(path);
  house.pass(52);
  const made = await browser.post(first, `${path}/codes`, {}, JSON_ONLY);
  t.is(made.status, 201);
  const update = made.json as { expires_in_ms: number; groups: string[]; digits: string[] };
  t.is(update.expires_in_ms, 60_000);
  t.regex(update.digits.join(''), /^\d{8}$/);
  t.true((await browser.get(path)).text.includes(update.groups.at(-1) ?? '?'));
  await redeem(house, codeIn(first.text));
  t.is((await browser.post(first, `${path}/codes`, {}, JSON_ONLY)).status, 409);
  t.is((await browser.post(first, `${path}/codes`)).headers.get('Location'), path);
});

test('after ten minutes a form gets another presentation of the same; what was stopped stays so', async (t) => {
  const house = await startLicense(t);
  const browser = await browse(house);
  const path = await present(browser, await put(house, 'A1'));
  const live = await browser.get(path);
  house.pass(600);
  const ended = await browser.get(path);
  t.true(ended.text.includes('此码已过期'));
  t.is((await browser.post(live, `${path}/codes`, {}, JSON_ONLY)).status, 410);
  const again = (await browser.send(ended, `${path}/codes`)).headers.get('Location') ?? '';
  t.not(again, path);
  const second = await browser.get(again);
  const code = codeIn(second.text);
  t.is((await browser.send(second, `${again}/stop`)).headers.get('Location'), again);
  t.true((await browser.get(again)).text.includes('已结束亮证'));
  t.deepEqual((await browser.get(`${again}/state`, JSON_ONLY)).json, { state: 'over', message: null });
  await t.throwsAsync(redeem(house, code), { message: /stopped/ });
});

test('several licenses in one code, and one that ended is not offered', async (t) => {
  const house = await startLicense(t);
  await put(house, 'A1');
  await put(house, 'A2', { name: '食品经营许可证' });
  await put(house, 'A3', { name: '作废的证', state: 'cancelled' });
  const browser = await browse(house);
  const choice = await browser.get('/present');
  t.false(choice.text.includes('作废的证'));
  const identifiers = [...choice.text.matchAll(/name="license\.(\d)" value="([^"]+)"/g)];
  t.is(identifiers.length, 2);
  const both = Object.fromEntries(identifiers.map(([, at, identifier]) => [`license.${at}`, identifier ?? '']));
  const path = (await browser.send(choice, '/present', both)).headers.get('Location') ?? '';
  const live = await browser.get(path);
  t.true(live.text.includes('等 2 张'));
  t.is((await redeem(house, codeIn(live.text))).redemption.licenses.length, 2);
});

test('a correction reaches the authority; state and answer stand on the page; a fault keeps what was typed', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'A1');
  const browser = await browse(house);
  const form = await browser.get(`/licenses/${identifier}/corrections`);
  const action = `/licenses/${identifier}/corrections`;
  t.is((await browser.post(form, action, { text: ' ' })).status, 422);
  const long = await browser.post(form, action, { text: '长'.repeat(1001) });
  t.is(long.status, 422);
  t.true(long.text.includes('长长长'));
  const sent = await browser.post(form, action, { text: '工种应为<销售>' });
  t.is(sent.status, 303);
  const open = await browser.get(`/licenses/${identifier}`);
  for (const words of ['纠错申请已提交', '工种应为&lt;销售&gt;', '等待颁发机构答复'])
    t.true(open.text.includes(words), words);
  const [row] = await house.deps.db('license.corrections').select('*');
  t.false(JSON.stringify(row).includes('工种'));
  const clerk = { account: 'sub-clerk', organisation: AUTHORITY.code };
  await t.throwsAsync(
    answerCorrection(house.deps, { ...clerk, organisation: HALL.organisation }, row.correction_id, {
      state: 'granted',
      text: 'x',
    }),
    { message: /no such request/ },
  );
  await answerCorrection(house.deps, clerk, row.correction_id, { state: 'granted', text: '已更正' });
  await t.throwsAsync(answerCorrection(house.deps, clerk, row.correction_id, { state: 'declined', text: 'x' }), {
    message: /answered before/,
  });
  const answered = await browser.get(`/licenses/${identifier}`);
  for (const words of ['已采纳', '已更正']) t.true(answered.text.includes(words), words);
  for (let n = 0; n < 5; n++) t.is((await browser.post(form, action, { text: `第 ${n} 项` })).status, 303);
  t.true((await browser.post(form, action, { text: '又一项' })).text.includes('等待答复'));
});

test('stop and report: the code is void at once, and each issuing authority gets a complaint that names the presentation', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'A1');
  const browser = await browse(house);
  const path = await present(browser, identifier);
  const live = await browser.get(path);
  const form = await browser.get(`${path}/report`);
  t.true(form.text.includes('尚无人读取'));
  const sent = await browser.send(form, `${path}/report`);
  t.is(sent.headers.get('Location'), `/licenses/${identifier}#corrections`);
  await t.throwsAsync(redeem(house, codeIn(live.text)), { message: /stopped/ });
  const [row] = await house.deps.db('license.corrections').select('kind', 'presentation_id', 'authority_code');
  t.deepEqual(row, { kind: 'complaint', presentation_id: path.split('/')[2], authority_code: AUTHORITY.code });
  t.true((await browser.get(`/licenses/${identifier}`)).text.includes('申诉'));
});

test('joint holders each see the license; who is none of them does not', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'J1', { holders: [zhangsan, lisi] });
  for (const key of [zhangsanKey, lisiKey])
    t.is((await (await browse(house, key)).get(`/licenses/${identifier}`)).status, 200);
  const stranger = await browse(house, holderKey(keys.pepper, '111', '360102199206150014'));
  t.is((await stranger.get(`/licenses/${identifier}`)).status, 404);
});

test('while the database cannot be reached the list is told as of when it was seen last, to that session only, for minutes', async (t) => {
  const house = await startLicense(t);
  const identifier = await put(house, 'A1');
  const [seen, unseen] = [await browse(house), await browse(house)];
  t.true((await seen.get('/licenses')).text.includes('从业人员健康证明'));
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const { client } = house.deps.db;
  const { pool } = client;
  Object.assign(client, { acquireConnection: () => Promise.reject(refused), pool: undefined });
  t.teardown(() => Object.assign(client, { pool }));
  const last = await seen.get('/licenses');
  t.is(last.status, 200);
  t.true(last.text.includes('暂时连不上证照库，以下是 2026年11月20日 12:00 的内容'));
  t.true(last.text.includes('从业人员健康证明'));
  t.is((await seen.get(`/licenses/${identifier}`)).status, 503);
  t.is((await seen.get('/present')).status, 503);
  t.is((await unseen.get('/licenses')).status, 503);
  house.pass(300);
  t.is((await seen.get('/licenses')).status, 503);
});
