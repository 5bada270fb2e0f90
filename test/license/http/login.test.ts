// Login and logout against the real identity room, with a browser that runs no script.
import test, { type ExecutionContext } from 'ava';
import { makeBrowser } from '../../../bin/demo/browser.ts';
import { systemClock } from '../../../common/clock.ts';
import { findFreePort } from '../../_harness/free-ports.ts';
import { makeKeyPem, OTHER_PERSON, PERSON, startIdentity } from '../../identity/identity-house.ts';
import { DEPARTMENT, issueAs, makeRequest } from '../doubles.ts';
import { startLicense } from './license-house.ts';

async function startBoth(t: ExecutionContext) {
  const identity = await startIdentity(t);
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const { keyPem } = await identity.client('license', {
    scopes: ['openid', 'profile', 'identity_document'],
    sector: 'xinji',
    redirectUris: [`${url}/login/callback`],
    postLogoutRedirectUris: [`${url}/?out=1`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  });
  const license = await startLicense(t, { identityUrl: identity.url, clientKeyPem: keyPem, clock: systemClock, port });
  return { identity, license };
}

test('a citizen logs in once and sees his own licenses by his holder code; logging out ends the session', async (t) => {
  const { identity, license } = await startBoth(t);
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  const fields = { ...makeRequest().fields, examined_on: today };
  await issueAs(license.deps, DEPARTMENT, makeRequest({ fields }));
  const browser = makeBrowser();
  const login = await browser.open(`${license.url}/licenses`);
  t.true(login.url.startsWith(identity.url), login.url);
  const wallet = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  t.is(wallet.url, `${license.url}/licenses`);
  t.true(wallet.text.includes('从业人员健康证明（样例）'), wallet.text.slice(0, 500));
  t.true(wallet.text.includes('张三'));
  const question = await browser.submit(wallet, {}, '/logout');
  t.true(question.url.startsWith(identity.url), question.url);
  t.is((await license.deps.db('license.sessions').select('sub')).length, 0, 'ended here before anything is asked');
  const out = await browser.submit(question, { logout: 'yes' });
  t.is(out.url, `${license.url}/?out=1`);
  t.true(out.text.includes('您已退出'));
  t.true((await browser.open(`${license.url}/licenses`)).url.startsWith(identity.url));
});

test('a logout elsewhere ends the session here (OpenID Connect Back-Channel Logout)', async (t) => {
  const { identity, license } = await startBoth(t);
  const browser = makeBrowser();
  const login = await browser.open(`${license.url}/licenses`);
  await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  t.is((await license.deps.db('license.sessions').select('sub')).length, 1);
  const question = await browser.open(`${identity.url}/oidc/session/end`);
  await browser.submit(question, { logout: 'yes' });
  t.is((await license.deps.db('license.sessions').select('sub')).length, 0);
  t.is((await license.deps.db('license.ended_sessions').select('sid')).length, 1);
});

test('who works here is logged in over there too: a use moves the end of both sessions, looking moves none', async (t) => {
  const { identity, license } = await startBoth(t);
  const browser = makeBrowser();
  const login = await browser.open(`${license.url}/licenses`);
  const wallet = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  const atIdentity = () =>
    identity.db('identity.oidc_artifacts').where({ model: 'Session' }).whereNotNull('account_id');
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
  const { payload } = await atIdentity().first<{ payload: object }>('payload');
  const soon = { ...payload, exp: Math.floor(inMinutes(4).getTime() / 1000) };
  await atIdentity().update({ payload: JSON.stringify(soon), expires_at: inMinutes(4) });
  await license.deps.db('license.sessions').update({ expires_at: inMinutes(4) });
  const told = await browser.fetchOnce(`${license.url}/session`, { headers: { Accept: 'application/json' } });
  t.true(((await told.json()) as { left_seconds: number }).left_seconds <= 240);
  const back = await browser.submit(wallet, {}, '/session/keep');
  t.is(back.url, `${license.url}/licenses`);
  const [here] = await license.deps.db('license.sessions').select<{ expires_at: Date }[]>('expires_at');
  const [there] = await atIdentity().select<{ expires_at: Date }[]>('expires_at');
  t.true(here!.expires_at > inMinutes(25) && there!.expires_at > inMinutes(25));
  // Over there it has ended, and the notice is not here yet.
  await atIdentity().delete();
  await license.deps.db('license.sessions').update({ expires_at: inMinutes(4) });
  t.true((await browser.submit(back, {}, '/session/keep')).url.startsWith(identity.url), 'led to the login');
  t.is((await license.deps.db('license.sessions')).length, 0);
});

test('another citizen sees none of them', async (t) => {
  const { identity, license } = await startBoth(t);
  await identity.registerPerson(OTHER_PERSON);
  const browser = makeBrowser();
  const login = await browser.open(`${license.url}/licenses`);
  const credentials = { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password };
  const wallet = await browser.submit(login, credentials);
  t.true(wallet.text.includes('没有查到您的证照'));
});

test('a callback without its beginning, and logout tokens that are none, are refused', async (t) => {
  const { license } = await startBoth(t);
  const lost = await license.call('GET', '/login/callback?code=x&state=y', { headers: { Accept: 'text/html' } });
  t.is(lost.status, 400);
  for (const token of ['', 'x.y.z', makeKeyPem().slice(0, 40)]) {
    const body = new URLSearchParams({ logout_token: token });
    t.is((await license.call('POST', '/backchannel-logout', { body })).status, 400);
  }
});
