// Attacks on login, one test each, carried out as an attacker would: stuffing, spraying, fixation, open redirect, forged forms,
// framing, mix-up, injected codes. Guessing at one-time codes is attacked in one-time-code.test.ts and authenticator.test.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser } from '../../bin/demo/browser.ts';
import { MAX_ADDRESS_TRIES } from '../../identity/domain/login-throttle.ts';
import {
  authorize,
  exchange,
  hop,
  logIn,
  OTHER_PERSON,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
} from './identity-house.ts';

const SESSION = 'xinji-identity-session';

/** The id of the session that this browser would send. */
async function sessionCookie(browser: Browser, url: string): Promise<string | undefined> {
  return new RegExp(`${SESSION}=([^;]*)`).exec(await cookieHeader(browser, url))?.[1];
}

test('credential stuffing: a list of leaked pairs, in parallel, a new browser for each: one address gets its hundred tries and no more; the right pair on the list opens nothing after them', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const extra = 20;
  // One page is enough for the attacker: he drops the browser's name with every try.
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)![1]!;
  const cookies = await cookieHeader(browser, `${page.url}/login`);
  const guess = async (login: string, password: string): Promise<number> => {
    const body = new URLSearchParams({ csrf, way: 'password', login, password });
    const response = await fetch(`${page.url}/login`, {
      method: 'POST',
      body,
      headers: { Cookie: cookies.replace(/xinji-identity-device=[^;]*(; )?/, '') },
    });
    await response.text();
    return response.status;
  };
  const list = Array.from({ length: MAX_ADDRESS_TRIES + extra }, (_, n) => [`leaked${n}`, `password${n}`] as const);
  const answers: number[] = [];
  for (let n = 0; n < list.length; n += 30)
    answers.push(...(await Promise.all(list.slice(n, n + 30).map(([login, password]) => guess(login, password)))));
  t.is(answers.filter((status) => status === 422).length, MAX_ADDRESS_TRIES);
  t.is(answers.filter((status) => status === 429).length, extra);
  t.is(await guess(PERSON.loginName, PERSON.password), 429);
  t.is((await house.db('identity.authentications')).length, 0);
});

test('password spraying: one likely password for every account from one browser: thirty tries; the owners get in from theirs', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const client = await house.client('alpha');
  const owner = makeBrowser();
  await logIn(client, { browser: owner });
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const answers: number[] = [];
  for (let n = 0; n < 32; n += 1)
    answers.push((await post(browser, page, { login: `citizen${n}`, password: 'Jiangxi2026!' })).status);
  t.deepEqual(answers.slice(0, 30), Array<number>(30).fill(422));
  t.deepEqual(answers.slice(30), [429, 429]);
  t.is((await post(browser, page, { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password })).status, 429);
  await t.notThrowsAsync(logIn(client, { browser: owner, extra: { prompt: 'login' } }));
});

test('session fixation: a session planted in the victim’s browser is not the one he gets, at login and at a new login; the old one is nobody', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  // 1. The attacker's own session, and the same cookies in the victim's browser before he logs in.
  const attacker = makeBrowser();
  await logIn(client, { browser: attacker });
  const planted = await sessionCookie(attacker, `${house.url}/oidc/auth`);
  t.truthy(planted);
  await logIn(client, { browser: attacker, extra: { prompt: 'login' } });
  const after = await sessionCookie(attacker, `${house.url}/oidc/auth`);
  t.not(after, planted, 'the id changes with every login');
  // 2. Whoever kept the old id has nothing.
  const { target } = await authorize(client, { prompt: 'none' });
  const response = await fetch(target, { headers: { Cookie: `${SESSION}=${planted}` }, redirect: 'manual' });
  t.is(new URL(response.headers.get('Location') ?? '').searchParams.get('error'), 'login_required');
  // 3. An invented id is not taken over either.
  const invented = 'x'.repeat(43);
  const login = await fetch((await authorize(client)).target, {
    headers: { Cookie: `${SESSION}=${invented}` },
    redirect: 'manual',
  });
  t.false(login.headers.getSetCookie().some((line) => line.startsWith(`${SESSION}=${invented}`)));
  t.is((await house.db('identity.oidc_artifacts').where({ model: 'Session' })).length, 1);
});

test('open redirect: neither addresses beside the registered one, nor the return of the language switch, nor a logout lead anywhere else', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const good = client.redirectUri;
  const tries = [
    'https://evil.example/callback',
    good.replace('alpha.example', 'alpha.example.evil.example'),
    good.replace('//', '//evil@'),
    `${good}/../../evil`,
    `${good}?next=https://evil.example`,
    `${good}#https://evil.example`,
    good.toUpperCase(),
    `//evil.example/callback`,
    'javascript:alert(1)',
  ];
  for (const redirect_uri of tries) {
    const { target } = await authorize(client, { redirect_uri });
    const response = await fetch(target, { redirect: 'manual' });
    t.is(response.status, 400, redirect_uri);
    t.is(response.headers.get('Location'), null, redirect_uri);
  }
  for (const back of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%0d%0aLocation:https://evil.example',
    'javascript:alert(1)',
  ]) {
    const url = `${house.url}/preferences?${new URLSearchParams({ lang: 'en', return: back })}`;
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('Location') ?? '';
    t.is(new URL(location, house.url).origin, house.url, back);
  }
  const { browser } = await logIn(client);
  const logout = await browser.fetchOnce(
    `${house.url}/oidc/session/end?${new URLSearchParams({ client_id: 'alpha', post_logout_redirect_uri: 'https://evil.example/' })}`,
  );
  t.is(logout.status, 400);
});

test('forged forms (CSRF): another site’s form, no token, the token of another browser or another login: nothing is judged and nothing happens', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const values = { login: PERSON.loginName, password: PERSON.password };
  const [browser, other] = [makeBrowser(), makeBrowser()];
  const page = await browser.open((await authorize(client)).target.href);
  const second = await browser.open((await authorize(client)).target.href);
  const foreign = await other.open((await authorize(client)).target.href);
  const csrfOf = (text: string) => /name="csrf" value="([^"]*)"/.exec(text)![1]!;
  const send = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.fetchOnce(`${page.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ ...values, ...body }),
      headers,
    });
  t.is((await send({})).status, 403, 'no token');
  t.is((await send({ csrf: csrfOf(foreign.text) })).status, 403, 'of another browser');
  t.is((await send({ csrf: csrfOf(second.text) })).status, 403, 'of another login');
  const token = { csrf: csrfOf(page.text) };
  t.is((await send(token, { Origin: 'https://evil.example' })).status, 403, 'from another site');
  t.is((await send(token, { Origin: 'null' })).status, 403, 'from a sandboxed frame');
  t.is((await house.db('identity.login_tries')).length, 0);
  t.is((await send(token, { Origin: house.url })).status, 200);
});

test('login forgery: a victim who is sent into the attacker’s login does not end up in the attacker’s account', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const attacker = makeBrowser();
  const page = await attacker.open((await authorize(client)).target.href);
  const answer = await post(attacker, page, { login: PERSON.loginName, password: PERSON.password });
  const resume = /content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const victim = makeBrowser();
  const response = await victim.fetchOnce(new URL(resume, page.url).href);
  t.is(response.status, 400);
  t.false(response.headers.getSetCookie().some((line) => line.startsWith(`${SESSION}=`)));
});

test('clickjacking: no page of login lets itself be framed', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { firstParty: false });
  const browser = makeBrowser();
  const authorization = await authorize(client);
  const login = await browser.open(authorization.target.href);
  const consent = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  const pages = [
    login,
    consent,
    await browser.open(`${house.url}/oidc/session/end`),
    await browser.open(`${house.url}/account/history`),
  ];
  for (const page of pages) {
    t.is(page.status, 200, page.url);
    t.regex(page.headers.get('Content-Security-Policy') ?? '', /frame-ancestors 'none'/, page.url);
    t.is(page.headers.get('X-Frame-Options'), 'DENY', page.url);
  }
});

test('mix-up: the answer names its issuer, and a client that talks to two servers refuses an answer of the other (RFC 9207)', async (t) => {
  const [honest, evil] = [await startIdentity(t), await startIdentity(t)];
  const client = await honest.client('alpha');
  const fooled = await evil.client('alpha');
  t.true(client.config.serverMetadata().authorization_response_iss_parameter_supported);
  const login = await logIn(client);
  t.is(login.callback.searchParams.get('iss'), honest.url);
  // The client believes that it asked the evil server: the code must not be sent there.
  t.regex((await refusal(exchange({ ...client, config: fooled.config }, login))) ?? '', /iss/);
  const without = new URL(login.callback);
  without.searchParams.delete('iss');
  t.regex((await refusal(exchange(client, { ...login, callback: without }))) ?? '', /iss/);
  t.is(await refusal(exchange(client, login)), null);
});

test('authorization-code injection: a stolen code in another login of the client, or at another client, gives no token; and the thief’s try does not help him later', async (t) => {
  const house = await startIdentity(t);
  const [client, other] = [await house.client('alpha'), await house.client('beta')];
  const victim = await logIn(client);
  const attacker = await authorize(client);
  const injected = new URL(victim.callback);
  injected.searchParams.set('state', attacker.state);
  // The attacker's own login at the client, with the victim's code in it: PKCE binds the code to the victim's.
  const error = await t.throwsAsync(exchange(client, { ...attacker, callback: injected }), {
    instanceOf: oidc.ResponseBodyError,
  });
  t.is(error?.error, 'invalid_grant');
  const second = await hop(victim.browser, client);
  await t.throwsAsync(exchange({ ...other, redirectUri: client.redirectUri }, second), {
    instanceOf: oidc.ResponseBodyError,
  });
  const none = await authorize(client, { code_challenge: '', code_challenge_method: '' });
  const bare = await openUntilCallback(makeBrowser(), none.target.href, client.redirectUri);
  t.is(bare.searchParams.get('error'), 'invalid_request', 'no login without PKCE');
});

/** The error that an exchange ends with, or what the library says against it; null when it succeeds. */
async function refusal(exchanging: Promise<unknown>): Promise<string | null> {
  try {
    await exchanging;
    return null;
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError) return error.error;
    const { message, cause } = error as Error;
    return `${message}: ${cause instanceof Error ? cause.message : ''}`;
  }
}

/** All cookies that this browser would send to `url`: told by a listener on another port, which to cookies is the same host. */
async function cookieHeader(browser: Browser, url: string): Promise<string> {
  const echo = createServer((request, response) => void response.end(request.headers.cookie ?? ''));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const there = new URL(url);
  there.port = String((echo.address() as AddressInfo).port);
  const sent = await (await browser.fetchOnce(there.href)).text();
  echo.closeAllConnections();
  echo.close();
  return sent;
}
