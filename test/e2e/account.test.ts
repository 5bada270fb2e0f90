// The user centre in a real browser against the room itself: every page on phone and desktop, in both languages, in large
// type, by keyboard, without script; what is done there is done.
import type { ExecutionContext } from 'ava';
import test from 'ava';
import type { Browser } from 'playwright-core';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { judge } from '../_harness/judges.ts';
import { authorize, type IdentityHouse, logIn, PERSON, post, startIdentity } from '../identity/identity-house.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';

let browser: Browser | undefined;
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');

test.after.always(async () => {
  await browser?.close();
});

const PAGES = ['', '/factors', '/devices', '/history', '/consents', '/data', '/factors/password?why=not-me'];
const MODES = [
  { name: 'phone', lang: 'zh', size: 'standard', viewport: PHONE, touch: 44 },
  { name: 'desktop', lang: 'en', size: 'standard', viewport: DESKTOP, touch: 44 },
  { name: 'large', lang: 'zh', size: 'larger', viewport: PHONE, touch: 60 },
  { name: '320', lang: 'en', size: 'largest', viewport: { width: 320, height: 480 }, touch: 60 },
] as const;

/** Logged in, with a second device and a system that was told something. */
async function enter(
  t: ExecutionContext,
  house: IdentityHouse,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  browser ??= await launchChromium();
  const visited = await visit(browser, [house.url], { viewport: PHONE, ...options });
  t.teardown(() => visited.context.close());
  const { page } = visited;
  await page.goto(`${house.url}/account`);
  await page.fill('#field-login', PERSON.loginName);
  await page.fill('#field-password', PERSON.password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { name: '账号资料' }).waitFor();
  return visited;
}

/** A system of others, agreed to on another device. */
async function agreeElsewhere(house: IdentityHouse): Promise<void> {
  const shop = await house.client('shop', { firstParty: false });
  const other = makeBrowser();
  const { target } = await authorize(shop);
  const consent = await other.submit(await other.open(target.href), {
    login: PERSON.loginName,
    password: PERSON.password,
  });
  await post(other, consent, { decision: 'agree' });
}

inBrowser('every page of the user centre holds in every mode: axe, layout, content policy', async (t) => {
  const house = await startIdentity(t);
  await agreeElsewhere(house);
  await logIn(await house.client('own'));
  const visited = await enter(t, house);
  const { page, context, faults } = visited;
  const found: string[] = [];
  for (const mode of MODES) {
    await page.setViewportSize(mode.viewport);
    const cookie = (name: string, value: string) => ({ name, value, url: house.url });
    await context.addCookies([cookie('xinji_lang', mode.lang), cookie('xinji_size', mode.size)]);
    for (const path of PAGES) {
      await page.goto(`${house.url}/account${path}`);
      const lines = [
        ...(mode.name === 'phone' ? await axeFindings(page) : []),
        ...(await layoutFindings(page, mode.touch)),
        ...faults.splice(0),
      ];
      found.push(...lines.map((line) => `${mode.name} ${path}: ${line}`));
      await shoot(page, `live-account${path.replaceAll(/\W/g, '-')}.${mode.name}`);
    }
  }
  t.deepEqual(found, []);
});

inBrowser('without script: codes shown once, a device logged out, consent withdrawn, data downloaded', async (t) => {
  const house = await startIdentity(t);
  await agreeElsewhere(house);
  const { page, faults } = await enter(t, house, { javaScriptEnabled: false, acceptDownloads: true });
  t.true(await page.getByText('360***********7718').isVisible());
  await page.getByRole('button', { name: '显示完整号码' }).click();
  t.true(await page.getByText(PERSON.holder.code).isVisible());
  await page.goto(`${house.url}/account`);
  t.false(await page.getByText(PERSON.holder.code).isVisible());

  await page.getByRole('link', { name: '设备' }).click();
  await page.getByRole('button', { name: /^退出此设备/ }).click();
  t.true(await page.getByRole('status').getByText('已退出 1 台设备').isVisible());
  t.true(await page.getByText('没有在其他设备上登录').isVisible());

  await page.getByRole('link', { name: '授权记录' }).click();
  await page.getByRole('button', { name: /^撤回.*shop/ }).click();
  t.true(await page.getByRole('status').getByText('已撤回授权').isVisible());
  t.is(await page.getByRole('button', { name: /撤回/ }).count(), 0);

  await page.getByRole('link', { name: '账号资料' }).click();
  await page.getByRole('link', { name: '下载我的数据' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载我的数据' }).click(),
  ]);
  t.is(download.suggestedFilename(), 'xinji-my-data.json');
  t.deepEqual(faults, []);
});

inBrowser('the keyboard meets the profile in its written order, and sees where it is', async (t) => {
  const house = await startIdentity(t);
  const { page } = await enter(t, house, { viewport: DESKTOP });
  const met: string[] = [];
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    met.push(await page.evaluate('document.activeElement.textContent.trim()'));
    t.is(await page.evaluate('getComputedStyle(document.activeElement).outlineWidth'), '3px', met.at(-1));
  }
  const nav = ['账号资料', '登录方式', '设备', '登录记录', '授权记录'];
  t.deepEqual(met.slice(0, 11), ['跳到正文', '信基登录', ...nav, '长辈版', 'English', '退出', met[10]!]);
  t.is(await page.getByRole('link', { name: '账号资料' }).getAttribute('aria-current'), 'page');
  await page.goto(`${house.url}/account/factors/password`);
  await page.getByRole('button', { name: '改密码并退出其他全部设备' }).click();
  await page.locator('#summary').waitFor();
  t.is(await page.evaluate('document.activeElement.id'), 'summary');
  t.regex(await page.title(), /^错误：修改密码/);
  await page.getByRole('link', { name: '请填写现在的密码' }).click();
  t.is(await page.evaluate('document.activeElement.id'), 'field-current');
});
