// /desk: a clerk fills in the form of a type, reviews it, issues it, without script.
import test from 'ava';
import { TrustError } from '../../../common/errors.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { sweepExpired } from '../../../license/flow/sweep.ts';
import { AUTHORITY, OTHER_AUTHORITY, TYPE, ZHANGSAN } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser, type PageBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' } as const;
const DESK = `/desk/${AUTHORITY.code}`;
const FORM = `${DESK}/issue/${TYPE}`;
const JPEG = new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])], 'photo.jpg', { type: 'image/jpeg' });
const TYPED = {
  license_number: '示例健证（2026）第000009号',
  case_id: 'CASE-9',
  holder_name: '张三',
  holder_code: ZHANGSAN.code,
  occupation: '餐饮服务',
  examining_institution: '示例市第一人民医院',
  examined_on: '2026年11月10日',
  conclusion: '合格',
  act: 'review',
};

const clerk = async (house: LicenseHouse, change: { sub?: string; roles?: readonly (typeof CLERK)[] } = {}) =>
  openBrowser(house, await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles: [CLERK], ...change }));

async function fill(browser: PageBrowser, values: Record<string, string | File>) {
  return browser.upload(await browser.get(FORM), FORM, values);
}

test('a clerk fills in, reviews, changes one thing, issues; the same case again is told and not issued twice', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const form = await browser.get(FORM);
  for (const words of [
    '签发从业人员健康证明（样例）',
    '<legend>体检信息</legend>',
    '工种',
    'type="radio" name="conclusion"',
  ])
    t.true(form.text.includes(words), words);

  const sent = await browser.upload(form, FORM, {
    ...TYPED,
    holder_code: ` ${ZHANGSAN.code.slice(0, 6)} ${ZHANGSAN.code.slice(6)}`,
  });
  t.is(sent.status, 303, sent.text);
  const path = sent.headers.get('Location') ?? '';
  const review = await browser.get(path);
  for (const words of ['核对从业人员健康证明', ZHANGSAN.code, '2026年11月10日', '2027年11月19日', '签发并盖章'])
    t.true(review.text.includes(words), words);
  const edit = await browser.get(`${path}/edit`);
  t.true(edit.text.includes('value="2026年11月10日"'), 'as it was typed');
  const again = await browser.upload(edit, FORM, { occupation: '食品销售', act: 'review' });
  t.is(again.headers.get('Location'), path, 'the same draft');
  t.true((await browser.get(DESK)).text.includes(`${path}/edit`));

  const issued = await browser.send(await browser.get(path), `${path}/issue`);
  const done = await browser.get(issued.headers.get('Location') ?? '');
  t.true(done.text.includes('已签发，标识 1.2.156.3005.2.'), done.text);
  t.is((await browser.get(path)).headers.get('Location'), issued.headers.get('Location'), 'the draft is gone');
  t.false((await browser.get(DESK)).text.includes(path));
  const twin = (await fill(browser, { ...TYPED, occupation: '食品销售' })).headers.get('Location') ?? '';
  const repeated = await browser.send(await browser.get(twin), `${twin}/issue`);
  t.true(
    (await browser.get(repeated.headers.get('Location') ?? '')).text.includes(
      '该办件已签发过，没有重复签发，以下是原证照',
    ),
  );
  t.is(house.seal.made.length, 1);
  const other = (await fill(browser, TYPED)).headers.get('Location') ?? '';
  const conflict = await browser.send(await browser.get(other), `${other}/issue`);
  t.is(conflict.status, 422);
  t.true(conflict.text.includes('该办件已用其他内容签发过'));
});

test('every fault stands at its field in the language of the page; what was typed stays', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const wrong = {
    ...TYPED,
    holder_code: '360102199003077719',
    examined_on: '2026-02-30',
    conclusion: '',
    case_id: '办 件',
  };
  const refused = await fill(browser, { ...wrong, license_number: '12', photo: new File(['GIF89a'], 'a.gif') });
  t.is(refused.status, 422);
  for (const words of [
    '有 6 处需要改正',
    '<title>错误：',
    'href="#field-conclusion"',
    '体检日期：应为日历上有的日期',
    '持证主体证件号码：第 18 位应为 8，现为 9',
    '体检结论：未填写',
    '照片：照片应为 JPEG 或 PNG 格式',
    'value="2026-02-30"',
  ])
    t.true(refused.text.includes(words), words);
  t.false(/is missing|expected/.test(refused.text));
  const empty = await fill(browser, { act: 'review' });
  t.true(empty.text.includes('持证主体名称：未填写'));

  const english = openBrowser(
    house,
    `${await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles: [CLERK] })}; xinji_lang=en`,
  );
  const twin = await fill(english, { ...TYPED, examined_on: '', valid_to: '2030-01-01' });
  t.is(twin.status, 422);
  for (const words of [
    'Issue: Health Certificate',
    'Examined on is missing',
    'Valid to',
    'the latest end that this type allows is 2027-11-19',
  ])
    t.true(twin.text.includes(words), words);
  t.false(/>[^<]*体检日期[^<]*</.test(twin.text.replace(/<input[^>]*>/g, '')));
  t.true(twin.text.includes('Citizen identity number') && empty.text.includes('公民身份号码'));
  t.false(twin.text.includes('公民身份号码'), 'kinds of codes are told in English too');
  const late = await fill(english, { ...TYPED, examined_on: '2026-01-10' });
  t.true(late.text.includes('days before “Issued on”; 90 are allowed'), late.text);
  t.false(late.text.includes('issued_on;'), 'no name that only programs know');
  t.is(house.seal.made.length, 0);
});

test('the face can be looked at before: marked, with nothing recorded, for the draft’s clerk and without faults alone', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const path = (await fill(browser, TYPED)).headers.get('Location') ?? '';
  t.true((await browser.get(path)).text.includes(`href="${path}/preview"`));
  const seen = await browser.get(`${path}/preview`);
  t.is(seen.status, 200);
  t.is(seen.headers.get('Content-Type'), 'application/pdf');
  t.is(seen.headers.get('Content-Disposition'), 'inline; filename="preview.pdf"');
  t.is(seen.headers.get('Cache-Control'), 'no-store');
  t.true(seen.text.startsWith('%PDF-1.7'));
  for (const table of ['issues', 'licenses', 'license_numbers', 'events']) {
    const { rows } = await house.deps.db.raw<{ rows: object[] }>(`select 1 from license.${table}`);
    t.deepEqual(rows, [], table);
  }
  t.is(house.seal.calls, 0);
  t.is((await (await clerk(house, { sub: 'sub-colleague' })).get(`${path}/preview`)).status, 404);
  t.is((await (await clerk(house, { roles: [] })).get(`${path}/preview`)).status, 403);
  const edit = await browser.get(`${path}/edit`);
  t.is((await browser.upload(edit, FORM, { occupation: '张ქ', act: 'review' })).status, 303);
  const rare = await browser.get(`${path}/preview`);
  t.is(rare.status, 422, 'what only the printing finds');
  t.true(rare.text.includes('工种：字库中没有字符 U+10E5'), rare.text);
  await browser.upload(edit, FORM, { occupation: '', act: 'save' });
  t.is((await browser.get(`${path}/preview`)).headers.get('Location'), `${path}/edit`);
});

test('a draft is kept with its photo, for its clerk alone', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const { act: _, ...typed } = TYPED;
  const saved = await fill(browser, { ...typed, occupation: '', act: 'save', photo: JPEG });
  t.is(saved.headers.get('Location'), DESK);
  const [, path = ''] = /href="([^"]+\/drafts\/[^"]+)\/edit"/.exec((await browser.get(DESK)).text) ?? [];
  t.is((await browser.get(path)).headers.get('Location'), `${path}/edit`, 'not yet to be reviewed');
  const edit = await browser.get(`${path}/edit`);
  t.true(edit.text.includes('已有照片'));
  t.is((await browser.upload(edit, FORM, { occupation: '餐饮服务', conclusion: '合格', act: 'review' })).status, 303);
  t.is((await browser.get(`${path}/photo`)).headers.get('Content-Type'), 'image/jpeg');
  const { rows } = await house.deps.db.raw<{ rows: { box: Buffer }[] }>('select box from license.drafts');
  t.false(rows.some(({ box }) => box.includes(ZHANGSAN.code)));

  const colleague = await clerk(house, { sub: 'sub-colleague' });
  for (const place of [path, `${path}/edit`, `${path}/photo`]) t.is((await colleague.get(place)).status, 404, place);
  const page = await browser.get(path);
  t.is((await browser.send(page, `${path}/issue`, { [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await browser.upload(edit, FORM, { [CSRF_FIELD]: 'x' })).status, 403);
  const [, draft = ''] = /name="draft" value="([^"]+)"/.exec(edit.text) ?? [];
  t.is((await colleague.upload(await colleague.get(FORM), FORM, { ...TYPED, draft })).status, 404);
  t.is((await browser.upload(edit, FORM, { draft: 'x' })).status, 400);
});

test('without the role, for another organisation and for a type it does not issue there is no form', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  t.is((await browser.get(FORM.replace(AUTHORITY.code, OTHER_AUTHORITY.code))).status, 403);
  t.is((await browser.get(`${DESK}/issue/11100000MB0D000965999`)).status, 422);
  const stranger = await clerk(house, { roles: [] });
  for (const place of [FORM, `${DESK}/drafts/drf_x`, `${DESK}/issues/iss_x`])
    t.is((await stranger.get(place)).status, 403, place);
  t.is((await browser.get(`${DESK}/issues/iss_x`)).status, 404);
});

test('when the seal service is away the license is promised, and comes by itself', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  house.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  const path = (await fill(browser, TYPED)).headers.get('Location') ?? '';
  const sent = await browser.send(await browser.get(path), `${path}/issue`);
  const place = sent.headers.get('Location') ?? '';
  const pending = await browser.get(place);
  t.true(pending.text.includes('已受理'), pending.text);
  t.true(pending.text.includes('不必重填'));
  t.true(pending.text.includes(`href="${place}"`), 'refresh');
});

test('a draft that nobody changes for thirty days goes', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const path = (await fill(browser, TYPED)).headers.get('Location') ?? '';
  house.pass(29 * 24 * 3600);
  await sweepExpired({ ...house.deps, clock: house.now });
  const later = await clerk(house);
  t.is((await later.get(path)).status, 200);
  house.pass(2 * 24 * 3600);
  await sweepExpired({ ...house.deps, clock: house.now });
  t.is((await (await clerk(house)).get(path)).status, 404);
});
