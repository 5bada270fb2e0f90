// Until when somebody is logged in: told on every page, asked without being prolonged, prolonged by a form of ours and no
// further than a session may last (WCAG 2.2, 2.2.1). Time is moved in the row of the session, never waited for.
import test from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { formatClock } from '../../common/web/texts.ts';
import { enterAsAdmin, ORG, proveTwice } from './admin-house.ts';
import { type IdentityHouse, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const JSON_ONLY = { Accept: 'application/json' };
const MINUTE = 60;

type Row = { payload: { exp: number; iat: number } };

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
  return (await rowsOf(house).first<Row>('payload')).payload.exp;
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

test('the page for a new window leads through the login, and then back to the old one', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const login = await browser.open(`${house.url}/session/back`);
  t.regex(login.url, /\/interaction\//);
  const back = await browser.submit(login, LOGIN);
  t.is(back.url, `${house.url}/session/back`);
  t.true(back.text.includes('您已登录') && back.text.includes('请关闭本窗口'));
});

test('an administrator whose login has ended gets his form back, and sends it when he has proven as much again', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'security-admin', '/admin/roles/new');
  const values = {
    ...{ login: OTHER_PERSON.loginName, org: ORG, unit: '机要室', role: 'seal-keeper', reason: '按任免通知办理' },
    ...{ 'to-year': '2099', 'to-month': '6', 'to-day': '30' },
  };
  await rowsOf(house).delete();
  const lapsed = await browser.submit(page, values, '/new');
  t.is(lapsed.status, 401);
  t.true(lapsed.text.includes('还在本页') && lapsed.text.includes('href="/admin" target="_blank"'));
  t.is((await house.db('identity.events').where({ kind: 'role.added' })).length, 1, 'only his own');
  // By the password alone he is nobody's administrator yet: the form waits on.
  await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  const still = await browser.submit(lapsed, {}, '/new');
  t.is(still.status, 401);
  await rowsOf(house).delete();
  await proveTwice(house, browser, '/admin');
  const done = await browser.submit(still, {}, '/new');
  t.true(done.text.includes('已授予角色') && done.text.includes('机要室'));
});
