import test from 'ava';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { approveClaims } from '../../identity/flow/approve-claims.ts';
import { markClientStatus } from '../../identity/store/clients.ts';
import { authorize, discover, exchange, hop, logIn, PERSON, startIdentity } from './identity-house.ts';

const LICENSE_ROOM = { scopes: ['openid', 'profile', 'identity_document'], sector: 'xinji' };

test('OpenID Connect Core: a foreign client logs a person in; claims come from userinfo, not from the ID token', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const login = await logIn(client);
  t.is(login.callback.searchParams.get('iss'), house.url);
  const tokens = await exchange(client, login);
  const idToken = tokens.id_token!;
  t.like(decodeProtectedHeader(idToken), { alg: 'ES256' });
  const claims = decodeJwt(idToken);
  t.like(claims, { iss: house.url, aud: 'alpha', sub: house.sub, amr: ['pwd'] });
  t.is(claims['name'], undefined);
  t.is(tokens.refresh_token, undefined);
  const person = await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub);
  t.deepEqual(person, { sub: house.sub, name: '张三' });
});

test('a second system of the same browser needs no password and, in the same sector, gets the same subject', async (t) => {
  const house = await startIdentity(t);
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const { browser } = await logIn(alpha);
  const tokens = await exchange(beta, await hop(browser, beta));
  t.is(tokens.claims()?.sub, house.sub);
});

test('a client of the platform gets the holder code at userinfo under scope identity_document, and never in the ID token', async (t) => {
  const house = await startIdentity(t);
  const license = await house.client('license', LICENSE_ROOM);
  const tokens = await exchange(
    license,
    await logIn(license, { extra: { scope: 'openid profile identity_document' } }),
  );
  t.is(decodeJwt(tokens.id_token!)['holder_code'], undefined);
  const person = await oidc.fetchUserInfo(license.config, tokens.access_token, house.subOf('xinji'));
  t.deepEqual(person, {
    sub: house.subOf('xinji'),
    name: '张三',
    holder_code: '360102199003077718',
    holder_code_type: '111',
    roles: [],
  });
});

test('refused sibling: without the scope in the request the same client gets no holder code', async (t) => {
  const house = await startIdentity(t);
  const license = await house.client('license', LICENSE_ROOM);
  const tokens = await exchange(license, await logIn(license));
  const person = await oidc.fetchUserInfo(license.config, tokens.access_token, house.subOf('xinji'));
  t.deepEqual(person, { sub: house.subOf('xinji'), name: '张三', roles: [] });
});

test('refused siblings: not registered for identity_document, or registered in the sector of the platform and not approved', async (t) => {
  const house = await startIdentity(t);
  for (const client of [await house.client('alpha'), await house.client('seal-desk', LICENSE_ROOM)]) {
    const { target } = await authorize(client, { scope: 'openid identity_document' });
    const response = await makeBrowser().fetchOnce(target.href);
    const location = new URL(response.headers.get('Location')!);
    t.is(location.searchParams.get('error'), 'invalid_scope', client.id);
  }
});

test('another system of the platform gets no ID number from the login alone, once it is approved: the person is asked', async (t) => {
  const house = await startIdentity(t);
  const desk = await house.client('seal-desk', LICENSE_ROOM);
  const approval = { clientId: desk.id, scope: 'identity_document', by: 'admin', reason: '核对用章人身份' };
  await approveClaims({ db: house.db, clock: house.clock }, approval);
  const browser = makeBrowser();
  const login = await browser.open((await authorize(desk, { scope: 'openid profile identity_document' })).target.href);
  t.false(login.text.includes('身份证号码'), 'the login page promises no more than it gives');
  const asked = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  t.true(
    asked.text.includes('请求使用您的信息') && asked.text.includes('360***********7718'),
    asked.text.slice(0, 2000),
  );
});

test('RFC 7636: a request without PKCE is refused, and so is the plain method', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { target } = await authorize(client);
  for (const change of [{ code_challenge: null, code_challenge_method: null }, { code_challenge_method: 'plain' }]) {
    const url = new URL(target);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    const response = await makeBrowser().fetchOnce(url.href);
    t.is(new URL(response.headers.get('Location')!).searchParams.get('error'), 'invalid_request');
  }
});

test('RFC 7636: a wrong verifier is invalid_grant', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const login = await logIn(client);
  const verifier = oidc.randomPKCECodeVerifier();
  const error = await t.throwsAsync(exchange(client, { ...login, verifier }), { instanceOf: oidc.ResponseBodyError });
  t.is(error?.error, 'invalid_grant');
});

test('RFC 6749: an unregistered redirect_uri shows an error page and redirects nowhere', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { target } = await authorize(client, { redirect_uri: 'http://evil.example/callback' });
  const response = await makeBrowser().fetchOnce(target.href);
  t.is(response.status, 400);
  t.is(response.headers.get('Location'), null);
  const text = await response.text();
  t.true(text.includes('无法继续登录') && text.includes('系统 alpha'));
  t.true(text.includes('invalid_redirect_uri'));
});

test('an unknown client shows an error page', async (t) => {
  const house = await startIdentity(t);
  const response = await makeBrowser().fetchOnce(`${house.url}/oidc/auth?client_id=nobody&response_type=code`);
  t.is(response.status, 400);
  t.true((await response.text()).includes('无法继续登录'));
});

test('private_key_jwt: the key of another client is invalid_client', async (t) => {
  const house = await startIdentity(t);
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const login = await logIn(alpha);
  const impostor = { ...alpha, config: await discover(house.url, 'alpha', beta.keyPem) };
  const error = await t.throwsAsync(exchange(impostor, login), { instanceOf: oidc.ResponseBodyError });
  t.is(error?.error, 'invalid_client');
});

test('a suspended client is refused at once, a readmitted one served again', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  await logIn(client);
  await markClientStatus(house.db, 'alpha', 'suspended');
  const { target } = await authorize(client);
  t.is((await makeBrowser().fetchOnce(target.href)).status, 400);
  await markClientStatus(house.db, 'alpha', 'active');
  t.is((await makeBrowser().fetchOnce(target.href)).status, 303);
});
