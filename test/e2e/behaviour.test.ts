// How the pages behave in a browser: focus, keyboard, preferences, reflow, print. The rooms do not run for it; the gallery
// serves the pages.
import test, { type ExecutionContext } from 'ava';
import type { Browser } from 'playwright-core';
import type { Listening } from '../../common/http/server.ts';
import { judge } from '../_harness/judges.ts';
import { launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';
import { GALLERY, serveGallery } from './gallery.ts';

let server: Listening;
let browser: Browser | undefined;
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');

test.before(async () => {
  server = await serveGallery();
});
test.after.always(async () => {
  await browser?.close();
  await server.stop(0);
});

async function open(
  t: ExecutionContext,
  name: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  browser ??= await launchChromium();
  const visited = await visit(browser, [server.url], options);
  t.teardown(() => visited.context.close());
  await visited.page.goto(`${server.url}/gallery/${name}`);
  return visited;
}

inBrowser(
  'after a fault the summary has the focus, the title says so, its links lead to the fields, the password is gone',
  async (t) => {
    const { page } = await open(t, 'login-422');
    t.is(await page.evaluate('document.activeElement.id'), 'summary');
    t.regex(await page.title(), /^错误：登录 - 信基登录$/);
    await page.getByRole('link', { name: '请填写密码' }).click();
    t.is(await page.evaluate('document.activeElement.id'), 'field-password');
    const [login, password] = [page.locator('#field-login'), page.locator('#field-password')];
    t.is(await login.inputValue(), 'zhangsan');
    t.is(await password.inputValue(), '');
    t.is(await login.getAttribute('aria-invalid'), 'true');
    t.is(await login.getAttribute('aria-describedby'), 'field-login-fault');
  },
);

inBrowser('the keyboard meets the login page in its written order, and sees where it is', async (t) => {
  const { page } = await open(t, 'login');
  const met: string[] = [];
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('Tab');
    met.push(await page.evaluate('document.activeElement.textContent || document.activeElement.name'));
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineWidth');
    t.is(outline, '3px', met.at(-1));
  }
  const ways = ['密码', '短信', '通行密钥', '更多方式'];
  t.deepEqual(met, ['跳到正文', '信基登录', '长辈版', 'English', ...ways, 'login', 'password', '显示', '登录']);
  await shoot(page, 'focus.zh', true);
});

inBrowser('显示 shows the password and says what it does next; without script it is not there', async (t) => {
  const { page } = await open(t, 'login');
  await page.fill('#field-password', 'secret');
  await page.getByRole('button', { name: '显示' }).click();
  t.is(await page.locator('#field-password').getAttribute('type'), 'text');
  await page.getByRole('button', { name: '隐藏' }).click();
  t.is(await page.locator('#field-password').getAttribute('type'), 'password');
  const bare = await open(t, 'login', { javaScriptEnabled: false });
  t.is(await bare.page.getByRole('button', { name: '显示' }).count(), 0);
  t.is(await bare.page.getByRole('button', { name: '登录' }).count(), 1);
});

inBrowser('长辈版 and English are links that come back to the same page, without script too', async (t) => {
  const { page } = await open(t, 'wallet', { javaScriptEnabled: false });
  await page.getByRole('link', { name: '长辈版' }).click();
  t.is(new URL(page.url()).pathname, '/gallery/wallet');
  t.is(await page.locator('html').getAttribute('data-size'), 'larger');
  await page.getByRole('link', { name: 'English' }).click();
  t.is(await page.locator('html').getAttribute('lang'), 'en');
  t.is(await page.locator('html').getAttribute('data-size'), 'larger');
  await page.getByRole('link', { name: 'Standard view' }).click();
  t.is(await page.locator('html').getAttribute('data-size'), null);
});

// WCAG 2.2, 1.4.12
const TEXT_SPACING =
  'p,li,dd,dt,h1,h2,h3,a,button,label{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}';

inBrowser(
  'WCAG 2.2, 1.4.10 and 1.4.12: no page scrolls sideways at 320 px, in the largest type, with wide text spacing',
  async (t) => {
    const { page, context } = await open(t, 'login', { bypassCSP: true });
    const found: string[] = [];
    const look = async (name: string, how: string, touch: number) => {
      const lines = await layoutFindings(page, touch);
      found.push(...lines.filter((line) => line.startsWith('scrolls')).map((line) => `${name} ${how}: ${line}`));
    };
    for (const name of Object.keys(GALLERY)) {
      await page.setViewportSize({ width: 320, height: 256 });
      await page.goto(`${server.url}/gallery/${name}`);
      await look(name, '320 px', 44);
      await page.setViewportSize(PHONE);
      await page.addStyleTag({ content: TEXT_SPACING });
      await look(name, 'text spacing', 44);
    }
    await context.addCookies([{ name: 'xinji_size', value: 'largest', url: server.url }]);
    for (const name of Object.keys(GALLERY)) {
      await page.goto(`${server.url}/gallery/${name}`);
      await look(name, 'largest', 60);
    }
    t.deepEqual(found, []);
  },
);

inBrowser('the page that leads on leads on, and the content policy lets it', async (t) => {
  const { page, faults } = await open(t, 'login');
  await page.goto(`${server.url}/returning`);
  await page.waitForURL('**/gallery/login');
  t.deepEqual(faults, []);
});

inBrowser(
  'on paper: the verdict, no buttons, no code; with forced colours verdict and tags keep a border',
  async (t) => {
    const { page } = await open(t, 'verify-failed');
    await page.emulateMedia({ media: 'print' });
    t.true(await page.getByText('请勿采用此文件').isVisible());
    t.is(await page.locator('.button:visible').count(), 0);
    t.true(await page.locator('footer .print-only').isVisible());
    await page.goto(`${server.url}/gallery/presentation`);
    t.true(await page.getByText('亮证码不能打印使用').isVisible());
    t.false(await page.locator('.qr').isVisible());
    await page.emulateMedia({ media: 'screen', forcedColors: 'active' });
    await page.goto(`${server.url}/gallery/wallet`);
    for (const part of ['.tag', '.face', '.notice']) {
      t.not(await page.locator(part).first().evaluate('(one) => getComputedStyle(one).borderTopStyle'), 'none', part);
    }
  },
);
