// /desk: a clerk finds what his organisation issued, changes its state, answers what holders ask; nothing of others.
import test from 'ava';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { askCorrection } from '../../../license/flow/corrections.ts';
import {
  AUTHORITY,
  DEPARTMENT,
  issueAs,
  makeRequest,
  OTHER_AUTHORITY,
  OTHER_DEPARTMENT,
  ZHANGSAN,
  zhangsanKey,
} from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' } as const;
const DESK = `/desk/${AUTHORITY.code}`;
const LIST = `${DESK}/licenses`;

const clerk = async (
  house: LicenseHouse,
  roles: readonly { org: string; unit: string; role: 'license-clerk' }[] = [CLERK],
  cookies = '',
) => openBrowser(house, (await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles })) + cookies);

async function issue(house: LicenseHouse) {
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  return license.content.identifier;
}

test('a license is found by identifier, number, case id and holder; what the other authority issued is not', async (t) => {
  const house = await startLicense(t);
  const identifier = await issue(house);
  const foreign = await issueAs(
    house.deps,
    OTHER_DEPARTMENT,
    makeRequest({ case_id: 'CASE-OTHER', license_number: '示例健证（2026）第000777号' }),
  );
  const browser = await clerk(house);
  const search = (words: string) => browser.get(`${LIST}?${new URLSearchParams({ words })}`);
  for (const words of [identifier, '示例健证（2026）第000001号', ' CASE-2026-000001 ']) {
    const found = await search(words);
    t.true(found.text.includes(`${LIST}/${identifier}`), words);
    t.false(found.text.includes(ZHANGSAN.code));
  }
  for (const words of [
    foreign.license.content.identifier,
    '示例健证（2026）第000777号',
    'CASE-OTHER',
    'nothing',
    '1.2.156',
  ])
    t.true((await search(words)).text.includes('没有找到'), words);

  const readings = async () => {
    const { rows } = await house.deps.db.raw<{ rows: { identifier: string; basis: string }[] }>(
      `select identifier, basis from license.events where kind = 'read'`,
    );
    return rows;
  };
  t.deepEqual(await readings(), []);
  const page = await browser.get(LIST);
  const holder = await browser.post(page, LIST, { code_type: '111', code: ZHANGSAN.code });
  t.true(holder.text.includes(`${LIST}/${identifier}`));
  t.false(holder.text.includes(foreign.license.content.identifier));
  t.deepEqual(await readings(), [{ identifier, basis: 'authority' }], 'the holder sees the search');
  t.true((await browser.post(page, LIST, { code_type: '111', code: '360102198511267724' })).text.includes('没有找到'));
  t.is((await browser.post(page, LIST, { code_type: '111', code: ZHANGSAN.code, [CSRF_FIELD]: 'x' })).status, 403);
  t.false(house.lines.some((line) => line.includes(ZHANGSAN.code)));
});

test('the page of a license shows it with its record; its state is changed after a question, with a reason', async (t) => {
  const house = await startLicense(t);
  const identifier = await issue(house);
  const path = `${LIST}/${identifier}`;
  const browser = await clerk(house);
  const page = await browser.get(path);
  for (const words of ['有效', ZHANGSAN.code, '体检信息', '历次版本', '签发', `${path}/acts/suspend`])
    t.true(page.text.includes(words), words);
  t.false(page.text.includes('acts/resume'), 'only what the state allows');
  t.is((await browser.get(`${path}/file`)).headers.get('Content-Type'), 'application/pdf');

  const question = await browser.get(`${path}/acts/suspend`);
  t.true(question.text.includes('核验时会显示“暂扣”'));
  const empty = await browser.send(question, `${path}/acts/suspend`, { reason: ' ' });
  t.is(empty.status, 422);
  t.true(empty.text.includes('请填写原因'));
  t.is((await browser.send(question, `${path}/acts/suspend`, { reason: '复检', [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await browser.send(question, `${path}/acts/suspend`, { reason: '复检' })).headers.get('Location'), path);
  t.is(
    (await browser.send(question, `${path}/acts/suspend`, { reason: '复检' })).status,
    303,
    'sent twice it is one act',
  );
  const after = await browser.get(path);
  for (const words of ['暂扣', '原因：复检', '状态变更：暂扣', `${path}/acts/resume`])
    t.true(after.text.includes(words), words);
  t.is((await browser.get(`${path}/acts/suspend`)).status, 409);
  t.is((await browser.get(`${path}/acts/explode`)).status, 404);
  const english = await (await clerk(house, [CLERK], '; xinji_lang=en')).get(`${path}/acts/revoke`);
  t.true(english.text.includes('The license ends at once'));

  const other = await clerk(house, [{ ...CLERK, org: OTHER_AUTHORITY.code }]);
  t.is((await other.get(path)).status, 403);
  for (const place of ['', '/file', '/acts/revoke'])
    t.is((await other.get(`/desk/${OTHER_AUTHORITY.code}/licenses/${identifier}${place}`)).status, 404, place);
  const stranger = await clerk(house, []);
  for (const place of [LIST, path, `${path}/file`, `${path}/acts/revoke`, `${DESK}/corrections`])
    t.is((await stranger.get(place)).status, 403, place);
});

test('what a holder asks reaches the clerk of the issuing authority and is answered once', async (t) => {
  const house = await startLicense(t);
  const identifier = await issue(house);
  const presenter = { holderKey: zhangsanKey, account: 'sub-1', holders: [] };
  const id = await askCorrection(house.deps, presenter, identifier, { kind: 'correction', text: '工种应为食品销售' });
  const browser = await clerk(house);
  const path = `${DESK}/corrections/${id}`;
  t.true((await browser.get(`${DESK}/corrections`)).text.includes(path));
  const page = await browser.get(path);
  t.true(page.text.includes('工种应为食品销售'));
  const empty = await browser.send(page, path, {});
  t.is(empty.status, 422);
  for (const words of ['请选择处理结果', '请填写答复，最多 1000 个字']) t.true(empty.text.includes(words), words);
  t.is((await browser.send(page, path, { state: 'granted', text: '已核实', [CSRF_FIELD]: 'x' })).status, 403);
  const other = await clerk(house, [{ ...CLERK, org: OTHER_AUTHORITY.code }]);
  t.is((await other.get(path.replace(AUTHORITY.code, OTHER_AUTHORITY.code))).status, 404);
  t.is((await browser.send(page, path, { state: 'granted', text: '已核实，将办理更正' })).status, 303);
  t.true((await browser.get(`${DESK}/corrections`)).text.includes('已采纳'));
  t.is((await browser.send(page, path, { state: 'declined', text: '再答' })).status, 404);
  const holder = openBrowser(house, await house.session(zhangsanKey));
  t.true((await holder.get(`/licenses/${identifier}`)).text.includes('已核实，将办理更正'));
});
