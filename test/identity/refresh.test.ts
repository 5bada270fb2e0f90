// Refresh tokens (RFC 6749, 6): who gets them, how they rotate, what a race and a theft are, and when they end.
import test from 'ava';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { endSessionsOf } from '../../identity/flow/end-sessions.ts';
import {
  authorize,
  exchange,
  hop,
  type IdentityHouse,
  logIn,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const GRANTS = ['authorization_code', 'refresh_token'] as const;

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error as oidc.ResponseBodyError).error,
  );

/** A clock that the test moves; the library's own clock stays. */
function makeClock() {
  let offset = 0;
  const pass = (seconds: number): void => {
    offset += seconds * 1000;
  };
  return { clock: () => new Date(Date.now() + offset), pass };
}

test('only a client registered for them gets refresh tokens; each use gives another token, bound to the session', async (t) => {
  const house = await startIdentity(t);
  const [plain, client] = [await house.client('plain'), await house.client('alpha', { grantTypes: GRANTS })];
  t.is((await exchange(plain, await logIn(plain))).refresh_token, undefined);
  const login = await logIn(client);
  const first = await exchange(client, login);
  const second = await oidc.refreshTokenGrant(client.config, first.refresh_token!);
  t.truthy(second.refresh_token);
  t.not(second.refresh_token, first.refresh_token);
  t.false((await oidc.tokenIntrospection(client.config, first.refresh_token!)).active, 'used is used');
  t.is((await oidc.fetchUserInfo(client.config, second.access_token, house.sub)).sub, house.sub);
  t.is(
    await refusal(oidc.refreshTokenGrant(client.config, second.refresh_token!, { scope: 'openid phone' })),
    'invalid_scope',
  );
  const other = await house.client('beta', { grantTypes: GRANTS });
  t.is(await refusal(oidc.refreshTokenGrant(other.config, second.refresh_token!)), 'invalid_grant');
  // Logging out ends it.
  const page = await login.browser.open(`${house.url}/oidc/session/end`);
  await (await post(login.browser, page, { logout: 'yes' })).text();
  t.is(await refusal(oidc.refreshTokenGrant(client.config, second.refresh_token!)), 'invalid_grant');
});

test('20 parallel uses of one refresh token give one and the same successor, also when it has been used by then; nobody is logged out', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { grantTypes: GRANTS });
  const login = await logIn(client);
  let token = (await exchange(client, login)).refresh_token!;
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => oidc.refreshTokenGrant(client.config, token)));
    t.is(new Set(answers.map((answer) => answer.refresh_token)).size, 1);
    const successor = answers[0]!.refresh_token!;
    const next = (await oidc.refreshTokenGrant(client.config, successor)).refresh_token!;
    // A slow tab that still has the first token gets the newest one, not one that is used up.
    t.is((await oidc.refreshTokenGrant(client.config, token)).refresh_token, next);
    for (const { access_token } of answers)
      t.is((await oidc.fetchUserInfo(client.config, access_token, house.sub)).sub, house.sub);
    token = next;
  }
  t.is((await exchange(client, await hop(login.browser, client))).claims()?.sub, house.sub);
});

test('after the grace the use of a used token is a theft: the grant and every token under it die; the person goes on', async (t) => {
  const { clock, pass } = makeClock();
  const house = await startIdentity(t, { clock });
  const client = await house.client('alpha', { grantTypes: GRANTS });
  const login = await logIn(client);
  const first = await exchange(client, login);
  const second = await oidc.refreshTokenGrant(client.config, first.refresh_token!);
  pass(11);
  t.is(await refusal(oidc.refreshTokenGrant(client.config, first.refresh_token!)), 'invalid_grant');
  t.is(await refusal(oidc.refreshTokenGrant(client.config, second.refresh_token!)), 'invalid_grant');
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'code.reused' })).length, 1);
  t.is((await exchange(client, await hop(login.browser, client))).claims()?.sub, house.sub);
});

test('refused sibling: without a grace the second of two parallel uses is a theft', async (t) => {
  const house = await startIdentity(t, { lifetimes: { refreshGraceSeconds: 0 } });
  const client = await house.client('alpha', { grantTypes: GRANTS });
  const { refresh_token: token } = await exchange(client, await logIn(client));
  const answers = await Promise.all([0, 1, 2].map(() => refusal(oidc.refreshTokenGrant(client.config, token!))));
  t.true(answers.filter((error) => error === 'invalid_grant').length >= 2, answers.join());
});

/** Logs in with `offline_access`, through the consent that it needs. */
async function logInOffline(house: IdentityHouse, client: TestClient) {
  const browser = makeBrowser();
  const authorization = await authorize(client, { scope: 'openid profile offline_access', prompt: 'consent' });
  const login = await browser.open(authorization.target.href);
  const consent = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  const agreed = await (await post(browser, consent, { decision: 'agree' })).text();
  const resume = new URL(/content="0;url=([^"]*)"/.exec(agreed)![1]!, house.url).href;
  const callback = await openUntilCallback(browser, resume, client.redirectUri);
  return { browser, consent, tokens: await exchange(client, { ...authorization, callback }) };
}

test('OpenID Connect Core, 11: offline_access is asked of the person by name, outlives the logout, and ends with a change of password', async (t) => {
  const house = await startIdentity(t);
  const scopes = ['openid', 'profile', 'offline_access'];
  const client = await house.client('alpha', { grantTypes: GRANTS, scopes });
  const { browser, consent, tokens } = await logInOffline(house, client);
  t.true(consent.text.includes('您退出登录后，该系统在一段时间内仍可取得上述信息'));
  const page = await browser.open(`${house.url}/oidc/session/end`);
  await (await post(browser, page, { logout: 'yes' })).text();
  const later = await oidc.refreshTokenGrant(client.config, tokens.refresh_token!);
  t.is((await oidc.fetchUserInfo(client.config, later.access_token, house.sub)).sub, house.sub);
  const [grant] = await house.db('identity.oidc_artifacts').where({ model: 'Grant', account_id: house.accountSub });
  const [refresh] = await house
    .db('identity.oidc_artifacts')
    .where({ model: 'RefreshToken' })
    .orderBy('created_at', 'desc');
  const days = (at: Date): number => Math.round((at.getTime() - Date.now()) / 86_400_000);
  t.deepEqual([days(grant.expires_at), days(refresh.expires_at)], [30, 30]);
  await endSessionsOf({ db: house.db, clock: house.clock }, { sub: house.accountSub, reason: 'password' });
  t.is(await refusal(oidc.refreshTokenGrant(client.config, later.refresh_token!)), 'invalid_grant');
});

test('refused sibling: without asking for consent, offline_access gives nothing that outlives the session', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { grantTypes: GRANTS, scopes: ['openid', 'offline_access'] });
  const login = await logIn(client, { extra: { scope: 'openid offline_access' } });
  const tokens = await exchange(client, login);
  const page = await login.browser.open(`${house.url}/oidc/session/end`);
  await (await post(login.browser, page, { logout: 'yes' })).text();
  t.is(await refusal(oidc.refreshTokenGrant(client.config, tokens.refresh_token!)), 'invalid_grant');
});
