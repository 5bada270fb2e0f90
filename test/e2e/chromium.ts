// Debian's Chromium under playwright-core, and what a test may ask of any page of the house: no violation of the content
// policy, nothing from elsewhere, nothing missing, no sideways scrolling, targets a finger can hit, axe-core content.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '../..');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IN_PAGE = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8')
  .trim()
  .replace(/^\/\/.*\n/gm, '')
  .replace(/;$/, '');
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Visit = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong since the visit began: console errors, policy violations, failed or foreign requests. */
  readonly faults: string[];
};

/** A new context (own cookies) with one page that notes what goes wrong. `origins`: where its requests may go. */
export async function visit(
  browser: Browser,
  origins: readonly string[],
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', ...options });
  const faults: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    // A form with faults is answered 422: the browser notes that as an error, for us it is an answer.
    if (message.type() === 'error' && !/status of 4(04|22|29)/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) faults.push(`request to ${request.url()}`);
  });
  page.on('response', (response) => {
    const { status } = { status: response.status() };
    if (status >= 500 || (status === 404 && response.request().resourceType() !== 'document')) {
      faults.push(`${status} ${response.url()}`);
    }
  });
  return { page, context, faults };
}

/** Saves `out/screenshots/NAME.png`, the full page unless `firstScreen`; only with SCREENSHOTS=1, for they cost a third of the time. */
export async function shoot(page: Page, name: string, firstScreen = false): Promise<void> {
  if (process.env['SCREENSHOTS'] !== '1') return;
  const folder = join(root, 'out/screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: !firstScreen });
}

/** Findings of axe-core, of any impact, as sentences. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.waitForLoadState(); // a heading can be seen before its style has come
  await page.evaluate(AXE);
  return page.evaluate(`(${IN_PAGE}).axe()`);
}

/** Layout and structure that axe does not judge. `touchPx`: 44, and 60 in large type. */
export async function layoutFindings(page: Page, touchPx: number): Promise<string[]> {
  await page.waitForLoadState();
  return page.evaluate(`(${IN_PAGE}).layout(${touchPx})`);
}

/** Takes the focus away and scrolls up, for screenshots. */
export function leaveFocus(page: Page): Promise<void> {
  return page.evaluate(`(${IN_PAGE}).blur()`);
}
