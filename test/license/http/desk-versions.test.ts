// /desk: a clerk makes the next version of a license by the form of its type, sees what becomes another, issues it.
import test, { type ExecutionContext } from 'ava';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { AUTHORITY, DEPARTMENT, issueAs, makeRequest, OTHER_AUTHORITY, ZHANGSAN } from '../doubles.ts';
import { type Answer, type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser, type PageBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' } as const;
const DESK = `/desk/${AUTHORITY.code}`;
const DAY = 24 * 3600;
const JPEG = new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])], 'photo.jpg', { type: 'image/jpeg' });

const clerk = async (house: LicenseHouse, change: { sub?: string; org?: string } = {}, cookies = '') => {
  const { sub = 'sub-clerk', org = CLERK.org } = change;
  return openBrowser(house, (await house.session(new Uint8Array(32), { sub, roles: [{ ...CLERK, org }] })) + cookies);
};

/** A license and its page, from which the operations start. */
async function begin(t: ExecutionContext) {
  const house = await startLicense(t);
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  const { identifier } = license.content;
  return { house, identifier, path: `${DESK}/licenses/${identifier}` };
}
/** Sends the form of an operation as it stands, changed by `typed`. */
async function send(browser: PageBrowser, action: string, typed: Record<string, string | File>): Promise<Answer> {
  return browser.upload(await browser.get(action), action, { act: 'review', ...typed });
}
const placeOf = ({ headers }: Answer): string => headers.get('Location') ?? '';
const shows = (t: ExecutionContext, { text }: Answer, ...words: readonly string[]) => {
  for (const one of words) t.true(text.includes(one), `${one}: ${text}`);
};

test('延续: within its days, from the version before, old and new side by side, both versions kept', async (t) => {
  const { house, identifier, path } = await begin(t);
  const early = await (await clerk(house)).get(path);
  shows(t, early, '可延续的时间为 2027年9月20日至2027年11月19日。', `${path}/versions/change`);
  t.false(early.text.includes('versions/renew'));
  const refused = await (await clerk(house)).get(`${path}/versions/renew`);
  t.is(refused.status, 409);
  shows(t, refused, '不能办理延续', '可延续的时间为 2027-09-20 至 2027-11-19');

  house.pass(334 * DAY); // 2027-10-20
  const browser = await clerk(house);
  shows(t, await browser.get(path), `${path}/versions/renew`);
  const action = `${path}/versions/renew`;
  const form = await browser.get(action);
  shows(t, form, '延续：从业人员健康证明', 'value="餐饮服务"', '最晚 2027年11月20日', '不改动的内容', ZHANGSAN.code);
  t.false(/name="(license_number|holder_name|holder_code)"/.test(form.text), 'what it may not touch is no field');
  const stale = await browser.upload(form, action, { act: 'review' });
  t.is(stale.status, 422);
  shows(t, stale, '有 1 处需要改正', '体检日期：应在颁发日期之前 90 天以内', 'value="2026-11-10"');
  const reviewed = await browser.upload(stale, action, { act: 'review', examined_on: '2027年10月10日' });
  t.is(reviewed.status, 303, reviewed.text);
  const draft = placeOf(reviewed);
  const review = await browser.get(draft);
  shows(
    t,
    review,
    '有变化的内容',
    '2026年11月10日',
    '<strong>2027年10月10日</strong>',
    '<strong>2028年10月19日</strong>',
  );
  shows(t, review, '没有变化的内容', '餐饮服务', '新版本立即替代现行版本');
  shows(t, await browser.get(DESK), '延续：从业人员健康证明', `${draft}/edit`);

  const place = placeOf(await browser.send(review, `${draft}/issue`));
  const done = await browser.get(place);
  shows(t, done, '已延续', '新版本已生效，标识 1.2.156.3005.2.');
  t.is(placeOf(await browser.get(draft)), place, 'the draft is gone, what became of it is told');
  t.false((await browser.get(DESK)).text.includes(draft));
  const old = await browser.get(path);
  shows(t, old, '以前的版本', '2026年11月20日至2027年11月19日', '2027年10月20日');
  t.false(old.text.includes('verdict passed'), 'it is not valid any more, the license is');
  t.false(old.text.includes('versions/'), 'nothing is done from a version before');
  const late = await browser.get(`${path}/versions/change`);
  t.is(late.status, 409);
  shows(t, late, '请从现行版本办理', '查看现行版本');
  t.is((await browser.post(form, action, {})).status, 409, 'nor by a form that was open still');
  t.is(house.seal.made.length, 2);
  const { rows } = await house.deps.db.raw<{ rows: { identifier: string; actor: string }[] }>(
    `select identifier, actor from license.events where kind = 'version-added'`,
  );
  t.deepEqual(
    rows.map(({ actor }) => actor),
    ['sub-clerk'],
  );
  t.not(rows[0]?.identifier, identifier);
});

test('变更: what it may not touch stays whatever is sent; nothing changed, a stranger’s token and a bad case are refused', async (t) => {
  const { house, path } = await begin(t);
  const browser = await clerk(house);
  const action = `${path}/versions/change`;
  const nothing = await send(browser, action, {});
  t.is(nothing.status, 422);
  shows(t, nothing, '没有任何改动');
  t.is((await send(browser, action, { occupation: '保洁', [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await send(browser, action, { occupation: '保洁', draft: 'x' })).status, 400);
  shows(t, await send(browser, action, { occupation: '', case_id: '办 件' }), '工种：未填写', '办件编号：只能有字母');
  const forged = {
    occupation: '保洁',
    case_id: 'CASE-CHANGE',
    license_number: '示例健证（2026）第000777号',
    holder_name: '李四',
    conclusion: '不合格',
    valid_to: '2099-01-01',
  };
  const draft = placeOf(await send(browser, action, forged));
  const review = await browser.get(draft);
  shows(t, review, '<strong>保洁</strong>', '示例健证（2026）第000001号', '张三', 'CASE-CHANGE');
  t.false(/777号|李四|不合格|2099/.test(review.text));
  t.is((await browser.send(review, `${draft}/issue`, { [CSRF_FIELD]: 'x' })).status, 403);
  t.is(house.seal.made.length, 1);
  const done = await browser.get(placeOf(await browser.send(review, `${draft}/issue`)));
  shows(t, done, '已变更', 'CASE-CHANGE');

  const [, current = ''] = /href="([^"]+\/licenses\/[^"/]+)"/.exec(done.text) ?? [];
  const second = `${current}/versions/change`;
  const twin = placeOf(await send(browser, second, { occupation: '厨师', case_id: 'CASE-CHANGE' }));
  const conflict = await browser.send(await browser.get(twin), `${twin}/issue`);
  t.is(conflict.status, 422);
  shows(t, conflict, '该办件已用其他内容签发过');
  const again = placeOf(await browser.upload(conflict, second, { act: 'review', case_id: 'CASE-NEXT' }));
  t.is(again, twin, 'mended, it is the same draft');
  t.is((await browser.send(await browser.get(again), `${again}/issue`)).status, 303);
  t.is(house.seal.made.length, 3);
});

test('更正 of name and photo shows both; 补发 changes nothing and says so', async (t) => {
  const { house, path } = await begin(t);
  const browser = await clerk(house);
  const saved = await send(browser, `${path}/versions/correct`, { holder_name: '张叁', photo: JPEG, act: 'save' });
  t.is(placeOf(saved), DESK);
  const [, draft = ''] = /href="([^"]+\/drafts\/[^"]+)\/edit"/.exec((await browser.get(DESK)).text) ?? [];
  const edit = await browser.get(`${draft}/edit`);
  shows(t, edit, 'value="张叁"', '更正：从业人员健康证明');
  t.is(placeOf(await browser.upload(edit, `${path}/versions/correct`, { act: 'review' })), draft);
  shows(t, await browser.get(draft), '张三', '<strong>张叁</strong>', `${draft}/photo`, '新照片');
  t.is((await browser.get(`${draft}/photo`)).headers.get('Content-Type'), 'image/jpeg');
  t.is((await browser.get(`${draft}/photo?of=before`)).status, 404, 'there was none');
  const gone = placeOf(await send(browser, `${path}/versions/replace`, { issued_on: '2026-11-19' }));
  t.is(gone, '', 'before the version before');
  const replaced = placeOf(await send(browser, `${path}/versions/replace`, {}));
  const review = await browser.get(replaced);
  const seen = await browser.get(`${replaced}/preview`);
  t.deepEqual([seen.status, seen.headers.get('Content-Type')], [200, 'application/pdf']);
  shows(t, review, '内容没有变化', '核对补发');
  shows(t, await browser.get(placeOf(await browser.send(review, `${replaced}/issue`))), '已补发');
  t.is((await browser.get(`${draft}/preview`)).status, 409, 'no face of what cannot be made');
  const late = await browser.get(draft);
  t.is(late.status, 409, 'the draft of the correction followed the version before');
  shows(t, late, '请从现行版本办理');
});

test('a draft is its clerk’s own, and for its license and operation alone', async (t) => {
  const { house, path } = await begin(t);
  const browser = await clerk(house);
  const form = await browser.get(`${path}/versions/change`);
  const draft = placeOf(await browser.upload(form, `${path}/versions/change`, { act: 'review', occupation: '保洁' }));
  const [, id = ''] = /drafts\/(.+)$/.exec(draft) ?? [];
  const colleague = await clerk(house, { sub: 'sub-colleague' });
  for (const place of ['', '/edit', '/photo', '/preview'])
    t.is((await colleague.get(`${draft}${place}`)).status, 404, place);
  const own = await colleague.get(`${path}/versions/change`);
  t.is((await colleague.post(own, `${draft}/issue`)).status, 404);
  t.is((await colleague.upload(own, `${path}/versions/change`, { occupation: '厨师', draft: id })).status, 404);
  t.is((await send(browser, `${path}/versions/replace`, { draft: id })).status, 404, 'of another operation');
  const other = await issueAs(house.deps, DEPARTMENT, makeRequest({ case_id: 'CASE-OTHER' }));
  const foreign = `${DESK}/licenses/${other.license.content.identifier}/versions/change`;
  t.is((await send(browser, foreign, { occupation: '厨师', draft: id })).status, 404, 'of another license');
  shows(t, await browser.get(draft), '<strong>保洁</strong>');
  const { rows } = await house.deps.db.raw<{ rows: { box: Buffer }[] }>('select box from license.drafts');
  t.is(rows.length, 1);
  t.false(
    rows.some(({ box }) => box.includes(ZHANGSAN.code)),
    'closed',
  );
});

test('nobody else’s license: not of another unit, without the role, of a type that is not issued any more; no unknown operation', async (t) => {
  const { house, identifier, path } = await begin(t);
  const browser = await clerk(house);
  const form = await browser.get(`${path}/versions/change`);
  const draft = placeOf(await browser.upload(form, `${path}/versions/change`, { act: 'review', occupation: '保洁' }));
  const other = await clerk(house, { org: OTHER_AUTHORITY.code });
  const foreign = `/desk/${OTHER_AUTHORITY.code}/licenses/${identifier}/versions/change`;
  t.is((await other.get(foreign)).status, 404);
  t.is((await other.post(await other.get(`/desk/${OTHER_AUTHORITY.code}/licenses`), foreign, {})).status, 404);
  t.is((await other.get(`${path}/versions/change`)).status, 403);
  t.is((await other.get(draft.replace(AUTHORITY.code, OTHER_AUTHORITY.code))).status, 404);
  for (const operation of ['issue', 'suspend', 'explode'])
    t.is((await browser.get(`${path}/versions/${operation}`)).status, 404, operation);
  t.is((await browser.get(`${path.slice(0, -1)}0/versions/change`)).status, 422, 'a wrong check character');
  for (const table of ['license.issuing_clients', 'license.issuing_authorities'])
    await house.deps.db(table).where({ authority_code: AUTHORITY.code }).delete();
  t.is((await browser.get(`${path}/versions/change`)).status, 403);
  t.is((await browser.get(draft)).status, 403);
  t.is((await browser.post(form, `${draft}/issue`)).status, 403);
  t.is(house.seal.made.length, 1);
});

test('a license that is suspended takes no new version, also not from a draft of before', async (t) => {
  const { house, path } = await begin(t);
  const browser = await clerk(house);
  const draft = placeOf(await send(browser, `${path}/versions/change`, { occupation: '保洁' }));
  const review = await browser.get(draft);
  const question = await browser.get(`${path}/acts/suspend`);
  t.is((await browser.send(question, `${path}/acts/suspend`, { reason: '' })).status, 422, 'not without a reason');
  shows(t, await browser.get(path), `${path}/versions/change`);
  t.is((await browser.send(question, `${path}/acts/suspend`, { reason: '复检' })).status, 303);
  const page = await browser.get(path);
  shows(t, page, '当前状态下不能办理新版本');
  t.false(page.text.includes('versions/change'));
  for (const answer of [
    await browser.get(`${path}/versions/change`),
    await browser.get(draft),
    await browser.get(`${draft}/edit`),
    await browser.send(review, `${draft}/issue`),
  ]) {
    t.is(answer.status, 409);
    shows(t, answer, '证照现在“暂扣”，不能办理变更');
  }
  t.is(house.seal.made.length, 1);
  const back = await browser.get(`${path}/acts/resume`);
  t.is((await browser.send(back, `${path}/acts/resume`, { reason: '复检合格' })).status, 303);
  t.is((await browser.send(review, `${draft}/issue`)).status, 303, 'the draft waited');
});

test('while one version is being made the license takes no other; in English too', async (t) => {
  const { house, path } = await begin(t);
  const browser = await clerk(house, {}, '; xinji_lang=en');
  const draft = placeOf(await send(browser, `${path}/versions/change`, { occupation: '保洁' }));
  const second = placeOf(await send(browser, `${path}/versions/replace`, {}));
  const review = await browser.get(draft);
  shows(
    t,
    review,
    'What becomes different',
    'Review. Change: Health Certificate',
    'takes the place of the current one',
  );
  house.seal.before = () => Promise.reject(new Error('the line is cut'));
  const promised = await browser.get(placeOf(await browser.send(review, `${draft}/issue`)));
  shows(t, promised, 'Accepted', 'nothing has to be typed again');
  shows(t, await browser.get(path), 'A new version is being made; wait until it is there.');
  for (const answer of [await browser.get(`${path}/versions/correct`), await browser.get(second)]) {
    t.is(answer.status, 409);
    shows(t, answer, ': not possible', 'Another case is making the next version of this license');
  }
});
