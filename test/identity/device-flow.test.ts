// RFC 8628: a hall terminal gets a code, a person confirms it on the phone, the terminal is logged in.
import test from 'ava';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import {
  authorize,
  type IdentityHouse,
  OTHER_PERSON,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const TERMINAL: Partial<ClientRegistration> = {
  grantTypes: ['device_code', 'refresh_token'],
  redirectUris: [],
  scopes: ['openid', 'profile'],
};

/** The terminal's side: a code now, tokens or the error of one question later. */
async function ask(client: TestClient) {
  const device = await oidc.initiateDeviceAuthorization(client.config, { scope: 'openid profile' });
  const poll = async (): Promise<{ error?: string; access_token?: string; refresh_token?: string }> => {
    const signal = AbortSignal.timeout(10_000);
    const tokens = oidc.pollDeviceAuthorizationGrant(client.config, { ...device, interval: 0 }, undefined, { signal });
    return tokens.catch((error: { error?: string; cause?: { error?: string } }) => ({
      error: error.error ?? error.cause?.error ?? String(error),
    }));
  };
  return { device, poll };
}

/** What the terminal is told when it asks once. */
async function askOnce(house: IdentityHouse, client: TestClient, deviceCode: string): Promise<string | undefined> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
    client_id: client.id,
    ...(client.secret ? { client_secret: client.secret } : {}),
  });
  const response = await fetch(`${house.url}/oidc/token`, { method: 'POST', body });
  return ((await response.json()) as { error?: string }).error;
}

/** The phone's side, as far as the question. */
async function type(browser: Browser, house: IdentityHouse, code: string): Promise<Page> {
  return browser.submit(await browser.open(`${house.url}/device`), { user_code: code });
}

async function confirm(browser: Browser, question: Page): Promise<Page> {
  const login = await browser.submit(question, {});
  return login.text.includes('name="password"')
    ? browser.submit(login, { login: PERSON.loginName, password: PERSON.password })
    : login;
}

test('RFC 8628: openid-client gets a code; a person types it, sees who asks from where, confirms, logs in; the terminal has tokens', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('terminal', TERMINAL);
  const { device, poll } = await ask(client);
  t.regex(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  t.is(device.verification_uri, `${house.url}/device`);
  t.is(device.expires_in, 600);
  const phone = makeBrowser();
  const question = await type(phone, house, device.user_code.toLowerCase().replace('-', ' '));
  const words = question.text.replaceAll(/<[^>]*>/g, ' ');
  for (const expected of ['确认在此终端登录？', '系统 terminal', '示例单位', '127.0.0.1', device.user_code, '请拒绝'])
    t.true(words.includes(expected), expected);
  const done = await confirm(phone, question);
  t.true(done.text.includes('已在终端登录'), done.text.slice(0, 3000));
  const tokens = await poll();
  t.is((await oidc.fetchUserInfo(client.config, tokens.access_token!, house.sub)).sub, house.sub);
  t.truthy(tokens.refresh_token);
  t.is((await poll()).error, 'invalid_grant', 'a code is good for one exchange');
  // Who is logged in on the phone confirms the next terminal without a password; logging out there ends both.
  const second = await ask(client);
  t.true((await confirm(phone, await type(phone, house, second.device.user_code))).text.includes('已在终端登录'));
  const { refresh_token: token } = await second.poll();
  const out = await phone.open(`${house.url}/oidc/session/end`);
  await (await post(phone, out, { logout: 'yes' })).text();
  await t.throwsAsync(oidc.refreshTokenGrant(client.config, token!));
});

test('a terminal without a key gets its code too; the person is asked for consent each time', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('kiosk', {
    applicationType: 'native',
    grantTypes: ['device_code'],
    redirectUris: [],
    jwks: { keys: [] },
    authMethod: 'none',
  });
  const { device, poll } = await ask(client);
  const phone = makeBrowser();
  const consent = await confirm(phone, await type(phone, house, device.user_code));
  t.true(consent.text.includes('请求使用您的信息') || consent.text.includes('同意并继续'));
  t.true((await phone.submit(consent, { decision: 'agree' })).text.includes('已在终端登录'));
  t.is(typeof (await poll()).access_token, 'string');
});

test('a hall has one address: whoever types right codes and confirms them uses no tries up', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('terminal', TERMINAL);
  const phone = makeBrowser();
  for (let count = 0; count < 12; count += 1) {
    const { device } = await ask(client);
    const done = await confirm(phone, await type(phone, house, device.user_code));
    t.true(done.text.includes('已在终端登录'), `terminal ${count}`);
  }
});

test('RFC 8628: pending, refused, unknown and used codes; the page says which, and counts wrong ones', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('terminal', { ...TERMINAL, authMethod: 'client_secret_post', jwks: { keys: [] } });
  const { device } = await ask(client);
  t.is(await askOnce(house, client, device.device_code), 'authorization_pending');
  // The typed code opens nothing where terminals ask.
  for (const guess of [device.user_code, `user-code:${device.user_code.replace('-', '')}`])
    t.is(await askOnce(house, client, guess), 'invalid_grant');
  const phone = makeBrowser();
  const asked = await type(phone, house, device.user_code);
  const refused = await phone.submit(asked, { abort: 'yes' });
  t.true(refused.text.includes('已拒绝，终端不会登录'));
  t.is(await askOnce(house, client, device.device_code), 'access_denied');
  const wrong = await type(phone, house, device.user_code);
  t.is(wrong.status, 422);
  t.true(wrong.text.includes('代码已使用'));
  t.true((await type(phone, house, '')).text.includes('请填写代码'));
  for (let tries = 0; tries < 12; tries += 1) await type(phone, house, 'BBBB-BBBB');
  const paused = await type(phone, house, 'BBBB-BBBB');
  t.is(paused.status, 429);
  t.true(paused.text.includes('尝试次数过多'));
  const other = await ask(client);
  t.is((await type(phone, house, other.device.user_code)).status, 429, 'a right one has to wait too');
});

test('RFC 8628, 3.5: a terminal that asks again too soon is told slow_down, another one is not, and tokens come all the same', async (t) => {
  let now = new Date();
  const house = await startIdentity(t, { clock: () => now });
  const client = await house.client('terminal', { ...TERMINAL, authMethod: 'client_secret_post', jwks: { keys: [] } });
  const [hasty, other] = [await ask(client), await ask(client)];
  const answers: (string | undefined)[] = [];
  for (const { device } of [hasty, hasty, other]) answers.push(await askOnce(house, client, device.device_code));
  t.deepEqual(answers, ['authorization_pending', 'slow_down', 'authorization_pending']);
  now = new Date(now.getTime() + 5000);
  t.is(await askOnce(house, client, hasty.device.device_code), 'authorization_pending');
  const phone = makeBrowser();
  t.true((await confirm(phone, await type(phone, house, hasty.device.user_code))).text.includes('已在终端登录'));
  t.is(typeof (await hasty.poll()).access_token, 'string');
});

test('refused siblings: a forged form, a client without the grant, and an expired code', async (t) => {
  const house = await startIdentity(t, { lifetimes: { deviceCodeSeconds: 1 } });
  const [client, plain] = [await house.client('terminal', TERMINAL), await house.client('plain')];
  await t.throwsAsync(oidc.initiateDeviceAuthorization(plain.config, { scope: 'openid' }));
  const { device } = await ask(client);
  const forged = await fetch(`${house.url}/device`, {
    method: 'POST',
    body: new URLSearchParams({ user_code: device.user_code, confirm: 'yes' }),
  });
  t.false((await forged.text()).includes('已在终端登录'));
  await house
    .db('identity.oidc_artifacts')
    .where({ model: 'DeviceCode' })
    .update({
      payload: house.db.raw(`payload || '{"exp": 1}'`),
    });
  const late = await type(makeBrowser(), house, device.user_code);
  t.true(late.text.includes('代码已过期'), late.text.slice(0, 2000));
});

test('who finishes as somebody else than is logged in meanwhile gets our own page that leads on, not the library’s', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('terminal', TERMINAL);
  const alpha = await house.client('alpha');
  await house.registerPerson({ ...OTHER_PERSON });
  const { device } = await ask(client);
  const phone = makeBrowser();
  const login = await phone.submit(await type(phone, house, device.user_code), {});
  const { target } = await authorize(alpha);
  const leadOn = async (answer: Response): Promise<Response> =>
    phone.fetchOnce(/http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())?.[1] ?? '');
  const mine = { login: PERSON.loginName, password: PERSON.password };
  await leadOn(await post(phone, await phone.open(target.href), mine));
  const others = { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password };
  const page = await leadOn(await post(phone, login, others));
  const words = await page.text();
  t.is(page.status, 200);
  t.true(words.includes('<html lang="zh-CN"'), words.slice(0, 500));
  t.false(words.includes('Submitting Callback'));
  t.regex(page.headers.get('Content-Security-Policy') ?? '', /script-src 'sha256-[^']+'.*form-action 'self'/);
});
