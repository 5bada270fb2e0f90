import test from 'ava';
import { importPKCS8, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { deleteByGrant } from '../../identity/store/artifacts.ts';
import { authorize, exchange, hop, logIn, startIdentity } from './identity-house.ts';

const RACES = 20;
const PARALLEL = 5;

test(`RFC 6749 4.1.2: ${RACES} of ${RACES} races of ${PARALLEL} exchanges of one code give exactly one token, the others 400 invalid_grant`, async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const first = await logIn(client);
  await exchange(client, first);
  for (let race = 0; race < RACES; race += 1) {
    const login = await hop(first.browser, client);
    const results = await Promise.allSettled(Array.from({ length: PARALLEL }, () => exchange(client, login)));
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    t.is(lost.length, PARALLEL - 1, `race ${race}`);
    for (const error of lost) {
      t.true(error instanceof oidc.ResponseBodyError);
      t.like(error, { error: 'invalid_grant', status: 400 });
    }
  }
});

test('RFC 6749 4.1.2: a code shown again is refused and the tokens of the first exchange die', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const login = await logIn(client);
  const tokens = await exchange(client, login);
  t.is((await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub)).sub, house.sub);
  const error = await t.throwsAsync(exchange(client, login), { instanceOf: oidc.ResponseBodyError });
  t.is(error?.error, 'invalid_grant');
  const refused = await fetch(`${house.url}/oidc/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  t.is(refused.status, 401);
  await house.settle();
  const reused = await house.db('identity.events').where({ kind: 'code.reused', client_id: 'alpha' });
  t.is(reused.length, 1);
});

test('after the revocation the person goes on without typing: the next hop makes a new grant', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const login = await logIn(client);
  await exchange(client, login);
  await t.throwsAsync(exchange(client, login));
  const tokens = await exchange(client, await hop(login.browser, client));
  t.is((await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub)).sub, house.sub);
});

test('a code of one client is refused to another, and stays good for its own', async (t) => {
  const house = await startIdentity(t);
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const login = await logIn(alpha);
  const error = await t.throwsAsync(exchange(beta, login), { instanceOf: oidc.ResponseBodyError });
  t.is(error?.error, 'invalid_grant');
  await t.notThrowsAsync(exchange(alpha, login));
});

test('RFC 7523: a client assertion shown twice is refused, also when both arrive at once', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('machine', {
    grantTypes: ['client_credentials'],
    scopes: ['seal:use'],
  });
  let assertion = '';
  const config = client.config;
  config[oidc.customFetch] = (url, options) => {
    assertion = new URLSearchParams(options.body as URLSearchParams).get('client_assertion') ?? assertion;
    return fetch(url, options as RequestInit);
  };
  await oidc.clientCredentialsGrant(config, { scope: 'seal:use', resource: 'http://localhost:7003' });
  const replay = (used: string) =>
    fetch(`${house.url}/oidc/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: used,
        scope: 'seal:use',
        resource: 'http://localhost:7003',
      }),
    });
  t.is((await replay(assertion)).status, 401);
  // A fresh assertion that never reached the server, five times at once.
  let fresh = '';
  config[oidc.customFetch] = async (_url, options) => {
    fresh = new URLSearchParams(options.body as URLSearchParams).get('client_assertion') ?? '';
    throw new Error('kept back');
  };
  await t.throwsAsync(oidc.clientCredentialsGrant(config, { scope: 'seal:use', resource: 'http://localhost:7003' }));
  const statuses = (await Promise.all(Array.from({ length: PARALLEL }, () => replay(fresh)))).map(
    ({ status }) => status,
  );
  t.deepEqual(statuses.sort(), [200, 401, 401, 401, 401]);
  // One that says it lives for ever is remembered like the others.
  const endless = await new SignJWT({ jti: 'endless', exp: 1e15 })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('machine')
    .setSubject('machine')
    .setAudience(house.url)
    .setIssuedAt()
    .sign(await importPKCS8(client.keyPem, 'ES256'));
  t.deepEqual([(await replay(endless)).status, (await replay(endless)).status], [200, 401]);
});

test('a token without its grant is dead, and codes and tokens lie in the database as digests only', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const login = await logIn(client);
  const tokens = await exchange(client, login);
  const rows = await house.db('identity.oidc_artifacts').select('model', 'payload', 'grant_id');
  const text = JSON.stringify(rows);
  for (const secret of [tokens.access_token, login.callback.searchParams.get('code')!]) t.false(text.includes(secret));
  const cookie = login.browser.cookieNames(house.url);
  t.true(cookie.includes('xinji-identity-session'));
  const { grant_id: grantId } = rows.find(({ model }) => model === 'AccessToken');
  await deleteByGrant(house.db, 'AccessToken', grantId);
  const refused = await fetch(`${house.url}/oidc/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
  t.is(refused.status, 401);
});

test('RFC 9126: a pushed request is used once; the second browser that brings it is shown an error', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { browser } = await logIn(client);
  const { target } = await authorize(client);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(client.config, target.searchParams);
  const first = await browser.fetchOnce(pushed.href);
  t.truthy(new URL(first.headers.get('Location')!).searchParams.get('code'));
  const second = await browser.fetchOnce(pushed.href);
  t.is(new URL(second.headers.get('Location') ?? 'http://none/').searchParams.get('code'), null);
  t.true(second.status < 500);
});

test('RFC 9126: of parallel uses of one pushed request exactly one gets a code', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { browser } = await logIn(client);
  const { target } = await authorize(client);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(client.config, target.searchParams);
  const answers = await Promise.all(Array.from({ length: PARALLEL }, () => browser.fetchOnce(pushed.href)));
  const codes = answers.filter((answer) => answer.headers.get('Location')?.includes('code='));
  t.is(codes.length, 1);
  t.true(answers.every(({ status }) => status < 500));
});
