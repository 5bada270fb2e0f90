// The end of a login on the pages of the license room, in a real browser against the whole house: warned of at the desk and in
// 我的证照, prolonged in place, and a form that came too late sent after a new login. What the server says of the time that
// is left is put before the page once; the clock of the page is moved, nothing is waited for.
import test, { type ExecutionContext } from 'ava';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { judge } from '../_harness/judges.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, visit } from './chromium.ts';
import { logIn } from './log-in.ts';
import { type RunningHouse, startRunningHouse } from './running-house.ts';

const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');
const CLERK = 'zhengzhao-qianfa';

let house: Promise<RunningHouse> | undefined;
let browser: Browser | undefined;

test.after.always(async () => {
  await browser?.close();
  await (await house?.catch(() => undefined))?.stop();
});

async function enter(t: ExecutionContext, path: string, login: string, viewport = DESKTOP) {
  house ??= startRunningHouse();
  const running = await house;
  browser ??= await launchChromium();
  const visited = await visit(browser, running.origins, { viewport });
  t.teardown(() => visited.context.close());
  await visited.context.clock.install();
  const { licenseUrl, passwords } = running.world;
  await visited.page.goto(`${licenseUrl}${path}`);
  await logIn(visited.page, passwords[login as keyof typeof passwords], login);
  return { ...visited, licenseUrl };
}

const warning = (page: Page) => page.locator('#session-warning');

/** The page asks, and hears once that four minutes are left. */
async function nearTheEnd(page: Page): Promise<void> {
  const left = { state: 'live', left_seconds: 240, ends_at: '15:42', can_prolong: true };
  await page.route('**/session', (route) => route.fulfill({ json: left }), { times: 1 });
  await page.clock.fastForward('25:30');
  await warning(page).getByText('15:42').waitFor();
}

/** As when the session has ended here. */
const forget = (context: BrowserContext) => context.clearCookies({ name: 'xinji-license-session' });

inBrowser('a clerk in the middle of a form is warned and goes on; the room and the login are told', async (t) => {
  const { page, licenseUrl, faults } = await enter(t, '/desk', CLERK);
  await page.getByRole('link', { name: '从业人员健康证明' }).first().click();
  await page.fill('#field-holder_name', '写了一半');
  t.regex(await page.locator('#session-until').innerText(), /^登录有效至 \d\d:\d\d$/);
  await nearTheEnd(page);
  t.is(await warning(page).getByText('您的登录将于 15:42 结束。').count(), 1);
  t.deepEqual([...(await layoutFindings(page, 44)), ...(await axeFindings(page))], []);
  await shoot(page, 'live-desk-session-warning.zh-desktop', true);
  const isSeen = `document.activeElement.getBoundingClientRect().bottom
    <= document.getElementById('session-warning').getBoundingClientRect().top`;
  t.true(await page.evaluate(isSeen), 'what has the focus is not behind the warning');
  const kept = page.waitForResponse(`${licenseUrl}/session/keep`);
  await warning(page).getByRole('button', { name: '继续使用' }).click();
  t.is((await kept).status(), 200);
  await warning(page)
    .getByText(/登录有效至 \d\d:\d\d，可以继续。/)
    .waitFor();
  t.is(await page.inputValue('#field-holder_name'), '写了一半');
  t.is(await page.evaluate('document.activeElement.id'), 'field-holder_name');
  t.deepEqual(faults, []);
});

inBrowser('a form that came too late stays in the page, and is sent after a new login in another window', async (t) => {
  const { page, context } = await enter(t, '/desk', CLERK);
  await page.getByRole('link', { name: '从业人员健康证明' }).first().click();
  await page.fill('#field-holder_name', '欧阳测试');
  await forget(context);
  await page.getByRole('button', { name: '核对', exact: true }).click();
  await page.getByRole('heading', { name: '登录已结束' }).waitFor();
  t.deepEqual([...(await layoutFindings(page, 44)), ...(await axeFindings(page))], []);
  await shoot(page, 'live-desk-lapsed-form.zh-desktop', true);
  const [again] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: '重新登录' }).click(),
  ]);
  await again.getByRole('heading', { name: '您已登录' }).waitFor();
  t.deepEqual(await axeFindings(again), []);
  await shoot(again, 'live-desk-session-back.zh-desktop', true);
  await again.close();
  await page.getByRole('button', { name: '继续提交' }).click();
  await page.locator('#summary').waitFor();
  t.is(await page.inputValue('#field-holder_name'), '欧阳测试', 'the same step, with what was typed');
});

inBrowser('a citizen on a phone reads it in English, in large type too', async (t) => {
  const { page, context, licenseUrl, faults } = await enter(t, '/licenses', 'zhangsan', PHONE);
  const cookie = (name: string, value: string) => ({ name, value, url: licenseUrl });
  for (const size of ['standard', 'larger'] as const) {
    await context.addCookies([cookie('xinji_lang', 'en'), cookie('xinji_size', size)]);
    await page.goto(`${licenseUrl}/licenses`);
    await nearTheEnd(page);
    t.is(await warning(page).getByText('Your login ends at 15:42.').count(), 1);
    t.deepEqual([...(await layoutFindings(page, size === 'standard' ? 44 : 60)), ...(await axeFindings(page))], []);
    await shoot(page, `live-wallet-session-warning.en-${size}`, true);
    await warning(page).getByRole('button', { name: 'Keep using' }).click();
    await warning(page).getByText('can go on').waitFor();
  }
  t.deepEqual(faults, []);
});
