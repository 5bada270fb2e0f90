// 亮证码 in a browser: read by a scanner in every size of letters, and its script under a clock that the test moves, on a
// network that the test breaks. The gallery serves the page; the test plays its addresses.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Browser } from 'playwright-core';
import type { Listening } from '../../common/http/server.ts';
import { judge } from '../_harness/judges.ts';
import { launchChromium, shoot, type Visit, visit } from './chromium.ts';
import { serveGallery } from './gallery.ts';

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

async function open(t: ExecutionContext, options: Parameters<Browser['newContext']>[0] = {}): Promise<Visit> {
  browser ??= await launchChromium();
  const visited = await visit(browser, [server.url], options);
  t.teardown(() => visited.context.close());
  return visited;
}

judge(
  test.serial,
  'chromium',
  'noto-cjk',
  'zbarimg',
)('zbar reads the presentation code from a phone in every size of letters', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-qr-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const size of ['standard', 'larger', 'largest']) {
    const { page, context } = await open(t);
    await context.addCookies([{ name: 'xinji_size', value: size, url: server.url }]);
    await page.goto(`${server.url}/gallery/presentation`);
    const file = join(folder, `${size}.png`);
    writeFileSync(file, await page.screenshot({ fullPage: true }));
    const read = execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' });
    t.is(read.trim(), 'lz_5k3m9q2w7x4t8v6z1y0r5k3m9q', size);
    await shoot(page, `presentation.zh-${size}`);
  }
});

const UPDATE = (number: number) => ({
  groups: ['lz_', `new${number}`],
  digits: ['0000', String(number).padStart(4, '0')],
  qr: { size: 29, path: 'M4 4h7v1h-7z' },
  expires_in_ms: 60_000,
  until: `10:2${number}:00`,
});

type Stage = Visit & {
  /** What the presentation's state address answers from now on. */
  answer(fact: { state: string; message: string | null }): void;
  renewals: () => number;
  spoken: string[];
};

/** The presentation page with its two addresses played by the test. `renew` null: the line is cut; a number: a status. */
async function stage(t: ExecutionContext, renew: (number: number) => object | number | null = UPDATE): Promise<Stage> {
  const visited = await open(t);
  const { page } = visited;
  const spoken: string[] = [];
  let fact: { state: string; message: string | null } = { state: 'live', message: null };
  let renewals = 0;
  await page.clock.install({ time: new Date('2026-11-20T02:24:35Z') });
  await page.route('**/present/prs_0/codes', async (route) => {
    renewals += 1;
    const update = renew(renewals);
    if (update === null) return route.abort();
    await (typeof update === 'number'
      ? route.fulfill({ json: {}, status: update })
      : route.fulfill({ json: update, status: 201 }));
  });
  await page.route('**/present/prs_0/state', (route) => route.fulfill({ json: fact }));
  await page.exposeFunction('noteSpoken', (text: string) => void spoken.push(text));
  await page.goto(`${server.url}/gallery/presentation`);
  await page.evaluate(`new MutationObserver(() => noteSpoken(document.querySelector('[role=status]').textContent))
    .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true })`);
  return {
    ...visited,
    answer: (next) => {
      fact = next;
    },
    renewals: () => renewals,
    spoken,
  };
}

inBrowser(
  'the next code is there before the old one ends, in place and of the same size, said once; a reading voids both',
  async (t) => {
    const { page, answer, renewals, spoken, faults } = await stage(t);
    const before = await page.locator('.qr').boundingBox();
    await page.clock.runFor(50_000);
    t.is(renewals(), 0);
    await page.clock.runFor(5_000);
    await page.locator('.code').getByText('0001').waitFor();
    t.is(renewals(), 1);
    t.deepEqual(await page.locator('.qr').boundingBox(), before);
    t.is(await page.locator('.until-words').textContent(), '10:21:00 前有效，限用一次');
    t.is(await page.locator('.whole-code .identifier').textContent(), 'lz_new1');
    answer({ state: 'read', message: '示例市政务服务大厅于 10:25:33 读取了：健康证明（证照编号）。' });
    await page.clock.runFor(3_000);
    await page.getByRole('heading', { name: '已出示' }).waitFor();
    t.false(await page.locator('.qr').isVisible());
    t.true(await page.locator('.read-words').isVisible());
    t.true(await page.getByRole('link', { name: '不认识这个单位？停止并申诉' }).isVisible());
    t.is(await page.getByRole('button', { name: '换一个新码' }).count(), 0);
    await page.clock.runFor(120_000);
    t.is(renewals(), 1, 'nothing is fetched after a reading');
    t.true(spoken.length <= 3, spoken.join(' | '));
    t.deepEqual(faults, []);
    await shoot(page, 'presentation-read-live.zh');
  },
);

inBrowser('offline the code stays until its time, then goes away; it never looks live after its end', async (t) => {
  const { page } = await stage(t, () => null);
  await page.clock.runFor(55_000);
  await page.getByText('网络不通，此码 10:25:35 前仍有效').waitFor();
  t.true(await page.locator('.qr').isVisible());
  await shoot(page, 'presentation-offline.zh');
  await page.clock.runFor(8_000);
  await page.getByText('此码已过期，联网后换新码').waitFor();
  t.false(await page.locator('.qr').isVisible());
});

inBrowser('on a poor line it tries again and goes on where it was', async (t) => {
  const { page } = await stage(t, (number) => (number < 4 ? (number === 2 ? 503 : null) : UPDATE(number)));
  await page.clock.runFor(54_000);
  await page.getByText('网络不通').waitFor();
  await page.clock.runFor(10_000);
  await page.locator('.code').getByText('0004').waitFor();
  t.true(await page.locator('.qr').isVisible());
});

inBrowser(
  'after ten renewals, or when the presentation is over, it pauses; stopped elsewhere, it says so',
  async (t) => {
    const { page, renewals } = await stage(t);
    const paused = page.getByText('已暂停');
    for (let minute = 0; minute < 60 && !(await paused.isVisible()); minute += 1) await page.clock.runFor(54_000);
    await paused.waitFor();
    const asked = renewals();
    t.true(asked >= 10);
    await page.clock.runFor(120_000);
    t.is(renewals(), asked);
    t.false(await page.locator('.qr').isVisible());
    const ended = await stage(t, () => 410);
    await ended.page.clock.runFor(55_000);
    await ended.page.getByText('已暂停').waitFor();
    t.false(await ended.page.locator('.qr').isVisible());
    const stopped = await stage(t);
    stopped.answer({ state: 'over', message: null });
    await stopped.page.clock.runFor(3_000);
    await stopped.page.getByText('已结束亮证').waitFor();
    t.false(await stopped.page.locator('.qr').isVisible());
  },
);

inBrowser('without script: the code, the time of day it ends, and buttons that post', async (t) => {
  const { page, faults } = await open(t, { javaScriptEnabled: false });
  await page.goto(`${server.url}/gallery/presentation`);
  t.true(await page.locator('.qr').isVisible());
  t.is(await page.locator('.until-words').innerText(), '10:25:35 前有效，限用一次');
  t.true(await page.getByRole('button', { name: '换一个新码' }).isVisible());
  t.true(await page.getByRole('button', { name: '结束亮证' }).isVisible());
  t.deepEqual(faults, []);
});

inBrowser(
  'at the verifier’s desk the field has the focus, a scanner’s Enter sends it, and the result leads on',
  async (t) => {
    const { page } = await open(t);
    await page.goto(`${server.url}/gallery/redeem`);
    t.is(await page.evaluate('document.activeElement.id'), 'field-code');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.route('**/redeem', (route) => route.fulfill({ contentType: 'text/html', body: '<p>taken</p>' }));
    await page.keyboard.type('lz_5k3m9q2w7x4t8v6z1y0r5k3m9q');
    await page.keyboard.press('Enter');
    t.true((await sent).postData()?.includes('code=lz_5k3m9q2w7x4t8v6z1y0r5k3m9q'));
    await page.getByText('taken').waitFor();
    await page.goto(`${server.url}/gallery/redeemed-valid`);
    t.is(await page.evaluate('document.activeElement.id'), 'next');
  },
);
