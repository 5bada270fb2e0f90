// Registration, proof and the choice in whose name one acts, in a real browser: phone and desktop, with script and without, by
// keyboard; nothing that axe or our layout rules object to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { makeRecoveryCodes } from '../../identity/flow/authenticator.ts';
import { proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { TEST_UNITS } from '../../identity/proofing/test-persons.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import { ORG } from '../identity/admin-house.ts';
import {
  authorize,
  CHEAP_WORK,
  type IdentityHouse,
  MASTER_KEY,
  OTHER_PERSON,
  PERSON,
  startIdentity,
} from '../identity/identity-house.ts';
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

const VIEWS = [
  { name: 'phone', lang: 'zh', viewport: PHONE },
  { name: '320', lang: 'en', viewport: { width: 320, height: 640 } },
  { name: 'desktop', lang: 'zh', viewport: DESKTOP },
] as const;

/** The page as it is now, in every mode; the address is shown again, so it answers a GET. */
async function judgeModes(t: ExecutionContext, { page, context }: Visit, url: string, name: string): Promise<void> {
  for (const mode of VIEWS) {
    await context.addCookies([{ name: 'xinji_lang', value: mode.lang, url }]);
    await page.setViewportSize(mode.viewport);
    await page.goto(url);
    await judge(t, page, `${name}.${mode.name}`);
  }
  await context.addCookies([{ name: 'xinji_lang', value: 'zh', url }]);
  await page.goto(url);
}

test('recovery, proof, another phone and closing hold on phones of 390 and 320 px, on desktops, in both languages', async (t) => {
  const house = await startIdentity(t);
  const account = { name: WANG.name, phone: NUMBER, password: PASSWORD };
  const deps = { ...house, keys, work: CHEAP_WORK };
  const { sub } = await registerAccount(deps, account);
  const here = await visit(browser, [house.url], { viewport: PHONE });
  const { page } = here;
  await page.goto(`${house.url}/account`);
  await page.fill('#field-login', NUMBER);
  await page.fill('#field-password', PASSWORD);
  await page.locator('main form button[type=submit]').first().click();
  await page.getByRole('heading', { name: '账号资料' }).waitFor();
  for (const path of ['/prove', '/account/phone', '/account/mail', '/account/close'])
    await judgeModes(t, here, house.url + path, path.slice(1).replace('/', '-'));

  await page.goto(`${house.url}/prove`);
  await page.fill('#field-name', WANG.name);
  await page.fill('#field-code', WANG.code);
  await next(page);
  t.true(await page.getByText('核验通过，实名等级三级').isVisible());
  await judgeModes(t, here, `${house.url}/prove`, 'prove-face');
  await judgeModes(t, here, `${house.url}/prove/unit`, 'prove-unit');

  await makeRecoveryCodes(deps, (await findAccountBySub(house.db, keys, sub))!, async () => {});
  await page.goto(`${house.url}/recover`);
  await next(page);
  await judge(t, page, 'recover-fault');
  await judgeModes(t, here, `${house.url}/recover`, 'recover');
  await page.fill('#field-account', NUMBER);
  await next(page);
  await judgeModes(t, here, `${house.url}/recover/code`, 'recover-code');
  await page.fill('#field-code', await readCode(house, NUMBER));
  await next(page);
  await judgeModes(t, here, `${house.url}/recover/identity`, 'recover-identity');
  await next(page);
  await judge(t, page, 'recover-identity-fault');
  t.deepEqual(here.faults, []);
  await here.context.close();
});

test('a clerk checks a document at a counter: every page in every mode', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  await addRole(house, { loginName: PERSON.loginName, org: ORG, unit: '大厅', role: 'counter-clerk' });
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 4 });
  const here = await visit(browser, [house.url], { viewport: PHONE });
  const { page } = here;
  await page.goto(`${house.url}/admin/counter`);
  await page.fill('#field-login', PERSON.loginName);
  await page.fill('#field-password', PERSON.password);
  await page.locator('main form button[type=submit]').first().click();
  await page.locator('button[value=send]').click();
  await page.fill('#field-code', await readCode(house, PERSON.phone));
  await page.locator('button[value=check]').click();
  await page.getByRole('heading', { name: '窗口核验' }).waitFor();
  await judgeModes(t, here, `${house.url}/admin/counter`, 'counter');
  await page.fill('#field-typed', OTHER_PERSON.phone);
  await page.fill('#field-reason', '本人到窗口');
  await next(page);
  await page.getByRole('heading', { name: '核对证件' }).waitFor();
  await judgeModes(t, here, page.url(), 'counter-document');
  await page.getByRole('button', { name: '证件与本人相符，确认' }).click();
  await judge(t, page, 'counter-document-fault');
  await page.fill('#field-name', OTHER_PERSON.name);
  await page.fill('#field-code', OTHER_PERSON.holder.code);
  await page.fill('#field-reason', '本人到窗口');
  await page.getByRole('button', { name: '证件与本人相符，确认' }).click();
  t.true(await page.getByText('账号升为实名等级五级').isVisible());
  await judgeModes(t, here, page.url(), 'counter-help');
  await page.fill('#field-phone', NUMBER);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await judgeModes(t, here, page.url(), 'counter-help-code');
  await page.getByRole('button', { name: '绑定这个号码' }).click();
  await judge(t, page, 'counter-help-fault');
  await page.fill('#field-code', await readCode(house, NUMBER));
  await page.fill('#field-reason', '本人到窗口');
  await page.getByRole('button', { name: '绑定这个号码' }).click();
  t.true(await page.getByText('手机号已绑定').isVisible());
  await judge(t, page, 'counter-help-phone');
  await page.fill('#field-reason', '本人忘记密码');
  await page.getByRole('button', { name: '允许本人设置新密码' }).click();
  t.true(await page.getByText('已允许本人设置新密码').isVisible());
  await judgeModes(t, here, page.url(), 'counter-help-done');
  t.is((await findAccountBySub(house.db, keys, sub))?.level, 5);
  t.deepEqual(here.faults, []);
  await here.context.close();
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
