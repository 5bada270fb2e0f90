import test from 'ava';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { approveClaims } from '../../identity/flow/approve-claims.ts';
import {
  type Authorization,
  authorize,
  exchange,
  hop,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

/** Logs in with a new browser as far as the consent page. */
async function openConsent(
  client: TestClient,
  scope = 'openid profile',
): Promise<{ browser: Browser; page: Page; authorization: Authorization }> {
  const browser = makeBrowser();
  const authorization = await authorize(client, { scope });
  const login = await browser.open(authorization.target.href);
  const page = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  return { browser, page, authorization };
}

async function decide(
  client: TestClient,
  { browser, page }: { browser: Browser; page: Page },
  decision: string,
): Promise<URL> {
  const text = await (await post(browser, page, { decision })).text();
  const url = /content="0;url=([^"]*)"/.exec(text)?.[1] ?? '';
  return openUntilCallback(browser, url, client.redirectUri);
}

test('a system of others asks for consent, with the values that it will get and the ID number masked', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', { firstParty: false, scopes: ['openid', 'profile', 'identity_document'] });
  const approval = { clientId: 'shop', scope: 'identity_document', by: 'admin', reason: '办理业务须核对证件号码' };
  await approveClaims({ db: house.db, clock: house.clock }, approval);
  const { target } = await authorize(client);
  t.false((await makeBrowser().open(target.href)).text.includes('将得到'), 'what it gets is asked for, not announced');
  const { page } = await openConsent(client, 'openid profile identity_document');
  t.true(page.text.replaceAll(/<[^>]*>/g, '').includes('系统 shop请求使用您的信息'));
  t.true(page.text.includes('示例单位') && page.text.includes('办理业务') && page.text.includes('张三'));
  t.true(page.text.includes('360***********7718'));
  t.false(page.text.includes(PERSON.holder.code));
});

test('after consent the system gets what was shown, and is not asked for again in this session', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', { firstParty: false });
  const open = await openConsent(client);
  const callback = await decide(client, open, 'agree');
  const tokens = await exchange(client, { ...open.authorization, callback });
  const person = await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub);
  t.is(person.name, PERSON.name);
  await t.notThrowsAsync(async () => exchange(client, await hop(open.browser, client)));
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'consent.given', sub: house.accountSub })).length, 1);
});

test('refused sibling: who declines is led back with access_denied, and nothing was granted', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', { firstParty: false });
  const open = await openConsent(client);
  const callback = await decide(client, open, 'decline');
  t.is(callback.searchParams.get('error'), 'access_denied');
  t.is((await house.db('identity.oidc_artifacts').whereIn('model', ['Grant', 'Interaction'])).length, 0);
  t.is((await house.db('identity.session_clients')).length, 0);
});

test('a system of the platform is not asked about', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('own');
  const browser = makeBrowser();
  const { target } = await authorize(client);
  const login = await browser.open(target.href);
  t.true(login.text.includes('登录后，系统 own将得到：账号标识、姓名'), 'the login page says what the system gets');
  const answer = await post(browser, login, {
    login: PERSON.loginName,
    password: PERSON.password,
  });
  const url = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1] ?? '';
  t.truthy((await openUntilCallback(browser, url, client.redirectUri)).searchParams.get('code'));
});

test('the consent form belongs to its interaction: the login address does not take it', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', { firstParty: false });
  const { browser, page } = await openConsent(client);
  const wrong = await browser.fetchOnce(`${page.url.replace(/\/consent$/, '')}/login`, {
    method: 'POST',
    body: new URLSearchParams({ login: 'a', password: 'b' }),
  });
  t.is(wrong.status, 400);
});
