// Until when somebody is logged in: told on every page, asked without being prolonged, prolonged by a form of ours and no
// further than a session may last (WCAG 2.2, 2.2.1). Time is moved in the row of the session, never waited for.
import test from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { formatClock } from '../../common/web/texts.ts';
import { type IdentityHouse, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const JSON_ONLY = { Accept: 'application/json' };
const MINUTE = 60;

type Row = { payload: { exp: number; iat: number }; expires_at: Date };

async function enter(house: IdentityHouse): Promise<{ browser: Browser; page: Page }> {
  const browser = makeBrowser();
  return { browser, page: await browser.submit(await browser.open(`${house.url}/account`), LOGIN) };
}

const rowsOf = (house: IdentityHouse) =>
  house.db('identity.oidc_artifacts').where({ model: 'Session' }).whereNotNull('account_id');

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** As if it had been used for the last time when it ends in `leftSeconds`, and begun `agoSeconds` ago. */
async function setEnd(house: IdentityHouse, leftSeconds: number, agoSeconds = 30 * MINUTE): Promise<number> {
  const exp = nowSeconds() + leftSeconds;
  const { payload } = await rowsOf(house).first<Row>('payload');
  const moved = { ...payload, exp, iat: nowSeconds() - agoSeconds };
  await rowsOf(house).update({ payload: JSON.stringify(moved), expires_at: new Date(exp * 1000) });
  return exp;
}

async function endOf(house: IdentityHouse): Promise<number> {
  const { payload, expires_at } = await rowsOf(house).first<Row>('payload', 'expires_at');
  if (Math.abs(expires_at.getTime() / 1000 - payload.exp) > 1) throw new Error('row and document do not agree');
  return payload.exp;
}

async function ask(house: IdentityHouse, browser: Browser): Promise<Record<string, unknown>> {
  const answer = await browser.fetchOnce(`${house.url}/session`, { headers: JSON_ONLY });
  if (answer.status !== 200) throw new Error(String(answer.status));
  return (await answer.json()) as Record<string, unknown>;
}

function formOf({ text }: Page): Record<string, string> {
  const form = /<form id="session-form"[\s\S]*?<\/form>/.exec(text)?.[0] ?? '';
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
}

function keep(house: IdentityHouse, browser: Browser, values: Record<string, string>, headers = {}) {
  const body = new URLSearchParams(values);
  return browser.fetchOnce(`${house.url}/session/keep`, {
    method: 'POST',
    body,
    headers: { ...JSON_ONLY, ...headers },
  });
}

test('a page says until when one is logged in, as a time of day; asking says the same and prolongs nothing', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enter(house);
  t.true(page.text.includes(`登录有效至 ${formatClock(new Date((await endOf(house)) * 1000))}`));
  const end = await setEnd(house, 3 * MINUTE);
  for (const _ of [1, 2, 3]) {
    const { left_seconds: left, ...answer } = await ask(house, browser);
    t.deepEqual(answer, { state: 'live', ends_at: formatClock(new Date(end * 1000)), can_prolong: true });
    t.true(Number(left) <= 3 * MINUTE && Number(left) > 0);
  }
  t.is(await endOf(house), end);
});

test('“keep using” moves the end by the whole idle life; without script it comes back to the same page', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enter(house);
  const end = await setEnd(house, 3 * MINUTE);
  const answer = await keep(house, browser, formOf(page));
  t.is(answer.status, 200);
  const moved = await endOf(house);
  t.true(moved >= end + 26 * MINUTE, `${moved - end}`);
  const told = (await answer.json()) as Record<string, unknown>;
  t.is(told['ends_at'], formatClock(new Date(moved * 1000)));

  const devices = await browser.open(`${house.url}/account/devices?from=mail`);
  t.true(devices.text.includes('<noscript><span>（会重新打开本页，请先提交正在填写的内容）'));
  const again = await setEnd(house, 3 * MINUTE);
  const back = await browser.submit(devices, {}, '/session/keep');
  t.is(back.url, `${house.url}/account/devices?from=mail`);
  t.true((await endOf(house)) > again);
});

test('refused siblings: a forged form, one from another site, one of another person, a way off our site', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enter(house);
  const form = formOf(page);
  const end = await setEnd(house, 3 * MINUTE);
  t.is((await keep(house, browser, {})).status, 403);
  t.is((await keep(house, browser, { ...form, csrf: `${form['csrf']}x` })).status, 403);
  t.is((await keep(house, browser, form, { Origin: 'https://evil.example' })).status, 403);
  t.is((await browser.fetchOnce(`${house.url}/session/keep`)).status, 405, 'no link prolongs');
  t.is(await endOf(house), end);
  const away = await keep(house, browser, { ...form, return: 'https://evil.example/' }, { Accept: 'text/html' });
  t.is(away.headers.get('Location'), '/');
  await rowsOf(house).delete();
  const other = { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password };
  await browser.submit(await browser.open(`${house.url}/account`), other);
  const theirs = await setEnd(house, 3 * MINUTE);
  t.is((await keep(house, browser, form)).status, 403);
  t.is(await endOf(house), theirs);
});

test('nobody prolongs beyond the longest life: it is refused, said before, and no button offers it', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enter(house);
  const end = await setEnd(house, 4 * MINUTE, 12 * 60 * MINUTE - 4 * MINUTE);
  t.is((await ask(house, browser))['can_prolong'], false);
  const answer = await keep(house, browser, formOf(page));
  t.is(answer.status, 409);
  t.is(((await answer.json()) as { code: string }).code, 'session-at-its-end');
  t.is(await endOf(house), end);
  const shown = await browser.open(`${house.url}/account`);
  t.true(shown.text.includes(`登录有效至 ${formatClock(new Date(end * 1000))}`));
  t.notRegex(shown.text, /<button class="as-link"[^>]*form="session-form"/);
  t.is(await endOf(house), end, 'nor by using it');
});

test('a session that is gone is told: when asked, when prolonged by script, and by a way to the login without', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enter(house);
  await rowsOf(house).delete();
  t.deepEqual(await ask(house, browser), { state: 'ended' });
  const answer = await keep(house, browser, formOf(page));
  t.is(answer.status, 401);
  t.is(((await answer.json()) as { code: string }).code, 'session-missing');
  const login = await browser.submit(page, {}, '/session/keep');
  t.regex(login.url, /\/interaction\//);
  t.is((await browser.submit(login, LOGIN)).url, `${house.url}/account`);
  t.deepEqual(await ask(house, makeBrowser()), { state: 'ended' }, 'a browser that never logged in');
});

test('a frozen account has no session to ask for, and none to prolong', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enter(house);
  const form = formOf(page);
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ status: 'frozen' });
  t.deepEqual(await ask(house, browser), { state: 'ended' });
  t.is((await keep(house, browser, form)).status, 401);
});

test('a page that shows nobody shows no end of a login: the question whether to log out', async (t) => {
  const house = await startIdentity(t);
  const { browser } = await enter(house);
  t.false((await browser.open(`${house.url}/oidc/session/end`)).text.includes('session-form'));
  t.false((await makeBrowser().open(`${house.url}/`)).text.includes('session-form'));
});
