// openid-client, a foreign client library, through the flows of the provider: pushed and signed requests, bound tokens, FAPI 2.0,
// introspection, revocation, the parameter `claims`; each beside what is refused.
import test from 'ava';
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import {
  authorize,
  exchange,
  type IdentityHouse,
  LICENSE_URL,
  logIn,
  logInAt,
  makeKeyPem,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const FAPI: Partial<ClientRegistration> = {
  profile: 'fapi2',
  parRequired: true,
  dpopBound: true,
  grantTypes: ['authorization_code', 'refresh_token'],
};

type KeyPair = Awaited<ReturnType<typeof oidc.randomDPoPKeyPair>>;

const errorOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: { error?: string; cause?: { error?: string }; message: string }) => error.error ?? error.message,
  );

/** Where a request that shows no page ends: the error that the client is told, or that the page names. */
async function refusal(url: URL): Promise<string | null> {
  const response = await makeBrowser().fetchOnce(url.href);
  const location = response.headers.get('Location');
  if (location !== null) return new URL(location, url).searchParams.get('error');
  return /invalid_\w+/.exec(await response.text())?.[0] ?? null;
}

/** The parameters of a request and what the client remembers of it. */
async function parametersOf(client: TestClient, extra: Record<string, string> = {}) {
  const checks = await authorize(client, extra);
  const { client_id: _, ...parameters } = Object.fromEntries(checks.target.searchParams);
  return { parameters, checks };
}

test('RFC 9126: a request is pushed and used once; a client that must push is refused without', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { parRequired: true });
  const { parameters, checks } = await parametersOf(client);
  const target = await oidc.buildAuthorizationUrlWithPAR(client.config, parameters);
  t.deepEqual([...target.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const login = await logInAt(client, target);
  t.is((await exchange(client, { ...checks, ...login })).claims()?.sub, house.sub);
  t.is(await refusal(target), 'invalid_request_uri', 'used before');
  t.is(await refusal((await authorize(client)).target), 'invalid_request');
  const wrong = { ...parameters, redirect_uri: 'http://evil.example/' };
  t.not(await errorOf(oidc.buildAuthorizationUrlWithPAR(client.config, wrong)), 'none');
});

test('RFC 9126: a pushed request lives as long as the setting says, and the answer says so', async (t) => {
  const house = await startIdentity(t, { lifetimes: { codeSeconds: 30 } });
  const client = await house.client('alpha', { authMethod: 'client_secret_post', jwks: { keys: [] } });
  const { parameters } = await parametersOf(client);
  const body = new URLSearchParams({ ...parameters, client_id: client.id, client_secret: client.secret! });
  const answer = (await (await fetch(`${house.url}/oidc/request`, { method: 'POST', body })).json()) as object;
  t.like(answer, { expires_in: 30 });
});

test('RFC 9101: a signed request by value is taken; another key, no end, a long life, or no signature are refused', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { jarRequired: true });
  const { parameters, checks } = await parametersOf(client);
  const key = await importPKCS8(client.keyPem, 'ES256');
  const target = await oidc.buildAuthorizationUrlWithJAR(client.config, parameters, key);
  const login = await logInAt(client, target);
  t.is((await exchange(client, { ...checks, ...login })).claims()?.sub, house.sub);
  t.is(await refusal((await authorize(client)).target), 'invalid_request');
  const signed = async (claims: Record<string, unknown>, pem = client.keyPem): Promise<URL> => {
    const now = Math.floor(Date.now() / 1000);
    const request = await new SignJWT({ ...parameters, client_id: client.id, iat: now, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'oauth-authz-req+jwt' })
      .setIssuer(client.id)
      .sign(await importPKCS8(pem, 'ES256'));
    const url = new URL(`${house.url}/oidc/auth`);
    url.search = new URLSearchParams({ client_id: client.id, request }).toString();
    return url;
  };
  const soon = Math.floor(Date.now() / 1000) + 60;
  t.is(await refusal(await signed({ aud: house.url, exp: soon })), null);
  const refused = {
    'another key': await signed({ aud: house.url, exp: soon }, makeKeyPem()),
    'no end': await signed({ aud: house.url }),
    'a long life': await signed({ aud: house.url, exp: soon + 3600 }),
    'another audience': await signed({ aud: 'https://evil.example', exp: soon }),
    'no audience': await signed({ exp: soon }),
  };
  for (const [title, url] of Object.entries(refused)) t.is(await refusal(url), 'invalid_request_object', title);
});

async function bound(client: TestClient, keys?: KeyPair) {
  const pair = keys ?? (await oidc.randomDPoPKeyPair('ES256'));
  return { pair, DPoP: oidc.getDPoPHandle(client.config, pair) };
}

test('RFC 9449: tokens of a client are bound to its key: without a proof, with another key, or as bearer they are refused', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { dpopBound: true, grantTypes: ['authorization_code', 'refresh_token'] });
  const { DPoP } = await bound(client);
  const login = await logIn(client);
  const checks = { expectedState: login.state, expectedNonce: login.nonce, pkceCodeVerifier: login.verifier };
  t.is(await errorOf(exchange(client, login)), 'invalid_grant', 'no proof');
  const tokens = await oidc.authorizationCodeGrant(client.config, login.callback, checks, undefined, { DPoP });
  t.is(tokens.token_type, 'dpop');
  t.is((await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub, { DPoP })).sub, house.sub);
  const { DPoP: other } = await bound(client);
  t.not(await errorOf(oidc.fetchUserInfo(client.config, tokens.access_token, house.sub, { DPoP: other })), 'none');
  for (const scheme of ['Bearer', 'DPoP']) {
    const headers = { authorization: `${scheme} ${tokens.access_token}` };
    t.is((await fetch(`${house.url}/oidc/me`, { headers })).status, scheme === 'DPoP' ? 400 : 401, scheme);
  }
  const next = await oidc.refreshTokenGrant(client.config, tokens.refresh_token!, undefined, { DPoP });
  t.is(next.token_type, 'dpop');
  t.is(await errorOf(oidc.refreshTokenGrant(client.config, next.refresh_token!)), 'invalid_grant', 'no proof');
});

async function proofFor(house: IdentityHouse, pair: KeyPair, claims: Record<string, unknown>): Promise<string> {
  return new SignJWT({ htm: 'POST', htu: `${house.url}/oidc/token`, jti: 'one', iat: Date.now() / 1000, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(pair.publicKey) })
    .sign(pair.privateKey);
}

test('RFC 9449: a proof is used once; an old one is told a nonce, and the nonce of one node is known to every other', async (t) => {
  const [house, otherNode] = [await startIdentity(t), await startIdentity(t)];
  const machine: Partial<ClientRegistration> = {
    grantTypes: ['client_credentials'],
    scopes: ['license:issue'],
    authMethod: 'client_secret_post',
    jwks: { keys: [] },
    dpopBound: true,
  };
  const pair = await generateKeyPair('ES256', { extractable: true });
  const ask = async (at: IdentityHouse, client: TestClient, dpop: string) => {
    const grant = { grant_type: 'client_credentials', scope: 'license:issue', resource: LICENSE_URL };
    const body = new URLSearchParams({ ...grant, client_id: client.id, client_secret: client.secret! });
    const response = await fetch(`${at.url}/oidc/token`, { method: 'POST', body, headers: { dpop } });
    const answer = (await response.json()) as { error?: string; access_token?: string };
    return { ...answer, nonce: response.headers.get('DPoP-Nonce') };
  };
  const [here, there] = [await house.client('department', machine), await otherNode.client('department', machine)];
  const proof = await proofFor(house, pair, { iat: Math.floor(Date.now() / 1000) });
  const answers = await Promise.all([1, 2, 3].map(() => ask(house, here, proof)));
  t.is(answers.filter(({ access_token }) => access_token).length, 1);
  t.is(answers.filter(({ error }) => error === 'invalid_grant').length, 2);
  const token = decodeJwt(answers.find(({ access_token }) => access_token)!.access_token!);
  t.deepEqual(token['cnf'], { jkt: await calculateJwkThumbprint(await exportJWK(pair.publicKey)) });
  const iat = Math.floor(Date.now() / 1000) - 3600;
  const late = await ask(house, here, await proofFor(house, pair, { iat, jti: 'two' }));
  t.is(late.error, 'use_dpop_nonce');
  const again = await ask(otherNode, there, await proofFor(otherNode, pair, { iat, jti: 'three', nonce: late.nonce }));
  t.truthy(again.access_token);
  const forged = await ask(house, here, await proofFor(house, pair, { jti: 'four', nonce: 'forged' }));
  t.is(forged.error, 'use_dpop_nonce');
  for (const claims of [{ htm: 'GET' }, { htu: `${house.url}/oidc/me` }, { jti: undefined }])
    t.is((await ask(house, here, await proofFor(house, pair, claims))).error, 'invalid_dpop_proof');
});

test('FAPI 2.0 security profile: PAR, PKCE, private_key_jwt for the issuer alone, DPoP, iss in the answer', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('bank', FAPI);
  const { DPoP } = await bound(client);
  const { parameters, checks } = await parametersOf(client);
  const target = await oidc.buildAuthorizationUrlWithPAR(client.config, parameters, { DPoP });
  const { callback } = await logInAt(client, target);
  t.is(callback.searchParams.get('iss'), house.url);
  const expected = { expectedState: checks.state, expectedNonce: checks.nonce, pkceCodeVerifier: checks.verifier };
  const tokens = await oidc.authorizationCodeGrant(client.config, callback, expected, undefined, { DPoP });
  t.is((await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub, { DPoP })).sub, house.sub);
  // The code was asked for with this key: another one gets nothing for it.
  const second = await parametersOf(client);
  const again = await logInAt(
    client,
    await oidc.buildAuthorizationUrlWithPAR(client.config, second.parameters, { DPoP }),
  );
  const checks2 = {
    expectedState: second.checks.state,
    expectedNonce: second.checks.nonce,
    pkceCodeVerifier: second.checks.verifier,
  };
  const { DPoP: other } = await bound(client);
  t.is(
    await errorOf(oidc.authorizationCodeGrant(client.config, again.callback, checks2, undefined, { DPoP: other })),
    'invalid_grant',
  );
  // An assertion whose audience is the endpoint, which other profiles allow.
  const assertion = await new SignJWT({ jti: 'a' })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer('bank')
    .setSubject('bank')
    .setAudience(`${house.url}/oidc/request`)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importPKCS8(client.keyPem, 'ES256'));
  const body = new URLSearchParams({
    ...parameters,
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  const response = await fetch(`${house.url}/oidc/request`, { method: 'POST', body });
  t.is(response.status, 401);
});

test('RFC 7662, RFC 7009: a client learns of its own tokens and ends them; those of another are not active and not ended', async (t) => {
  const house = await startIdentity(t);
  const grantTypes = ['authorization_code', 'refresh_token'] as const;
  const [alpha, beta] = [await house.client('alpha', { grantTypes }), await house.client('beta', { grantTypes })];
  const tokens = await exchange(alpha, await logIn(alpha));
  t.like(await oidc.tokenIntrospection(alpha.config, tokens.access_token), {
    active: true,
    sub: house.sub,
    client_id: 'alpha',
    scope: 'openid profile',
    iss: house.url,
  });
  t.like(await oidc.tokenIntrospection(alpha.config, tokens.refresh_token!), { active: true, sub: house.sub });
  t.deepEqual(await oidc.tokenIntrospection(beta.config, tokens.access_token), { active: false });
  t.deepEqual(await oidc.tokenIntrospection(alpha.config, 'unknown'), { active: false });
  t.is(await errorOf(oidc.tokenRevocation(beta.config, tokens.refresh_token!)), 'invalid_request');
  await oidc.tokenRevocation(alpha.config, tokens.refresh_token!);
  t.deepEqual(await oidc.tokenIntrospection(alpha.config, tokens.refresh_token!), { active: false });
  t.deepEqual(await oidc.tokenIntrospection(alpha.config, tokens.access_token), { active: false });
  await t.notThrowsAsync(oidc.tokenRevocation(alpha.config, tokens.refresh_token!), 'repeating it is no error');
});

test('OpenID Connect Core, claims: single claims that the client is registered for come at userinfo; others are left out unasked', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { scopes: ['openid', 'phone', 'level'] });
  const claims = {
    userinfo: {
      phone_number: null,
      level: { essential: true },
      holder_code: { essential: true },
      name: null,
      unknown: null,
    },
    id_token: { phone_number: null, auth_time: { essential: true } },
  };
  const extra = { scope: 'openid', claims: JSON.stringify(claims) };
  const tokens = await exchange(client, await logIn(client, { extra }));
  t.is(decodeJwt(tokens.id_token!)['phone_number'], undefined);
  t.is(typeof tokens.claims()?.auth_time, 'number');
  const person = await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub);
  t.deepEqual(person, { sub: house.sub, phone_number: '+8613800010001', level: person['level'] });
  t.regex(String(person['level']), /^L[2-5]$/);
  for (const wrong of ['{', '[]', '{}', '{"userinfo":1}', '{"userinfo":{"name":7}}'])
    t.is(await refusal((await authorize(client, { scope: 'openid', claims: wrong })).target), 'invalid_request', wrong);
});
