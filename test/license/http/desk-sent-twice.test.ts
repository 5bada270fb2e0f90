// /desk: 签发并盖章 sent several times, at once or later, is one license, and the same answer each time.
import test, { type ExecutionContext } from 'ava';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { AUTHORITY, DEPARTMENT, issueAs, makeRequest, TYPE, ZHANGSAN } from '../doubles.ts';
import { type Answer, type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser, type PageBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' } as const;
const DESK = `/desk/${AUTHORITY.code}`;
const FORM = `${DESK}/issue/${TYPE}`;
const TIMES = [1, 2, 3, 4, 5];
const TYPED = {
  license_number: '示例健证（2026）第000019号',
  holder_name: '张三',
  holder_code: ZHANGSAN.code,
  occupation: '餐饮服务',
  examining_institution: '示例市第一人民医院',
  examined_on: '2026-11-10',
  conclusion: '合格',
  act: 'review',
};

const clerk = async (house: LicenseHouse, sub = 'sub-clerk') =>
  openBrowser(house, await house.session(new Uint8Array(32), { sub, roles: [CLERK] }));
const placeOf = ({ headers }: Answer): string => headers.get('Location') ?? '';
const draw = async (browser: PageBrowser, action: string, typed: Record<string, string>): Promise<string> =>
  placeOf(await browser.upload(await browser.get(action), action, { act: 'review', ...typed }));
/** Sends the review page of a draft five times at once. */
async function sendAtOnce(browser: PageBrowser, draft: string): Promise<readonly Answer[]> {
  const review = await browser.get(draft);
  return Promise.all(TIMES.map(() => browser.send(review, `${draft}/issue`)));
}
const same = (t: ExecutionContext, answers: readonly Answer[], place: string): void => {
  for (const answer of answers) t.deepEqual([answer.status, placeOf(answer)], [303, place], answer.text);
};
const countOf = async ({ deps }: LicenseHouse, table: string): Promise<number> =>
  (await deps.db.raw<{ rows: object[] }>(`select 1 from license.${table}`)).rows.length;

for (const case_id of ['', 'CASE-19'])
  test(`five sendings at once of a first issue are one license and one answer, ${case_id === '' ? 'without a case id' : 'with one'}`, async (t) => {
    const house = await startLicense(t);
    const browser = await clerk(house);
    const draft = await draw(browser, FORM, { ...TYPED, case_id });
    const review = await browser.get(draft);
    const [first, ...others] = await sendAtOnce(browser, draft);
    const place = placeOf(first!);
    t.regex(place, /\/issues\/iss_[^?]+$/, 'made, not found');
    same(t, others, place);
    t.true((await browser.get(place)).text.includes('已签发，标识 1.2.156.3005.2.'));
    t.is(house.seal.made.length, 1);
    for (const table of ['issues', 'licenses', 'license_versions']) t.is(await countOf(house, table), 1, table);

    same(t, [await browser.send(review, `${draft}/issue`)], place);
    same(
      t,
      [await browser.get(draft), await browser.get(`${draft}/edit`), await browser.get(`${draft}/preview`)],
      place,
    );
    const late = await browser.upload(await browser.get(FORM), FORM, {
      ...TYPED,
      occupation: '保洁',
      draft: /drafts\/(.+)$/.exec(draft)?.[1] ?? '',
    });
    same(t, [late], place);
    t.is(await countOf(house, 'issues'), 1, 'the form of before makes nothing');
  });

test('a second draft of the same case is told that the case had its license, however often it is sent', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const [first] = await sendAtOnce(browser, await draw(browser, FORM, { ...TYPED, case_id: 'CASE-19' }));
  const twin = await draw(browser, FORM, { ...TYPED, case_id: 'CASE-19' });
  same(t, await sendAtOnce(browser, twin), `${placeOf(first!)}?again=1`);
  t.is(house.seal.made.length, 1);
});

test('five sendings at once of a next version are one version and one answer', async (t) => {
  const house = await startLicense(t);
  const { license } = await issueAs(house.deps, DEPARTMENT, makeRequest());
  const browser = await clerk(house);
  const path = `${DESK}/licenses/${license.content.identifier}`;
  const draft = await draw(browser, `${path}/versions/change`, { occupation: '保洁' });
  const review = await browser.get(draft);
  const [first, ...others] = await sendAtOnce(browser, draft);
  const place = placeOf(first!);
  t.regex(place, /\/issues\/iss_[^?]+$/);
  same(t, [...others, await browser.send(review, `${draft}/issue`), await browser.get(draft)], place);
  t.true((await browser.get(place)).text.includes('新版本已生效'));
  t.is(house.seal.made.length, 2);
  t.is(await countOf(house, 'license_versions'), 2);
});

test('nobody else learns what became of a draft: not a colleague, not a stranger’s token, not of a draft that is none', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const draft = await draw(browser, FORM, TYPED);
  const review = await browser.get(draft);
  const colleague = await clerk(house, 'sub-colleague');
  const own = await colleague.get(FORM);
  t.is((await browser.send(review, `${draft}/issue`, { [CSRF_FIELD]: 'x' })).status, 403);
  t.is(house.seal.made.length, 0);
  t.is((await browser.send(review, `${draft}/issue`)).status, 303);
  for (const place of [draft, `${draft}/edit`, `${draft}/preview`, `${draft}/photo`])
    t.is((await colleague.get(place)).status, 404, place);
  t.is((await colleague.post(own, `${draft}/issue`)).status, 404);
  const id = /drafts\/(.+)$/.exec(draft)?.[1] ?? '';
  t.is((await colleague.upload(own, FORM, { ...TYPED, draft: id })).status, 404);
  t.is((await browser.post(review, `${draft.slice(0, -2)}00/issue`)).status, 404);
  t.is(house.seal.made.length, 1);
});

test('a license that is promised is promised once, however often its draft is sent', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const faulty = await browser.upload(await browser.get(FORM), FORM, { ...TYPED, license_number: '12' });
  t.is(faulty.status, 422, 'a draft with faults is not sent at all');
  const draft = await draw(browser, FORM, TYPED);
  const review = await browser.get(draft);
  house.seal.before = () => Promise.reject(new Error('the line is cut'));
  const place = placeOf(await browser.send(review, `${draft}/issue`));
  t.true((await browser.get(place)).text.includes('已受理'));
  same(t, [await browser.send(review, `${draft}/issue`)], place);
  t.is(await countOf(house, 'issues'), 1);
  t.is(await countOf(house, 'licenses'), 0);
});
