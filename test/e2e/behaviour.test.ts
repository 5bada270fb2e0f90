// How the pages behave in a browser: focus, keyboard, preferences, reflow, print, and the script of the presentation code
// under a clock of its own. The rooms do not run for it; the gallery serves the pages.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

judge(
  test.serial,
  'chromium',
  'noto-cjk',
  'zbarimg',
)('zbar reads the presentation code from a phone in every size of letters', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-qr-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const size of ['standard', 'larger', 'largest']) {
    const { page, context } = await open(t, 'login');
    await context.addCookies([{ name: 'xinji_size', value: size, url: server.url }]);
    await page.goto(`${server.url}/gallery/presentation`);
    const file = join(folder, `${size}.png`);
    writeFileSync(file, await page.screenshot({ fullPage: true }));
    const read = execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' });
    t.regex(read, /^https:\/\/license\.example\.gov\.cn\/verify\?code=lz_/, size);
    await shoot(page, `presentation.zh-${size}`);
  }
});

const UPDATE = (number: number) => ({
  groups: ['lz_', `new${number}`],
  qr: { size: 29, path: 'M4 4h7v1h-7z' },
  expires_in_ms: 60_000,
  until: `10:2${number}:00`,
  state_url: `/gallery/state/${number}`,
});

type Stage = Visit & {
  states: Record<string, { state: string; message: string | null }>;
  renewals: () => number;
  spoken: string[];
};

/** The presentation page with its two addresses played by the test, under a clock that the test moves. */
async function stage(t: ExecutionContext, renew: (number: number) => object | null = UPDATE): Promise<Stage> {
  const visited = await open(t, 'login');
  const { page } = visited;
  const states: Stage['states'] = {};
  const spoken: string[] = [];
  let renewals = 0;
  await page.clock.install({ time: new Date('2026-11-20T02:24:35Z') });
  await page.route('**/presentations', async (route) => {
    renewals += 1;
    const update = renew(renewals);
    await (update === null ? route.abort() : route.fulfill({ json: update, status: 201 }));
  });
  await page.route('**/gallery/state**', (route) =>
    route.fulfill({ json: states[new URL(route.request().url()).pathname] ?? { state: 'live', message: null } }),
  );
  await page.exposeFunction('noteSpoken', (text: string) => void spoken.push(text));
  await page.goto(`${server.url}/gallery/presentation`);
  await page.evaluate(`new MutationObserver(() => noteSpoken(document.querySelector('[role=status]').textContent))
    .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`);
  return { ...visited, states, renewals: () => renewals, spoken };
}

inBrowser(
  '亮证码: the next code is there before the old one ends, is said once, and a reading of the old one still shows',
  async (t) => {
    const { page, states, renewals, spoken, faults } = await stage(t);
    await page.clock.runFor(50_000);
    t.is(renewals(), 0);
    await page.clock.runFor(5_000);
    await page.getByText('new1').waitFor();
    t.is(renewals(), 1);
    t.is(await page.locator('.until-words').textContent(), '10:21:00 前有效，限用一次');
    states['/gallery/state'] = { state: 'read', message: '示例市政务服务大厅于 10:25:33 读取了这张证照。' };
    await page.clock.runFor(3_000);
    await page.getByRole('heading', { name: '已出示' }).waitFor();
    t.false(await page.locator('.qr').isVisible(), 'one reading voids both codes');
    t.true(await page.locator('.read-words').isVisible());
    await page.clock.runFor(120_000);
    t.is(renewals(), 1, 'nothing is fetched after a reading');
    t.true(spoken.length <= 3, spoken.join(' | '));
    t.deepEqual(faults, []);
    await shoot(page, 'presentation-read-live.zh');
  },
);

inBrowser(
  '亮证码: offline the code stays until its time, then goes away; it never looks live after its end',
  async (t) => {
    const { page } = await stage(t, () => null);
    await page.clock.runFor(55_000);
    await page.getByText('网络不通，此码 10:25:35 前仍有效').waitFor();
    t.true(await page.locator('.qr').isVisible());
    await page.clock.runFor(8_000);
    await page.getByText('此码已过期，联网后换新码').waitFor();
    t.false(await page.locator('.qr').isVisible());
  },
);

inBrowser('亮证码: after ten renewals it pauses', async (t) => {
  const { page, renewals } = await stage(t);
  const paused = page.getByText('已暂停');
  for (let minute = 0; minute < 60 && !(await paused.isVisible()); minute += 1) await page.clock.runFor(54_000);
  await paused.waitFor();
  t.is(renewals(), 10);
  t.false(await page.locator('.qr').isVisible());
});
