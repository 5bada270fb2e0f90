// Levels that are demanded: by a registration, by plain acr_values, by an essential claim; and what a person is asked for then.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { changeDocument } from '../../identity/store/accounts.ts';
import {
  type Authorization,
  authorize,
  exchange,
  type HouseOptions,
  hop,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';
import { readCode } from './messages.ts';

/** PERSON is proven to level 4. */
async function startProven(t: ExecutionContext, options: HouseOptions = {}): Promise<IdentityHouse> {
  const house = await startIdentity(t, options);
  await house.db('identity.accounts').update({ level: 4 });
  return house;
}

/** Logs in by password, as far as the page that asks for more. */
async function logInHalf(client: TestClient, extra: Record<string, string>, browser: Browser = makeBrowser()) {
  const authorization = await authorize(client, extra);
  const login = await browser.open(authorization.target.href);
  const answer = await post(browser, login, { login: PERSON.loginName, password: PERSON.password });
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1];
  const page = await browser.open(new URL(next!, login.url).href);
  return { authorization, browser, page };
}

/** Proves the phone on a step-up page; returns the callback. */
async function proveByPhone(house: IdentityHouse, client: TestClient, browser: Browser, page: Page): Promise<URL> {
  await post(browser, page, { step: 'send' });
  const codePage = await browser.open(page.url);
  const answer = await post(browser, codePage, { step: 'check', code: await readCode(house, PERSON.phone) });
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1];
  if (next === undefined) throw new Error(`the code was not accepted: ${answer.status}`);
  return openUntilCallback(browser, new URL(next, page.url).href, client.redirectUri);
}

async function claimsOf(client: TestClient, at: Authorization & { callback: URL }) {
  return (await exchange(client, at)).claims()!;
}

test('a password alone is L2, and says so', async (t) => {
  const house = await startProven(t);
  const client = await house.client('alpha');
  const claims = await claimsOf(client, await logIn(client));
  t.is(claims['acr'], 'L2');
  t.deepEqual(claims['amr'], ['pwd']);
});

const ESSENTIAL = JSON.stringify({ id_token: { acr: { essential: true, values: ['L4', 'L3'] } } });
const DEMANDS: readonly [how: string, extra: Record<string, string>, minLevel: 3 | null][] = [
  ['plain acr_values', { acr_values: 'L3' }, null],
  ['several acr_values, of which one is enough', { acr_values: 'L4 L3 urn:other' }, null],
  ['an essential claim', { claims: ESSENTIAL }, null],
  ['the registration', {}, 3],
];

for (const [how, extra, minLevel] of DEMANDS) {
  test(`L3 demanded by ${how}: after the password only what is missing is asked for, and the tokens say what was done`, async (t) => {
    const house = await startProven(t);
    const client = await house.client('alpha', { minLevel });
    const { authorization, browser, page } = await logInHalf(client, extra);
    t.true(page.text.includes('需要再验证一次'), page.text);
    t.true(page.text.includes('138****0001'), page.text);
    t.false(page.text.includes('name="login"'));
    const before = browser.cookieNames(house.url);
    const callback = await proveByPhone(house, client, browser, page);
    t.deepEqual(browser.cookieNames(house.url).sort(), before.sort());
    const claims = await claimsOf(client, { ...authorization, callback });
    t.is(claims['acr'], 'L3');
    t.deepEqual(claims['amr'], ['pwd', 'otp', 'sms', 'mfa']);
    const rows = await house.db('identity.authentications').orderBy('id');
    t.deepEqual(
      rows.map(({ method, begins, level }) => [method, begins, level]),
      [
        ['pwd', true, 2],
        ['sms', false, 3],
      ],
    );
    t.is(Number(claims['auth_time']), Math.floor(rows[0].at.getTime() / 1000), 'the oldest proof that counts');
    await t.notThrowsAsync(hop(browser, client), 'the session has it now');
  });
}

test('a session that has the level is not asked again; one that has not is asked for the rest only, by whichever system', async (t) => {
  const house = await startProven(t);
  const [low, high] = [await house.client('low'), await house.client('high', { minLevel: 3 })];
  const { browser } = await logIn(low);
  const authorization = await authorize(high);
  const page = await browser.open(authorization.target.href);
  t.true(page.text.includes('您已用密码登录；此事项要求三级'));
  const callback = await proveByPhone(house, high, browser, page);
  t.is((await claimsOf(high, { ...authorization, callback }))['acr'], 'L3');
  t.is((await claimsOf(low, await hop(browser, low)))['acr'], 'L3');
});

test('prompt=none: what a person could still do is interaction_required, what nobody can do for this account is unmet', async (t) => {
  const house = await startProven(t);
  const client = await house.client('alpha');
  const { browser } = await logIn(client);
  for (const [level, error] of [
    ['L3', 'interaction_required'],
    ['L5', 'unmet_authentication_requirements'],
  ] as const) {
    const { target } = await authorize(client, { prompt: 'none', acr_values: level });
    const callback = await openUntilCallback(browser, target.href, client.redirectUri);
    t.is(callback.searchParams.get('error'), error);
  }
});

test('a level beyond the account is unmet_authentication_requirements, after the person is told what to do; going back is access_denied where he could', async (t) => {
  // A house that can ask nobody about a face.
  const ports = { ...makeDevelopmentPorts({ delayMs: 0, outages: () => [] }), face: null };
  const house = await startProven(t, { ports });
  const client = await house.client('alpha');
  for (const [level, words, error] of [
    ['L5', '您的账号目前的实名等级低于五级', 'unmet_authentication_requirements'],
    ['L4', '您的账号还没有足够的登录方式', 'unmet_authentication_requirements'],
    ['L3', '验证码将发到', 'access_denied'],
  ] as const) {
    const { browser, page } = await logInHalf(client, { acr_values: level });
    t.true(page.text.includes(words), level);
    const answer = await post(browser, page, { decision: 'later' });
    const next = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1];
    const callback = await openUntilCallback(browser, new URL(next!, page.url).href, client.redirectUri);
    t.is(callback.searchParams.get('error'), error);
    t.is(callback.searchParams.get('code'), null);
  }
  const unknown = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:other' } } });
  const { target } = await authorize(client, { claims: unknown });
  const callback = await openUntilCallback((await logIn(client)).browser, target.href, client.redirectUri);
  t.is(callback.searchParams.get('error'), 'unmet_authentication_requirements');
});

test('an account that was proven further meanwhile goes on without another check', async (t) => {
  const house = await startProven(t);
  const client = await house.client('alpha');
  await house.db('identity.accounts').update({ level: 2 });
  const { browser, page } = await logInHalf(client, { acr_values: 'L3' });
  t.true(page.text.includes('实名等级低于三级'));
  const keys = deriveDocumentKeys(MASTER_KEY);
  await house.db.transaction((trx) => changeDocument(trx, keys, house.accountSub, (document) => document, 4));
  const again = await browser.open(page.url);
  t.true(again.text.includes('验证码将发到'));
});

test('a way that is not offered is not judged: neither another one nor a code for somebody else', async (t) => {
  const house = await startProven(t);
  const client = await house.client('alpha');
  const { browser, page } = await logInHalf(client, { acr_values: 'L3' });
  const again = await post(browser, page, { way: 'password', password: PERSON.password });
  t.is(again.status, 422, 'the password is proven already');
  t.is((await house.db('identity.authentications')).length, 1);
});

test('max_age and prompt=login: a login begins anew, with its own time and level', async (t) => {
  let now = new Date();
  const house = await startProven(t, { clock: () => now });
  const client = await house.client('alpha');
  const half = await logInHalf(client, { acr_values: 'L3' });
  const callback = await proveByPhone(house, client, half.browser, half.page);
  const first = await claimsOf(client, { ...half.authorization, callback });
  now = new Date(now.getTime() + 5000);
  const second = await claimsOf(client, await logIn(client, { browser: half.browser, extra: { prompt: 'login' } }));
  t.is(second['acr'], 'L2');
  t.deepEqual(second['amr'], ['pwd']);
  t.true(Number(second['auth_time']) > Number(first['auth_time']));
  await house.db.raw(
    `update identity.oidc_artifacts set payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload->>'loginTs')::int - 100))
     where model = 'Session'`,
  );
  const none = await authorize(client, { max_age: '60', prompt: 'none' });
  const late = await openUntilCallback(half.browser, none.target.href, client.redirectUri);
  t.is(late.searchParams.get('error'), 'login_required');
  const fresh = await claimsOf(client, await logIn(client, { browser: half.browser, extra: { max_age: '60' } }));
  t.true(Date.now() / 1000 - Number(fresh['auth_time']) < 60);
});
