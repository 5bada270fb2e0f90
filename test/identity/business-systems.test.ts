import test, { type ExecutionContext } from 'ava';
import { importPKCS8, SignJWT } from 'jose';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { type BusinessSystem, startBusinessSystem } from '../../bin/demo/business-system.ts';
import { systemClock } from '../../common/clock.ts';
import { makeLog } from '../../common/log.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { type IdentityHouse, makeKeyPem, makeRegistration, PERSON, startIdentity } from './identity-house.ts';

async function startSystem(t: ExecutionContext, house: IdentityHouse, clientId: string): Promise<BusinessSystem> {
  const [port = 0] = await findFreePorts(1);
  const url = `http://localhost:${port}`;
  const keyPem = makeKeyPem();
  const registration = await makeRegistration(clientId, keyPem, {
    redirectUris: [`${url}/login/callback`],
    postLogoutRedirectUris: [`${url}/?out=1`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  });
  await registerClient({ db: house.db, clock: systemClock, requireHttps: false }, registration);
  const system = await startBusinessSystem({
    clientId,
    name: { zh: `系统 ${clientId}`, en: clientId },
    url,
    port,
    issuer: house.url,
    keyPem,
    cookieKey: 'a cookie key of at least 32 characters',
    clock: systemClock,
    log: makeLog(clientId, 'silent'),
  });
  t.teardown(() => system.stop(0));
  return system;
}

async function logInAt(browser: Browser, system: BusinessSystem): Promise<Page> {
  const page = await browser.open(`${system.url}/login`);
  return browser.submit(page, { login: PERSON.loginName, password: PERSON.password });
}

test('one login for A and B, each with cookies of its own; single logout at A ends both', async (t) => {
  const house = await startIdentity(t);
  const [a, b] = [await startSystem(t, house, 'business-a'), await startSystem(t, house, 'business-b')];
  const browser = makeBrowser();
  const atA = await logInAt(browser, a);
  t.is(new URL(atA.url).origin, a.url);
  t.true(atA.text.includes('您好，张三'));
  const atB = await browser.open(`${b.url}/login`);
  t.true(atB.text.includes('您好，张三'));
  t.false(atB.visited.some((url) => url.includes('/interaction/')));
  const names = browser.cookieNames(a.url);
  for (const id of ['business-a', 'business-b']) t.true(names.some((name) => name.includes(id)));
  const asked = await browser.submit(atA, {}, '/logout');
  t.true(asked.text.includes('退出登录？'));
  const out = await browser.submit(asked, { logout: 'yes' });
  t.is(new URL(out.url).origin, a.url);
  t.true(out.text.includes('您已退出'));
  t.is(a.sessions.size + b.sessions.size, 0);
  t.false((await browser.open(b.url)).text.includes('张三'));
  t.true((await browser.open(`${b.url}/login`)).text.includes('手机号、证件号码或用户名'));
});

test('another browser of the same person stays logged in: the logout names the session', async (t) => {
  const house = await startIdentity(t);
  const a = await startSystem(t, house, 'business-a');
  const [one, two] = [makeBrowser(), makeBrowser()];
  await logInAt(one, a);
  await logInAt(two, a);
  t.is(a.sessions.size, 2);
  const asked = await one.submit(await one.open(a.url), {}, '/logout');
  await one.submit(asked, { logout: 'yes' });
  t.is(a.sessions.size, 1);
  t.true((await two.open(a.url)).text.includes('张三'));
});

test('a forged logout token, one for another system and an ID token end nothing', async (t) => {
  const house = await startIdentity(t);
  const a = await startSystem(t, house, 'business-a');
  const browser = makeBrowser();
  await logInAt(browser, a);
  const [login] = [...a.sessions.values()];
  const forged = await new SignJWT({
    sid: login!.sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt' })
    .setIssuer(house.url)
    .setAudience('business-a')
    .setIssuedAt()
    .setJti('x')
    .sign(await importPKCS8(makeKeyPem(), 'ES256'));
  for (const token of [forged, login!.idToken, 'nonsense', '']) {
    const response = await fetch(`${a.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
    t.is(response.status, 400);
  }
  t.is(a.sessions.size, 1);
});

test('a callback that was not asked for in this browser logs nobody in', async (t) => {
  const house = await startIdentity(t);
  const a = await startSystem(t, house, 'business-a');
  const page = await makeBrowser().open(`${a.url}/login/callback?code=stolen&state=guessed&iss=${house.url}`);
  t.is(page.status, 400);
  t.true(page.text.includes('没有登录成功'));
  t.is(a.sessions.size, 0);
});
