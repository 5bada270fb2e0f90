// Consent and check in a real browser against a real license room: a citizen looks, unticks, agrees and is back at the unit;
// narrows and withdraws; somebody checks a license by its facts and by the QR code of its face. Once more without JavaScript.
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { judge } from '../_harness/judges.ts';
import { type LicenseHouse, startLicense } from '../license/http/license-house.ts';
import { asked, keyOf, READER, registerReaders, storeLicense, ZHANGSAN } from '../license/sharing-world.ts';
import { axeFindings, launchChromium, layoutFindings, shoot, visit } from './chromium.ts';

const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');
const BACK = `https://${READER}.example.gov.cn/back?from=license`;
let browser: Browser | undefined;
test.after.always(() => browser?.close());

async function open(t: ExecutionContext, house: LicenseHouse, javaScriptEnabled = true) {
  browser ??= await launchChromium();
  const origins = [house.url, new URL(BACK).origin];
  const { page, context, faults } = await visit(browser, origins, { javaScriptEnabled, reducedMotion: 'reduce' });
  t.teardown(() => context.close());
  // The unit's page, which leads on to another host at once.
  await context.route(`${new URL(BACK).origin}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>unit</title><h1>unit</h1>' }),
  );
  const [name = '', value = ''] = (await house.session(keyOf(ZHANGSAN))).split(/=(.*)/s);
  await context.addCookies([{ name, value, url: house.url }]);
  return { page, faults };
}

const made = z.looseObject({ request_id: z.string(), address: z.string() });
async function ask(house: LicenseHouse, returnTo: string | undefined) {
  const token = await house.token(READER, 'license:read');
  const json = asked(returnTo === undefined ? {} : { return_to: returnTo });
  return made.parse((await house.call('POST', '/v1/consent-requests', { token, json })).json);
}

async function judgePage(t: ExecutionContext, page: Page, name: string): Promise<void> {
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, 44))], [], name);
  await shoot(page, `sharing-${name}`);
}

inBrowser(
  'a citizen looks, unticks one entry, agrees and is back at the unit; then narrows and withdraws',
  async (t) => {
    const house = await startLicense(t);
    await registerReaders(house.deps.db);
    await storeLicense(house.deps.db);
    const { page, faults } = await open(t, house);
    const { address, request_id: id } = await ask(house, BACK);
    await page.goto(address);
    t.regex(await page.innerText('h1'), /示例市市场监督管理局/);
    await judgePage(t, page, 'consent');
    await page.getByRole('checkbox', { name: /持证主体：张三/ }).uncheck();
    await page.getByRole('checkbox', { name: /证照编号/ }).uncheck();
    await page.getByRole('button', { name: '同意并继续' }).click();
    await page.getByRole('heading', { name: '有 1 处需要改正' }).waitFor();
    t.is(await page.evaluate('document.activeElement?.id'), 'summary');
    await judgePage(t, page, 'consent-422');
    await page.getByRole('checkbox', { name: /证照编号/ }).check();
    await page.getByRole('button', { name: '同意并继续' }).click();
    await page.waitForURL(`${BACK}&request_id=${id}`);
    await page.goto(`${house.url}/consents`);
    await judgePage(t, page, 'consents');
    await page.getByRole('link', { name: /查看或更改.*示例市市场监督管理局/ }).click();
    t.is(await page.getByRole('checkbox', { name: /持证主体/ }).count(), 0);
    await judgePage(t, page, 'given');
    await page.getByRole('checkbox', { name: '最多再查看一次' }).check();
    await page.getByRole('button', { name: '保存更改' }).click();
    await page.getByText('已缩小对示例市市场监督管理局的授权。').waitFor();
    t.regex(await page.innerText('main'), /最多 1 次/);
    await page.getByRole('link', { name: /查看或更改/ }).click();
    await page.getByRole('button', { name: '撤回授权' }).click();
    t.regex(await page.getByRole('status').innerText(), /已撤回授权。示例市市场监督管理局不能再凭此授权查看您的证照。/);
    t.deepEqual(faults, []);
  },
);

inBrowser('without JavaScript: agree, and decline', async (t) => {
  const house = await startLicense(t);
  await registerReaders(house.deps.db);
  await storeLicense(house.deps.db);
  const { page, faults } = await open(t, house, false);
  await page.goto((await ask(house, BACK)).address);
  await page.getByRole('button', { name: '同意并继续' }).click();
  await page.waitForURL((url) => url.href.startsWith(BACK));
  await page.goto((await ask(house, undefined)).address);
  await page.getByRole('button', { name: '不同意', exact: true }).click();
  t.regex(await page.getByRole('status').innerText(), /没有授权示例市市场监督管理局/);
  t.deepEqual(faults, []);
});

inBrowser('anybody checks a license by two facts, and by the QR code of its face, without login', async (t) => {
  const house = await startLicense(t);
  const { identifier } = await storeLicense(house.deps.db);
  const { page, faults } = await open(t, house);
  await page.context().clearCookies();
  await page.goto(`${house.url}/verify`);
  await judgePage(t, page, 'verify');
  await page.getByLabel('电子证照标识').fill('1.2.3');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('heading', { name: '有 1 处需要改正' }).waitFor();
  await page.getByLabel('电子证照标识').fill(identifier);
  await page.getByRole('button', { name: '下一步' }).click();
  await judgePage(t, page, 'facts');
  await page.getByLabel('持证主体名称').fill('张三');
  await page.getByLabel('证照编号').fill('示例健证（2026）第000009号');
  await page.getByRole('button', { name: '开始核验' }).click();
  await page.getByRole('heading', { name: /没有这张证照/ }).waitFor();
  await judgePage(t, page, 'facts-wrong');
  await page.goto(`${house.url}/verify?identifier=${identifier}`);
  await page.getByLabel('持证主体名称').fill('张三');
  await page.getByLabel('证照编号').fill('示例健证（2026）第000001号');
  await page.getByLabel(/查询某一天的状态/).fill('2026-11-19');
  await page.getByRole('button', { name: '开始核验' }).click();
  await page.getByRole('heading', { name: '证照有效' }).waitFor();
  t.regex(await page.innerText('main'), /2026年11月19日的状态\s+当时尚未签发/);
  t.false((await page.innerText('main')).includes('张三'));
  await judgePage(t, page, 'facts-valid');
  await page.goto(`${house.url}/verify?id=${identifier}&code=0123456789ABCDEF`);
  t.regex(await page.innerText('main'), /持证主体\s+张\*/);
  await page.goto(`${house.url}/verify?id=${identifier}&code=0123456789ABCDEG`);
  t.regex(await page.innerText('h1'), /没有这张证照/);
  t.deepEqual(faults, []);
});
