// The warning before a login ends, in a real browser (WCAG 2.2, 2.2.1): a few minutes before, without taking the focus, without
// losing what was typed; one tab speaks for all. The clock of the page is moved and the row of the session with it; nothing
// is waited for.
import type { ExecutionContext } from 'ava';
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { formatClock } from '../../common/web/texts.ts';
import { judge } from '../_harness/judges.ts';
import { type IdentityHouse, PERSON, startIdentity } from '../identity/identity-house.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';

let browser: Browser | undefined;
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');

test.after.always(async () => {
  await browser?.close();
});

const MINUTE = 60;
const TYPED = '写了一半';

async function enter(
  t: ExecutionContext,
  house: IdentityHouse,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> {
  browser ??= await launchChromium();
  const visited = await visit(browser, [house.url], { viewport: PHONE, ...options });
  t.teardown(() => visited.context.close());
  await visited.context.clock.install();
  await logIn(visited.page, house);
  return visited;
}

async function logIn(page: Page, house: IdentityHouse): Promise<void> {
  await page.goto(`${house.url}/account`);
  await page.fill('#field-login', PERSON.loginName);
  await page.fill('#field-password', PERSON.password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { name: '账号资料' }).waitFor();
}

/** A page with a form, where something is being typed. */
async function type(page: Page, house: IdentityHouse): Promise<void> {
  await page.goto(`${house.url}/account/factors/password`);
  await page.locator('#field-current').fill(TYPED);
}

const sessions = (house: IdentityHouse) =>
  house.db('identity.oidc_artifacts').where({ model: 'Session' }).whereNotNull('account_id');

async function setEnd(house: IdentityHouse, minutes: number, ranMinutes = 30): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const exp = now + minutes * MINUTE;
  const { payload } = await sessions(house).first<{ payload: object }>('payload');
  const moved = { ...payload, exp, iat: now - ranMinutes * MINUTE };
  await sessions(house).update({ payload: JSON.stringify(moved), expires_at: new Date(exp * 1000) });
  return formatClock(new Date(exp * 1000));
}

const warning = (page: Page) => page.locator('#session-warning');
const words = (page: Page) => warning(page).locator('[aria-live]');
const keepUsing = (page: Page) => warning(page).getByRole('button', { name: /继续使用|Keep using/ });
/** As long as the page believes that there is nothing to say. */
const untilWarned = (page: Page) => page.clock.fastForward('25:30');

inBrowser('five minutes before the end it says so, prolongs in place, and leaves focus and typing alone', async (t) => {
  const house = await startIdentity(t);
  const { page, faults } = await enter(t, house);
  await type(page, house);
  t.is(await words(page).textContent(), '');
  t.false(await keepUsing(page).isVisible());
  const end = await setEnd(house, 4);
  await untilWarned(page);
  await words(page).getByText(`您的登录将于 ${end} 结束。`).waitFor();
  t.is(await page.evaluate('document.activeElement.id'), 'field-current', 'no trap');
  t.true(await page.getByText(`登录有效至 ${end}`).isVisible());
  t.deepEqual(await axeFindings(page), []);
  t.true(
    await page.evaluate(
      "document.getElementById('session-warning').getBoundingClientRect().bottom <= window.innerHeight + 1",
    ),
    'in sight',
  );

  await keepUsing(page).focus();
  await page.keyboard.press('Enter');
  await words(page)
    .getByText(/登录有效至 \d\d:\d\d，可以继续。/)
    .waitFor();
  const { expires_at: moved } = await sessions(house).first<{ expires_at: Date }>('expires_at');
  t.true(moved.getTime() > Date.now() + 25 * MINUTE * 1000);
  t.true(
    await page
      .locator('.header')
      .getByText(`登录有效至 ${formatClock(moved)}`)
      .isVisible(),
  );
  t.is(await page.inputValue('#field-current'), TYPED);
  t.is(await page.evaluate('document.activeElement.id'), 'field-current', 'back where it was');
  t.false(await keepUsing(page).isVisible());
  t.deepEqual(await axeFindings(page), []);
  t.deepEqual(faults, []);
});

inBrowser('several tabs: prolonged in one, the others fall silent, and one that asks later says nothing', async (t) => {
  const house = await startIdentity(t);
  const { page, context, faults } = await enter(t, house);
  const [other, late] = [await context.newPage(), await context.newPage()];
  for (const tab of [other, late]) await tab.goto(`${house.url}/account/devices`);
  const end = await setEnd(house, 4);
  for (const tab of [page, other]) {
    await untilWarned(tab);
    await words(tab).getByText(end).waitFor();
  }
  await keepUsing(page).click();
  await words(other).getByText('可以继续').waitFor();
  t.false(await keepUsing(other).isVisible());
  const asked = late.waitForResponse((response) => response.url().endsWith('/session'));
  await late.clock.fastForward('25:30');
  await asked;
  t.false(await keepUsing(late).isVisible());
  t.deepEqual(faults, []);
});

inBrowser(
  'an end that nothing moves is said without a button; an end that came leads to a new login and back',
  async (t) => {
    const house = await startIdentity(t);
    const { page, context } = await enter(t, house, { viewport: DESKTOP });
    await type(page, house);
    const end = await setEnd(house, 4, 12 * 60 - 4);
    await untilWarned(page);
    await words(page).getByText(`您的登录将于 ${end} 结束，不能再延长`).waitFor();
    t.false(await keepUsing(page).isVisible());
    t.deepEqual(await axeFindings(page), []);
    await shoot(page, 'live-session-last.desktop', true);

    await sessions(house).delete();
    await page.clock.fastForward('05:00');
    await words(page).getByText('登录已结束').waitFor();
    t.is(await page.locator('#session-until').textContent(), '登录已结束');
    t.deepEqual(await axeFindings(page), []);
    await shoot(page, 'live-session-ended.desktop', true);
    const [again] = await Promise.all([
      context.waitForEvent('page'),
      warning(page).getByRole('link', { name: '重新登录' }).click(),
    ]);
    await again.fill('#field-login', PERSON.loginName);
    await again.fill('#field-password', PERSON.password);
    await again.getByRole('button', { name: '登录', exact: true }).click();
    await again.getByRole('heading', { name: '您已登录' }).waitFor();
    t.deepEqual(await axeFindings(again), []);
    await again.close();
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await words(page).getByText('可以继续').waitFor();
    t.is(await page.inputValue('#field-current'), TYPED);
  },
);

const MODES = [
  { name: 'phone', lang: 'zh', size: 'standard', viewport: PHONE, touch: 44 },
  { name: 'desktop', lang: 'en', size: 'standard', viewport: DESKTOP, touch: 44 },
  { name: 'large', lang: 'zh', size: 'larger', viewport: PHONE, touch: 60 },
  { name: '320', lang: 'en', size: 'largest', viewport: { width: 320, height: 480 }, touch: 60 },
] as const;

inBrowser('the warning holds in every mode, and what gets the focus is not behind it', async (t) => {
  const house = await startIdentity(t);
  const { page, context, faults } = await enter(t, house);
  const found: string[] = [];
  for (const mode of MODES) {
    await page.setViewportSize(mode.viewport);
    const cookie = (name: string, value: string) => ({ name, value, url: house.url });
    await context.addCookies([cookie('xinji_lang', mode.lang), cookie('xinji_size', mode.size)]);
    await setEnd(house, 29);
    await page.goto(`${house.url}/account/factors/password`);
    const end = await setEnd(house, 4);
    await untilWarned(page);
    await words(page).getByText(end).waitFor();
    const lines = [...(await layoutFindings(page, mode.touch)), ...(await axeFindings(page))];
    found.push(...lines.map((line) => `${mode.name}: ${line}`));
    await page.locator('main button[type=submit]').last().focus();
    const isCovered = await page.evaluate(
      "document.activeElement.getBoundingClientRect().bottom > document.getElementById('session-warning').getBoundingClientRect().top",
    );
    if (isCovered) found.push(`${mode.name}: what has the focus is behind the warning`);
    await shoot(page, `live-session-warning.${mode.name}`, true);
    await keepUsing(page).click();
    await words(page)
      .getByText(/可以继续|can go on/)
      .waitFor();
    await shoot(page, `live-session-kept.${mode.name}`, true);
    await page.goto(`${house.url}/account`);
    await shoot(page, `live-session-line.${mode.name}`, true);
  }
  t.deepEqual([...found, ...faults], []);
});

inBrowser('without script the line and its button do the same, and lead back to the page', async (t) => {
  const house = await startIdentity(t);
  const { page, faults } = await enter(t, house, { javaScriptEnabled: false });
  await setEnd(house, 3);
  await page.goto(`${house.url}/account/devices`);
  const before = await page.locator('#session-until').textContent();
  await page.locator('.header').getByRole('button', { name: '继续使用' }).click();
  t.is(page.url(), `${house.url}/account/devices`);
  t.regex(before ?? '', /登录有效至 \d\d:\d\d/);
  await shoot(page, 'live-session-no-script.phone', true);
  t.deepEqual(faults, []);
});
