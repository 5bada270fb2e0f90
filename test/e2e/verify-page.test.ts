// The verification page of the seal room as a citizen meets it: real Chromium, a real room and database, real documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { concatBytes } from '../../common/bytes.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { judge } from '../_harness/judges.ts';
import { startRoom, type TestRoom } from '../seal/room.ts';
import { ascii, find, flip, makePdf, qpdf, seal, sealBytes, stamperOf, verifyBytes } from '../seal/world.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, leaveFocus, shoot, visit } from './chromium.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-verify-page-'));
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk', 'qpdf');
let browser: Browser | undefined;
let room: TestRoom | undefined;

const plain = await makePdf({ pages: 2, withForm: true });
const sealed = await sealBytes(plain, { at: { xMm: 120, yMm: 40 }, stamper: stamperOf() });
const twice = await sealBytes(sealed, { page: 2, at: { xMm: 20, yMm: 200 } });
/** A red picture as large as a seal, which proves nothing. */
async function withRedPicture(pdf: Uint8Array): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf);
  const circle =
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><circle cx="100" cy="100" r="90" fill="none" stroke="#d01020" stroke-width="14"/><path fill="#d01020" d="M100 50l15 35h37l-30 23 12 37-34-23-34 23 12-37-30-23h37z"/></svg>';
  const picture = await document.embedPng(await sharp(Buffer.from(circle)).png().toBuffer());
  document.getPage(0).drawImage(picture, { x: 340, y: 120, width: 119, height: 119 });
  return document.save({ useObjectStreams: false });
}

const lock = ['--encrypt', 'secret', 'owner', '256', '--'];
const FILES: Readonly<Record<string, Uint8Array>> = {
  'locked.pdf': await qpdf(plain, ...lock),
  'two.pdf': twice,
  'changed.pdf': flip(sealed, find(sealed, 'stream\n') + 9),
  'added.pdf': concatBytes(sealed, ascii('%added')),
  'unsigned.pdf': await withRedPicture(plain),
  'picture.png': new Uint8Array(Buffer.from('89504e470d0a1a0a', 'hex')),
  'seal.esl': seal.raw,
};

test.before(async () => {
  const [port] = await findFreePorts(1);
  const url = `http://localhost:${port}`;
  room = await startRoom({ url }, port);
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(folder, name), bytes);
});
test.after.always(async () => {
  await browser?.close();
  await room?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(t: ExecutionContext, options: Parameters<Browser['newContext']>[0] = {}, lang = 'zh') {
  browser ??= await launchChromium();
  const { url } = room!;
  const visited = await visit(browser, [new URL(url).origin], options);
  t.teardown(() => visited.context.close());
  await visited.context.addCookies([{ name: 'xinji_lang', value: lang, url }]);
  await visited.page.goto(`${url}/verify`);
  return visited;
}

async function check(page: Page, name: string): Promise<void> {
  await page.setInputFiles('#field-file', join(folder, name));
  await page.getByRole('button', { name: /^(开始核验|Check)$/ }).click();
  await page.waitForLoadState('networkidle');
}

const MODES = [
  { name: 'zh', lang: 'zh', size: 'standard', options: {}, touch: 44, only: null },
  { name: 'en-desktop', lang: 'en', size: 'standard', options: { viewport: DESKTOP }, touch: 44, only: /two|changed/ },
  { name: 'zh-large', lang: 'zh', size: 'larger', options: {}, touch: 60, only: /two|png/ },
] as const;
const RESULTS: readonly (readonly [name: string, zh: RegExp, en: RegExp])[] = [
  ['two.pdf', /签章有效/, /The seal is valid/],
  ['changed.pdf', /签章无效/, /The seal is not valid/],
  ['added.pdf', /签章无效/, /The seal is not valid/],
  ['unsigned.pdf', /没有电子签章/, /No electronic seal/],
  ['seal.esl', /电子印章有效/, /The electronic seal is valid/],
  ['picture.png', /验章/, /Check whether/],
];

for (const mode of MODES) {
  inBrowser(`WCAG 2.2 AA: every verdict is understood at a glance, in ${mode.name}`, async (t) => {
    const { page, context, faults } = await open(t, { reducedMotion: 'reduce', ...mode.options }, mode.lang);
    await context.addCookies([{ name: 'xinji_size', value: mode.size, url: room!.url }]);
    const all: string[] = [];
    for (const [name, zh, en] of RESULTS.filter(([file]) => mode.only?.test(file) ?? true)) {
      await page.goto(`${room!.url}/verify`);
      await check(page, name);
      t.regex((await page.locator('h1').innerText()).replaceAll('\n', ''), mode.lang === 'zh' ? zh : en, name);
      const found = [...(await axeFindings(page)), ...(await layoutFindings(page, mode.touch)), ...faults.splice(0)];
      all.push(...found.map((line) => `${name}: ${line}`));
      await leaveFocus(page);
      await shoot(page, `seal-verify-${name.replace('.', '-')}.${mode.name}`);
    }
    t.deepEqual(all, []);
  });
}

inBrowser('by keyboard alone: to the file, to the check, into the steps; the focus is always seen', async (t) => {
  const { page } = await open(t);
  await page.setInputFiles('#field-file', join(folder, 'changed.pdf')); // the chooser itself is the system's
  const met: string[] = [];
  const tab = async (): Promise<void> => {
    await page.keyboard.press('Tab');
    met.push(await page.evaluate('document.activeElement.textContent.trim() || document.activeElement.name'));
    t.is(await page.evaluate('getComputedStyle(document.activeElement).outlineWidth'), '3px', met.at(-1));
  };
  for (let step = 0; step < 8; step += 1) await tab();
  const header = ['跳到正文', '信基盖章服务', '验章', '接口文档', '长辈版', 'English'];
  t.deepEqual(met, [...header, 'file', '签名在单独的文件里']);
  await tab();
  t.is(met.at(-1), '开始核验');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '签章无效' }).waitFor();
  const steps = page.locator('#steps-1 summary');
  await steps.focus();
  await page.keyboard.press('Enter');
  t.true(await page.getByText('不通过：文件摘要').first().isVisible());
  t.true(await page.locator('#steps-1 .clause').first().isVisible(), 'with its clause');
});

inBrowser(
  'the report is a click away: a file with the seal of the platform, in the language of the page',
  async (t) => {
    const { page } = await open(t, { acceptDownloads: true }, 'en');
    await check(page, 'changed.pdf');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download report' }).click(),
    ]);
    t.regex(download.suggestedFilename(), /^V-[0-9A-F]{10}-EN\.pdf$/);
    const report = verifyBytes(new Uint8Array(readFileSync(await download.path())));
    t.is(report.indication, 'TOTAL-PASSED', 'of a file that failed there is a report that passes');
  },
);

inBrowser('without JavaScript: upload, verdict, pictures, password and English all work', async (t) => {
  const { page, faults } = await open(t, { javaScriptEnabled: false });
  await check(page, 'two.pdf');
  t.true(await page.getByRole('heading', { name: '签章有效' }).isVisible());
  t.is(await page.locator('svg.sheet').count(), 2);
  await page.getByRole('link', { name: 'English' }).click();
  t.true(await page.getByRole('heading', { name: 'The seal is valid' }).isVisible(), 'the same result');
  await page.getByRole('button', { name: 'Delete now' }).click();
  t.is(new URL(page.url()).pathname, '/verify');
  await check(page, 'locked.pdf');
  await page.fill('#field-password', 'secret');
  await page.getByRole('button', { name: 'Check' }).click();
  t.true(await page.getByRole('heading', { name: 'No electronic seal' }).isVisible());
  t.deepEqual(faults, []);
});

inBrowser('while it runs the page says so, once; the password page looks as it should', async (t) => {
  const { page } = await open(t);
  await page.evaluate("addEventListener('submit', (event) => event.preventDefault())"); // the answer never comes
  await page.getByRole('button', { name: '开始核验' }).click();
  t.true(await page.getByRole('status').filter({ hasText: '正在上传并核验' }).isVisible());
  t.is(await page.locator('form.check').getAttribute('aria-busy'), 'true');
  await shoot(page, 'seal-verify-running.zh');
  await page.reload();
  t.false(await page.getByRole('status').isVisible());
  await check(page, 'locked.pdf');
  t.true(await page.getByRole('heading', { name: '这份文件加了密码' }).isVisible());
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, 44))], []);
  await shoot(page, 'seal-verify-password.zh');
  await page.goto(room!.url);
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, 44))], []);
  await shoot(page, 'seal-home.zh');
});
