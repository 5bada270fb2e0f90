// The desk of an issuing authority in a real browser against the whole house, as a clerk works: issue by the form, find,
// suspend and give back, renew, issue a list. Serial: what one test issues, the next one finds.
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { CITIZENS, ISSUING_DEPARTMENT } from '../../bin/seed/values.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { addDays } from '../../license/domain/license-date.ts';
import { judge } from '../_harness/judges.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, shoot, type Visit, visit } from './chromium.ts';
import { logIn } from './log-in.ts';
import { type RunningHouse, startRunningHouse } from './running-house.ts';

const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');
const [ZHANGSAN] = CITIZENS;
const CLERK = 'zhengzhao-qianfa';
const NUMBER = '示例健证（2026）第000901号';
/** Entered late, from paper: so it ends within two months and may be renewed. */
const ISSUED_ON = addDays(chinaDate(new Date()), -330);

let house: Promise<RunningHouse> | undefined;
let browser: Browser | undefined;

test.after.always(async () => {
  await browser?.close();
  await (await house?.catch(() => undefined))?.stop();
});

/** The clerk at his desk; `found` collects what is wrong with the pages that `look` was asked to judge. */
async function sitDown(t: ExecutionContext) {
  house ??= startRunningHouse();
  const running = await house;
  browser ??= await launchChromium();
  const visited = await visit(browser, running.origins, { viewport: DESKTOP });
  t.teardown(() => visited.context.close());
  const { page } = visited;
  await page.goto(`${running.world.licenseUrl}/desk`);
  await logIn(page, running.world.passwords[CLERK], CLERK);
  t.true(page.url().endsWith(`/desk/${ISSUING_DEPARTMENT.code}`), 'there is one organisation: nothing is chosen');
  return { ...visited, ...running, found: [] as string[] };
}
type Desk = Awaited<ReturnType<typeof sitDown>>;

async function look({ page, found }: Desk, name: string): Promise<void> {
  const lines = [...(await axeFindings(page)), ...(await layoutFindings(page, 44))];
  found.push(...lines.map((line) => `${name}: ${line}`));
  await shoot(page, `live-desk-${name}.zh-desktop`);
}

const fill = async (page: Page, values: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, value] of Object.entries(values)) await page.fill(`#field-${name}`, value);
};
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const follow = (page: Page, name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.id');
const mainOf = ({ page }: Pick<Visit, 'page'>): Promise<string> => page.locator('main').innerText();

/** From anywhere to the page of the license. */
async function findLicense({ page }: Desk): Promise<void> {
  await follow(page, '查询');
  await fill(page, { words: NUMBER });
  await press(page, '查询');
  await follow(page, NUMBER);
  await page.getByRole('heading', { level: 1, name: '从业人员健康证明' }).waitFor();
}

inBrowser('a clerk fills in the form, is told what is wrong, looks at the face, issues', async (t) => {
  const desk = await sitDown(t);
  const { page, context, faults } = desk;
  await page.getByRole('link', { name: '从业人员健康证明' }).first().click();
  await page.getByRole('heading', { name: '签发从业人员健康证明' }).waitFor();
  await look(desk, 'form');
  await fill(page, {
    license_number: NUMBER,
    holder_name: ZHANGSAN.name,
    holder_code: '360102199003077719',
    occupation: '餐饮服务',
    examining_institution: '示例市第一人民医院',
    examined_on: addDays(ISSUED_ON, -10),
    issued_on: ISSUED_ON,
  });
  await page.getByLabel('合格').check();
  await press(page, '核对');
  await page.locator('#summary').waitFor();
  t.true((await page.locator('#summary').innerText()).includes('第 18 位应为 8，现为 9'));
  t.is(await focused(page), 'summary');
  await page.locator('#summary a').click();
  t.is(await focused(page), 'field-holder_code');
  await look(desk, 'form-422');
  await fill(page, { holder_code: ZHANGSAN.code });
  await press(page, '核对');
  await page.getByRole('heading', { name: '核对从业人员健康证明' }).waitFor();
  await look(desk, 'review');

  const [preview] = await Promise.all([context.waitForEvent('page'), follow(page, '预览照面（PDF，新窗口）')]);
  await preview.waitForURL(/\/preview$/);
  const drawn = await context.request.get(preview.url());
  t.is(drawn.headers()['content-type'], 'application/pdf');
  t.is((await drawn.body()).subarray(0, 8).toString(), '%PDF-1.7');
  await preview.close();

  await press(page, '签发并盖章');
  await page.getByRole('heading', { name: '已签发' }).waitFor();
  t.regex(await mainOf(desk), /已签发，标识 1\.2\.156\.3005\.2\./);
  await look(desk, 'issued');
  t.deepEqual([...desk.found, ...faults], []);
});

inBrowser('he finds it by its number, suspends it with a reason and gives it back', async (t) => {
  const desk = await sitDown(t);
  const { page, faults } = desk;
  await findLicense(desk);
  await look(desk, 'license');
  await follow(page, '暂扣');
  await press(page, '暂扣');
  await page.locator('#summary').waitFor();
  t.true((await page.locator('#summary').innerText()).includes('请填写原因'));
  await page.getByLabel('原因').fill('复检');
  await look(desk, 'act');
  await press(page, '暂扣');
  await page.getByText('原因：复检').first().waitFor();
  const suspended = await mainOf(desk);
  t.true(suspended.includes('当前状态下不能办理新版本'), suspended);
  t.is(await page.getByRole('link', { name: '延续', exact: true }).count(), 0);
  await look(desk, 'suspended');
  await follow(page, '暂扣发还');
  await page.getByLabel('原因').fill('复检合格');
  await press(page, '暂扣发还');
  await page.getByRole('link', { name: '暂扣', exact: true }).waitFor();
  t.true((await mainOf(desk)).includes(`${ISSUING_DEPARTMENT.name}，原因：复检合格`));
  t.deepEqual([...desk.found, ...faults], []);
});

inBrowser('he renews it by the form, sees old and new side by side, and both versions afterwards', async (t) => {
  const desk = await sitDown(t);
  const { page, faults } = desk;
  await findLicense(desk);
  await follow(page, '延续');
  await page.getByRole('heading', { name: '延续：从业人员健康证明' }).waitFor();
  t.is(await page.inputValue('#field-occupation'), '餐饮服务');
  t.is(await page.locator('#field-holder_name').getAttribute('name'), null, 'the holder stays');
  await look(desk, 'renew');
  const examined = addDays(chinaDate(new Date()), -3);
  await fill(page, { examined_on: examined });
  await press(page, '核对');
  await page.getByRole('heading', { name: '核对延续' }).waitFor();
  const row = page.getByRole('row', { name: '体检日期' });
  t.is((await row.locator('td').allInnerTexts()).length, 2);
  await look(desk, 'renew-review');
  await press(page, '签发并盖章');
  await page.getByRole('heading', { name: '已延续' }).waitFor();
  await look(desk, 'renewed');
  await follow(page, '查看证照');
  const versions = page.getByRole('table', { name: '历次版本' }).getByRole('row');
  t.is(await versions.count(), 3, 'the head and two versions');
  await versions.nth(2).getByRole('link').click();
  await page.getByRole('heading', { name: '以前的版本' }).waitFor();
  t.is(await page.getByRole('link', { name: '变更', exact: true }).count(), 0, 'nothing is done from a version before');
  await look(desk, 'older');
  await follow(page, '查看现行版本');
  await page.getByRole('link', { name: '变更', exact: true }).waitFor();
  t.deepEqual([...desk.found, ...faults], []);
});

const ROWS = 40;
function makeList(): string {
  const day = chinaDate(new Date());
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const number = `示例健证（2026）第${String(1000 + index)}号`;
    return `${number},${ZHANGSAN.name},${ZHANGSAN.code},餐饮服务,示例医院,${day},${index === 7 ? '待定' : '合格'}`;
  });
  return ['证照编号,持证主体名称,持证主体代码,工种,体检机构,体检日期,体检结论', ...rows].join('\n');
}

inBrowser(
  'he sends a list, is told the row to mend, and sees the others issued without touching the page',
  async (t) => {
    const desk = await sitDown(t);
    const { page, faults } = desk;
    await follow(page, '批量');
    await follow(page, '新建批次');
    await fill(page, { title: '第 1 批' });
    const buffer = Buffer.from(makeList());
    await page.setInputFiles('#field-file', { name: 'list.csv', mimeType: 'text/csv', buffer });
    await press(page, '上传并校验');
    await page.getByRole('heading', { name: `共 ${ROWS} 行：${ROWS - 1} 行可签发，1 行有误` }).waitFor();
    t.true((await mainOf(desk)).includes('体检结论：应为以下之一：合格'));
    await look(desk, 'list-checked');
    const shown: number[] = [];
    await page.exposeFunction('noteBar', (value: number) => void shown.push(value));
    await page.addInitScript(`document.addEventListener('DOMContentLoaded', () => {
    const bar = document.getElementById('bar');
    if (bar) new MutationObserver(() => noteBar(bar.value)).observe(bar, { attributes: true });
  })`);
    await press(page, `只签发 ${ROWS - 1} 行`);
    await page.getByRole('heading', { name: '签发完成' }).waitFor({ timeout: 120_000 });
    t.true((await mainOf(desk)).includes(`已处理 ${ROWS} / ${ROWS} 行，成功 ${ROWS - 1}，未签发 1`));
    t.true(shown.length > 0, 'the bar moved');
    t.deepEqual(
      shown,
      shown.toSorted((one, other) => one - other),
      'and never back',
    );
    t.is(shown.at(-1), ROWS);
    await look(desk, 'list-done');
    t.deepEqual([...desk.found, ...faults], []);
  },
);
