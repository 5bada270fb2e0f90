// /desk: a clerk sends a list through the pages, without script.
import test from 'ava';
import { Registry } from 'prom-client';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { makeLog } from '../../../common/log.ts';
import { makeWorkers } from '../../../common/queue/workers.ts';
import { bulkQueue } from '../../../license/flow/run-batch.ts';
import { AUTHORITY, OTHER_AUTHORITY, TYPE, ZHANGSAN } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { openBrowser, type PageBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '政务服务科', role: 'license-clerk' } as const;
const DESK = `/desk/${AUTHORITY.code}`;
const TITLES = '证照编号,持证主体名称,持证主体代码,工种,体检机构,体检日期,体检结论';
const row = (number: number, conclusion: string) =>
  `示例健证（2026）第00000${number}号,张三,${ZHANGSAN.code},=餐饮服务,示例医院,2026-11-10,${conclusion}`;

const clerk = async (house: LicenseHouse, roles: readonly (typeof CLERK)[] = [CLERK]) =>
  openBrowser(house, await house.session(new Uint8Array(32), { sub: 'sub-clerk', roles }));

async function send(browser: PageBrowser, csv: string | null) {
  const page = await browser.get(`${DESK}/batches/new?type=${TYPE}`);
  const file: Record<string, File> = csv === null ? {} : { file: new File([csv], 'list.csv', { type: 'text/csv' }) };
  return browser.upload(page, `${DESK}/batches`, { type: TYPE, title: '11月第2批', ...file });
}

test('a clerk sends a list, sees what to mend in his language, confirms, and follows it to the end', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  t.is((await browser.get('/desk')).headers.get('Location'), DESK);
  t.true((await browser.get(DESK)).text.includes('从业人员健康证明'));
  const missing = await send(browser, null);
  t.is(missing.status, 422);
  t.true(missing.text.includes('请选择表格文件'));

  const sent = await send(browser, [TITLES, row(1, '合格'), row(2, '不合格'), row(3, '合格')].join('\n'));
  t.is(sent.status, 303, sent.text);
  const path = sent.headers.get('Location') ?? '';
  const checked = await browser.get(path);
  for (const words of [
    '共 3 行：2 行可签发，1 行有误',
    '还没有签发任何证照',
    '体检结论：应为以下之一：合格',
    '只签发 2 行',
  ])
    t.true(checked.text.includes(words), words);
  t.false(checked.text.includes('is none of'));
  const mend = await browser.get(`${path}/rows.csv`);
  t.is(mend.headers.get('Content-Type'), 'text/csv; charset=utf-8');
  t.true(mend.text.includes(`,'=餐饮服务,`), 'no cell runs as a formula');
  t.true(mend.text.trimEnd().endsWith(',体检结论：应为以下之一：合格'));

  t.is((await browser.send(checked, `${path}/confirm`)).headers.get('Location'), path);
  t.true((await browser.get(path)).text.includes('已处理 1 / 3 行，成功 0，未签发 1'));
  const stop = await browser.get(`${path}/stop`);
  t.true(stop.text.includes('还有 2 行未签发，停止后不再签发。已签发的 0 张不受影响。'));
  const room = {
    ...house.deps,
    log: makeLog('license', 'silent'),
    schema: 'license',
    registry: new Registry(),
    pollMs: 50,
  };
  const workers = makeWorkers(room, [bulkQueue(house.deps)]);
  t.teardown(() => workers.stop(0));
  workers.start();
  await workers.idle();
  const done = await browser.get(path);
  for (const words of ['签发完成', '已处理 3 / 3 行，成功 2，未签发 1', '1.2.156.3005.2.'])
    t.true(done.text.includes(words), words);
  const only = await browser.get(`${path}?state=issued`);
  t.false(only.text.includes('应为以下之一'));
  t.true((await browser.get(`${DESK}/batches`)).text.includes('11月第2批'));
  t.is((await browser.send(stop, `${path}/stop`)).status, 409);
});

test('the desk is for clerks of that organisation; forms without their token change nothing', async (t) => {
  const house = await startLicense(t);
  const browser = await clerk(house);
  const sent = await send(browser, [TITLES, row(1, '合格')].join('\n'));
  const path = sent.headers.get('Location') ?? '';
  const page = await browser.get(path);
  t.is((await browser.send(page, `${path}/confirm`, { [CSRF_FIELD]: 'x' })).status, 403);
  t.is((await browser.get(`/desk/${OTHER_AUTHORITY.code}/batches`)).status, 403);
  const stranger = await clerk(house, []);
  for (const place of ['/desk', DESK, path, `${path}/rows.csv`, `${path}/events`])
    t.is((await stranger.get(place)).status, 403, place);
  const other = openBrowser(
    house,
    await house.session(new Uint8Array(32), { sub: 'sub-2', roles: [{ ...CLERK, org: OTHER_AUTHORITY.code }] }),
  );
  t.is((await other.get(path.replace(AUTHORITY.code, OTHER_AUTHORITY.code))).status, 404);
});
