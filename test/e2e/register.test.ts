// Registration, proof and the choice in whose name one acts, in a real browser: phone and desktop, with script and without, by
// keyboard; nothing that axe or our layout rules object to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { TEST_UNITS } from '../../identity/proofing/test-persons.ts';
import { authorize, CHEAP_WORK, type IdentityHouse, MASTER_KEY, startIdentity } from '../identity/identity-house.ts';
import { readCode } from '../identity/messages.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const WANG = { name: '王芳', code: '360102199206150014' } as const;
const NUMBER = '13900000001';
const PASSWORD = 'a phrase that nobody guesses';

let browser: Browser;
test.before(async () => {
  browser = await launchChromium();
});
test.after.always(() => browser.close());

async function judge(t: ExecutionContext, page: Page, name: string, touchPx = 44): Promise<void> {
  t.deepEqual(await axeFindings(page), [], name);
  t.deepEqual(await layoutFindings(page, touchPx), [], name);
  await shoot(page, `accounts-${name}`);
}

const next = (page: Page): Promise<void> => page.locator('main form .actions button').first().click();

async function register(t: ExecutionContext, house: IdentityHouse, { page }: Visit, name: string): Promise<void> {
  await page.goto(`${house.url}/register`);
  await next(page);
  await judge(t, page, `${name}-phone-fault`);
  t.true((await page.title()).startsWith('错误：'));
  await page.fill('#field-phone', NUMBER);
  await next(page);
  await judge(t, page, `${name}-code`);
  await page.fill('#field-code', await readCode(house, NUMBER));
  await next(page);
  await page.fill('#field-password', NUMBER);
  await next(page);
  await judge(t, page, `${name}-password-fault`);
  await page.fill('#field-password', PASSWORD);
  await next(page);
  await page.fill('#field-name', '汪芳');
  await page.fill('#field-code', WANG.code);
  await next(page);
  await judge(t, page, `${name}-identity-mismatch`);
  await page.fill('#field-name', WANG.name);
  await next(page);
  await judge(t, page, `${name}-done`);
  t.true((await page.textContent('h1'))?.includes('实名等级三级'));
}

test('a person registers on a phone; without script on a desktop it is the same', async (t) => {
  for (const [name, options] of [
    ['register', { viewport: PHONE }],
    ['register-noscript', { viewport: DESKTOP, javaScriptEnabled: false }],
  ] as const) {
    const house = await startIdentity(t);
    const here = await visit(browser, [house.url], options);
    if (name === 'register-noscript') {
      const { page } = here;
      await page.goto(`${house.url}/register`);
      await page.fill('#field-phone', NUMBER);
      await next(page);
      await page.fill('#field-code', await readCode(house, NUMBER));
      await next(page);
      await page.fill('#field-password', PASSWORD);
      await next(page);
      await page.fill('#field-name', WANG.name);
      await page.fill('#field-code', WANG.code);
      await next(page);
      t.true((await page.textContent('h1'))?.includes('实名等级三级'));
      await shoot(page, 'accounts-register-noscript-done');
    } else await register(t, house, here, name);
    t.deepEqual(here.faults, []);
    await here.context.close();
  }
});

test('in whose name: by keyboard on a phone, and without script on a desktop; the browser arrives at the system', async (t) => {
  const house = await startIdentity(t);
  const system = createServer((_, answer) => answer.end('ok')).listen(0, '127.0.0.1');
  await once(system, 'listening');
  t.teardown(() => system.close());
  const callback = `http://127.0.0.1:${(system.address() as AddressInfo).port}`;
  const client = await house.client('alpha', { firstParty: false, redirectUris: [`${callback}/callback`] });
  const account = { name: WANG.name, phone: NUMBER, password: PASSWORD };
  const { sub } = await registerAccount({ ...house, keys, work: CHEAP_WORK }, account);
  const deps = { ...house, keys, proofWaitDays: 14, ports: makeDevelopmentPorts({ delayMs: 0, outages: () => [] }) };
  await proveByPopulation(deps, sub, { name: WANG.name, holder: { type: '111', code: WANG.code } });
  const units = TEST_UNITS.filter(({ representative }) => representative === WANG.code);
  for (const unit of units) await proveUnit(deps, sub, unit);
  for (const [name, viewport, javaScriptEnabled] of [
    ['act-as', PHONE, true],
    ['act-as-desktop', DESKTOP, false],
  ] as const) {
    const here = await visit(browser, [house.url, callback], { viewport, javaScriptEnabled });
    const { page } = here;
    await page.goto((await authorize(client)).target.href);
    await page.fill('#field-login', NUMBER);
    await page.fill('#field-password', PASSWORD);
    await page.locator('main form button[type=submit]').first().click();
    await page.waitForURL(/interaction/);
    await page.getByRole('heading', { name: '您要以谁的身份办理？' }).waitFor();
    if (javaScriptEnabled) {
      await judge(t, page, name);
      await next(page);
      await judge(t, page, `${name}-fault`);
      // By keyboard: into the group, down to the second card, on to the button.
      await page.locator('input[name=acting_for]').first().focus();
      await page.keyboard.press('ArrowDown');
      const chosen = await page.locator('input[name=acting_for]').nth(1).getAttribute('data-go');
      t.is(await page.textContent('main form .actions button'), chosen);
      t.regex(chosen!, /^以“示例市.*”的身份继续$/);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    } else {
      await shoot(page, name);
      await page.locator(`input[value="${units[0]!.code}"]`).check();
      await next(page);
    }
    // Consent is remembered; in whose name is asked in every session.
    if (javaScriptEnabled) await page.getByRole('button', { name: '同意并继续' }).click();
    await page.waitForURL(/\/callback\?code=/);
    t.true(page.url().startsWith(`${callback}/callback?code=`));
    t.deepEqual(here.faults, []);
    await here.context.close();
  }
});
