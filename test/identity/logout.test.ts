import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { changeClientStatus } from '../../identity/flow/change-client-status.ts';
import { joinSession } from '../../identity/store/session-clients.ts';
import {
  authorize,
  exchange,
  hop,
  type IdentityHouse,
  logIn,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

type Receiver = {
  readonly url: string;
  /** Client ids that were told, with their logout tokens. */
  readonly told: { clientId: string; token: string }[];
  /** Runs before each answer. */
  onToken: (clientId: string) => Promise<void>;
};

/** One server that plays the back-channel logout address of every client: the path is the client's id. */
async function startReceiver(t: ExecutionContext): Promise<Receiver> {
  const receiver: Receiver & { url: string } = { url: '', told: [], onToken: () => Promise.resolve() };
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const clientId = (request.url ?? '').slice(1);
    receiver.told.push({ clientId, token: new URLSearchParams(body).get('logout_token') ?? '' });
    await receiver.onToken(clientId);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  receiver.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return receiver;
}

const listening = (house: IdentityHouse, receiver: Receiver, id: string): Promise<TestClient> =>
  house.client(id, {
    backchannelLogoutUri: `${receiver.url}/${id}`,
    postLogoutRedirectUris: [`http://${id}.example:9/out`],
  });

async function logOut(browser: ReturnType<typeof makeBrowser>, house: IdentityHouse, query = ''): Promise<string> {
  const page = await browser.open(`${house.url}/oidc/session/end${query}`);
  const answer = await post(browser, page, { logout: 'yes' });
  return answer.text();
}

test('21 of 21 clients are remembered after 20 parallel hops, and all receive back-channel logout', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const clients: TestClient[] = [];
  for (let n = 0; n <= 20; n += 1) clients.push(await listening(house, receiver, `system-${n}`));
  const { browser } = await logIn(clients[0]!);
  const hops = await Promise.all(clients.slice(1).map((client) => hop(browser, client)));
  await Promise.all(hops.map((each, index) => exchange(clients[index + 1]!, each)));
  const text = await logOut(browser, house);
  t.is(new Set(receiver.told.map(({ clientId }) => clientId)).size, 21);
  t.is(receiver.told.length, 21);
  t.true(text.includes('您已退出') && text.includes('同时退出了 21 个系统'));
});

test('OpenID Connect Back-Channel Logout: the logout token names session and subject, and is no ID token', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const client = await listening(house, receiver, 'alpha');
  const login = await logIn(client);
  const sid = (await exchange(client, login)).claims()?.['sid'];
  await logOut(login.browser, house);
  const token = receiver.told[0]!.token;
  t.like(decodeProtectedHeader(token), { alg: 'ES256', typ: 'logout+jwt' });
  const claims = decodeJwt(token);
  t.like(claims, { iss: house.url, aud: 'alpha', sub: house.sub, sid });
  t.truthy(claims['events']);
  t.is(claims['nonce'], undefined);
});

test('two tabs of one system get the same sid and grant, and both codes are good', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const [alpha, beta] = [await listening(house, receiver, 'alpha'), await listening(house, receiver, 'beta')];
  const { browser } = await logIn(alpha);
  const tabs = await Promise.all(Array.from({ length: 4 }, () => hop(browser, beta)));
  const sids = [];
  for (const tab of tabs) sids.push((await exchange(beta, tab)).claims()?.['sid']);
  t.is(new Set(sids).size, 1);
});

test('a client that was logged out alone is not resurrected by a request that read the session before', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const [alpha, beta] = [await listening(house, receiver, 'alpha'), await listening(house, receiver, 'beta')];
  const { browser, callback, ...login } = await logIn(alpha);
  const idToken = (await exchange(alpha, { callback, ...login })).id_token!;
  await exchange(beta, await hop(browser, beta));
  // The same session, read by a request that ends after alpha has left.
  const Session = house.provider().Session;
  const [{ session_uid: uid }] = await house.db('identity.session_clients').select('session_uid').limit(1);
  const stale = (await Session.findByUid(uid))!;
  const page = await browser.open(`${house.url}/oidc/session/end?id_token_hint=${idToken}`);
  await post(browser, page, {}); // "stay logged in elsewhere"
  t.deepEqual(
    receiver.told.map(({ clientId }) => clientId),
    ['alpha'],
  );
  t.deepEqual(Object.keys(stale.authorizations ?? {}).sort(), ['alpha', 'beta']);
  await stale.persist();
  const now = (await Session.findByUid(uid))!;
  t.deepEqual(Object.keys(now.authorizations ?? {}), ['beta']);
  // Coming back on purpose is another matter.
  await exchange(alpha, await hop(browser, alpha));
  t.deepEqual(Object.keys((await Session.findByUid(uid))?.authorizations ?? {}).sort(), ['alpha', 'beta']);
});

const toldSids = (receiver: Receiver): readonly unknown[] =>
  receiver.told.map(({ clientId, token }) => `${clientId} ${decodeJwt(token)['sid']}`).sort();

test('a system that is suspended is told of every login that it loses, and only it', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const [alpha, beta] = [await listening(house, receiver, 'alpha'), await listening(house, receiver, 'beta')];
  const logins = [await logIn(alpha), await logIn(alpha)];
  await exchange(beta, await hop(logins[0]!.browser, beta));
  const lost: string[] = [];
  for (const login of logins) lost.push(`alpha ${(await exchange(alpha, login)).claims()?.['sid']}`);
  const change = { clientId: 'alpha', by: 'admin', reason: '安全检查' };
  t.deepEqual(await changeClientStatus(house, { ...change, status: 'suspended' }), { sessions: 2 });
  await house.workers.idle();
  t.deepEqual(toldSids(receiver), lost.sort());
  t.like(await house.db('identity.logout_notices').first(), { state: 'delivered', reason: 'admin' });
  await t.notThrowsAsync(hop(logins[0]!.browser, beta), 'the session goes on');
  // Readmitted: it was told once, and people come back.
  await changeClientStatus(house, { ...change, status: 'active' });
  await house.workers.idle();
  t.is(receiver.told.length, 2);
  await t.notThrowsAsync(hop(logins[1]!.browser, alpha));
});

test('one logout reaches a system too that joined while it was being suspended', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const alpha = await listening(house, receiver, 'alpha');
  await listening(house, receiver, 'beta');
  const { browser } = await logIn(alpha);
  await changeClientStatus(house, { clientId: 'beta', status: 'suspended', by: 'admin', reason: '安全检查' });
  // The hop that was under way writes after the suspension.
  const { session_uid: sessionUid } = await house.db('identity.session_clients').first('session_uid');
  const part = { sid: 'late', grantId: null, persistsLogout: false };
  await joinSession(house.db, { sessionUid, clientId: 'beta', now: house.clock() }, part);
  t.true((await logOut(browser, house)).includes('同时退出了 2 个系统'));
  t.true(toldSids(receiver).includes('beta late'));
});

test('a session that was logged out is not written back by a request under way, and its open codes are refused', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const alpha = await listening(house, receiver, 'alpha');
  const { browser } = await logIn(alpha);
  const open = await hop(browser, alpha);
  const Session = house.provider().Session;
  const [{ session_uid: uid }] = await house.db('identity.session_clients').select('session_uid').limit(1);
  const stale = (await Session.findByUid(uid))!;
  await logOut(browser, house);
  await stale.persist();
  t.is(await Session.findByUid(uid), undefined);
  const error = await t.throwsAsync(exchange(alpha, open), { instanceOf: oidc.ResponseBodyError });
  t.is(error?.error, 'invalid_grant');
});

test('single logout asks first, ends the session for every system and returns to the one that asked', async (t) => {
  const house = await startIdentity(t);
  const receiver = await startReceiver(t);
  const [alpha, beta] = [await listening(house, receiver, 'alpha'), await listening(house, receiver, 'beta')];
  const login = await logIn(alpha);
  const tokens = await exchange(alpha, login);
  await exchange(beta, await hop(login.browser, beta));
  const target = oidc.buildEndSessionUrl(alpha.config, {
    id_token_hint: tokens.id_token!,
    post_logout_redirect_uri: 'http://alpha.example:9/out',
  });
  const text = await logOut(login.browser, house, target.search);
  t.regex(text, /http-equiv="refresh" content="0;url=http:\/\/alpha\.example:9\/out"/);
  const { target: again } = await authorize(beta);
  const page = await login.browser.open(again.href);
  t.true(page.text.includes('手机号、证件号码或用户名'));
});

test('refused sibling: an unregistered post_logout_redirect_uri shows an error page', async (t) => {
  const house = await startIdentity(t);
  const alpha = await house.client('alpha');
  const login = await logIn(alpha);
  const tokens = await exchange(alpha, login);
  const target = oidc.buildEndSessionUrl(alpha.config, {
    id_token_hint: tokens.id_token!,
    post_logout_redirect_uri: 'http://evil.example/',
  });
  const page = await login.browser.open(target.href);
  t.is(page.status, 400);
  t.true(page.text.includes('无法继续登录'));
});

test('refused sibling: a logout form without its token ends nothing', async (t) => {
  const house = await startIdentity(t);
  const alpha = await house.client('alpha');
  const { browser } = await logIn(alpha);
  await browser.open(`${house.url}/oidc/session/end`);
  const forged = await browser.fetchOnce(`${house.url}/oidc/session/end/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ xsrf: 'guessed', logout: 'yes' }),
  });
  t.is(forged.status, 400);
  await t.notThrowsAsync(hop(browser, alpha));
});

test('refused sibling: an address outside the allow-list is not reached, the person is told, the session ends all the same', async (t) => {
  const house = await startIdentity(t, { logoutNetworks: ['10.0.0.0/8'] });
  const receiver = await startReceiver(t);
  const alpha = await listening(house, receiver, 'alpha');
  const { browser } = await logIn(alpha);
  const text = await logOut(browser, house);
  t.is(receiver.told.length, 0);
  t.true(text.includes('您已退出') && text.includes('1 个系统暂未回应，将继续通知：系统 alpha'));
  const [receipt] = await house.db('identity.logout_notices').select('state', 'tries', 'last_error');
  t.like(receipt, { state: 'waiting', tries: 1 });
  const page = await browser.open((await authorize(alpha)).target.href);
  t.true(page.text.includes('手机号、证件号码或用户名'));
});

test('who is not logged in is led through logout by a script that the content policy names by its digest', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const page = await browser.open(`${house.url}/oidc/session/end`);
  t.is(page.status, 200);
  t.regex(page.headers.get('Content-Security-Policy') ?? '', /script-src 'sha256-[^']+';/);
  const out = await browser.submit(page, {});
  t.is(out.status, 200);
  t.true(out.text.includes('您已退出'));
});

test('a hop to a system that takes part already rewrites neither the session nor its list of clients', async (t) => {
  const house = await startIdentity(t);
  const alpha = await house.client('alpha');
  const { browser } = await logIn(alpha);
  await hop(browser, alpha);
  const version = async (): Promise<string> => {
    const { rows } = await house.db.raw("select xmin::text from identity.oidc_artifacts where model = 'Session'");
    const parts = await house.db('identity.session_clients').count('*');
    return JSON.stringify([rows, parts]);
  };
  const before = await version();
  await hop(browser, alpha);
  await hop(browser, alpha);
  t.is(await version(), before);
});
