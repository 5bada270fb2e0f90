// The modules of the Basic OP plan, by their names in the OpenID Foundation's suite, in words of our own.
import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeProtectedHeader, importPKCS8, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../../bin/demo/browser.ts';
import { authorize, exchange, makeKeyPem, openUntilCallback, post } from '../identity-house.ts';
import {
  answerOf,
  CREDENTIALS,
  type Login,
  logIn,
  logInAgain,
  type Module,
  pageOf,
  userinfo,
  type World,
} from './world.ts';

const server =
  (which: 'client' | 'byPost'): Module =>
  async (world) => {
    const client = world[which];
    const { tokens, claims, callback, state } = await logIn(world, {}, { client });
    assert.equal(callback.searchParams.get('state'), state);
    assert.equal(tokens.token_type, 'bearer');
    for (const claim of ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce']) assert.ok(claims[claim], claim);
    assert.equal(claims['iss'], world.discovery['issuer']);
    assert.equal(claims['aud'], client.id);
  };

const succeedsWith =
  (extra: Record<string, string>): Module =>
  async (world) =>
    void (await logIn(world, extra));

const scopeGives =
  (scope: string, claims: readonly string[]): Module =>
  async (world) => {
    const login = await logIn(world, { scope });
    const person = await userinfo(world, login);
    for (const claim of claims) assert.ok(person[claim], claim);
    assert.ok(
      claims.every((claim) => login.claims[claim] === undefined),
      'claims come at userinfo',
    );
  };

const userinfoBy =
  (init: (token: string) => RequestInit): Module =>
  async (world) => {
    const { tokens, claims } = await logIn(world);
    const response = await fetch(`${world.house.url}/oidc/me`, init(tokens.access_token));
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { sub: string }).sub, claims['sub']);
  };

async function reuse(world: World, seconds: number): Promise<void> {
  const login = await logIn(world);
  // Time passes by moving what is on record, not by waiting.
  await world.house.db.raw(
    `update identity.oidc_artifacts set consumed_at = consumed_at - make_interval(secs => ?) where model = 'AuthorizationCode'`,
    [seconds],
  );
  await assert.rejects(
    exchange(world.client, login),
    (error: oidc.ResponseBodyError) => error.error === 'invalid_grant',
  );
  const headers = { authorization: `Bearer ${login.tokens.access_token}` };
  assert.equal((await fetch(`${world.house.url}/oidc/me`, { headers })).status, 401, 'its tokens die');
}

async function passSeconds({ house }: World, { claims }: Login, seconds: number): Promise<void> {
  await house.db.raw(
    `update identity.oidc_artifacts set payload = payload || jsonb_build_object('loginTs', ?::bigint) where model = 'Session'`,
    [Number(claims['auth_time']) - seconds],
  );
}

export const BASIC_MODULES: Readonly<Record<string, Module>> = {
  'oidcc-server': server('client'),
  'oidcc-response-type-missing': async ({ client }) => {
    const { target } = await authorize(client);
    target.searchParams.delete('response_type');
    const page = await pageOf(makeBrowser(), target);
    assert.match(page.location ?? page.text, /error=(invalid_request|unsupported_response_type)|invalid_request/);
  },
  'oidcc-idtoken-signature': async (world) => {
    const { tokens } = await logIn(world);
    assert.ok(decodeProtectedHeader(tokens.id_token!).kid);
    await jwtVerify(tokens.id_token!, createRemoteJWKSet(new URL(String(world.discovery['jwks_uri']))));
  },
  'oidcc-userinfo-get': userinfoBy((token) => ({ headers: { authorization: `Bearer ${token}` } })),
  'oidcc-userinfo-post-header': userinfoBy((token) => ({
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })),
  'oidcc-userinfo-post-body': userinfoBy((token) => ({
    method: 'POST',
    body: new URLSearchParams({ access_token: token }),
  })),
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': async ({ client }) => {
    const authorization = await authorize(client, { scope: 'openid' });
    authorization.target.searchParams.delete('nonce');
    const browser = makeBrowser();
    const page = await browser.open(authorization.target.href);
    const answer = await (await post(browser, page, CREDENTIALS)).text();
    const next = new URL(/content="0;url=([^"]*)"/.exec(answer)?.[1] ?? '', page.url).href;
    const callback = await openUntilCallback(browser, next, client.redirectUri);
    const checks = { expectedState: authorization.state, pkceCodeVerifier: authorization.verifier };
    const tokens = await oidc.authorizationCodeGrant(client.config, callback, checks);
    assert.equal(tokens.claims()?.nonce, undefined);
  },
  'oidcc-scope-profile': scopeGives('openid profile', ['name']),
  'oidcc-scope-email': scopeGives('openid email', ['email']),
  'oidcc-scope-phone': scopeGives('openid phone', ['phone_number']),
  'oidcc-ensure-other-scope-order-succeeds': scopeGives('email openid', ['email']),
  'oidcc-display-page': succeedsWith({ display: 'page' }),
  'oidcc-display-popup': succeedsWith({ display: 'popup' }),
  'oidcc-prompt-login': async (world) => {
    const first = await logIn(world);
    await passSeconds(world, first, 60);
    const second = await logInAgain(world, first.browser, { prompt: 'login' });
    assert.equal(second.claims['sub'], first.claims['sub']);
    assert.ok(Number(second.claims['auth_time']) > Number(first.claims['auth_time']) - 60, 'a later login');
  },
  'oidcc-prompt-none-not-logged-in': async ({ client }) => {
    const { target, state } = await authorize(client, { prompt: 'none' });
    const answer = await answerOf(makeBrowser(), target);
    assert.equal(answer.get('error'), 'login_required');
    assert.equal(answer.get('state'), state);
  },
  'oidcc-prompt-none-logged-in': async (world) => {
    const first = await logIn(world, { max_age: '15000' });
    const second = await logIn(world, { prompt: 'none', max_age: '15000' }, first);
    assert.equal(second.claims['sub'], first.claims['sub']);
    assert.equal(second.claims['auth_time'], first.claims['auth_time']);
  },
  'oidcc-max-age-1': async (world) => {
    const first = await logIn(world, { max_age: '15000' });
    await passSeconds(world, first, 60);
    const second = await logInAgain(world, first.browser, { max_age: '1' });
    assert.ok(Number(second.claims['auth_time']) > Number(first.claims['auth_time']) - 60);
  },
  'oidcc-max-age-10000': async (world) => {
    const first = await logIn(world, { max_age: '15000' });
    const second = await logIn(world, { max_age: '10000' }, first);
    assert.ok(second.claims['auth_time']);
    assert.equal(second.claims['auth_time'], first.claims['auth_time']);
  },
  'oidcc-ensure-request-with-unknown-parameter-succeeds': succeedsWith({ extra: 'foobar' }),
  'oidcc-id-token-hint': async (world) => {
    const first = await logIn(world);
    const extra = { prompt: 'none', id_token_hint: first.tokens.id_token! };
    assert.equal((await logIn(world, extra, first)).claims['sub'], first.claims['sub']);
  },
  'oidcc-login-hint': succeedsWith({ login_hint: CREDENTIALS.login }),
  'oidcc-ui-locales': succeedsWith({ ui_locales: 'se' }),
  'oidcc-claims-locales': succeedsWith({ claims_locales: 'se' }),
  'oidcc-ensure-request-with-acr-values-succeeds': async (world) => {
    const [acr] = world.discovery['acr_values_supported'] as string[];
    assert.equal((await logIn(world, { acr_values: acr! })).claims['acr'], acr);
  },
  'oidcc-codereuse': (world) => reuse(world, 0),
  'oidcc-codereuse-30seconds': (world) => reuse(world, 31),
  'oidcc-ensure-registered-redirect-uri': async ({ client }) => {
    const { target } = await authorize(client, { redirect_uri: `${client.redirectUri}/other` });
    const page = await pageOf(makeBrowser(), target);
    assert.equal(page.location, null);
    assert.equal(page.status, 400);
    assert.match(page.text, /redirect_uri/);
  },
  'oidcc-ensure-post-request-succeeds': async (world) => {
    const { client } = world;
    const authorization = await authorize(client, { scope: 'openid' });
    const browser = makeBrowser();
    const first = await browser.fetchOnce(`${world.house.url}/oidc/auth`, {
      method: 'POST',
      body: new URLSearchParams(authorization.target.search),
    });
    const page = await browser.open(new URL(first.headers.get('Location') ?? '', world.house.url).href);
    const answer = await (await post(browser, page, CREDENTIALS)).text();
    const next = new URL(/content="0;url=([^"]*)"/.exec(answer)?.[1] ?? '', page.url).href;
    const callback = await openUntilCallback(browser, next, client.redirectUri);
    assert.ok((await exchange(client, { ...authorization, callback })).id_token);
  },
  'oidcc-server-client-secret-post': server('byPost'),
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': async ({ client }) => {
    const { target } = await authorize(client, { request_uri: 'https://conformance.example/request.jwt' });
    const page = await pageOf(makeBrowser(), target);
    assert.match(page.location ?? page.text, /request_uri_not_supported|invalid_request_uri/);
  },
  'oidcc-claims-essential': async (world) => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    assert.ok((await userinfo(world, await logIn(world, { claims })))['name']);
  },
  'oidcc-refresh-token': async (world) => {
    const client = world.refreshing;
    const { tokens, claims } = await logIn(world, {}, { client });
    const next = await oidc.refreshTokenGrant(client.config, tokens.refresh_token!);
    const later = next.claims();
    for (const claim of ['iss', 'sub', 'aud', 'auth_time'] as const) assert.equal(later?.[claim], claims[claim], claim);
    assert.ok(next.access_token !== tokens.access_token);
    const stranger = await importPKCS8(makeKeyPem(), 'ES256');
    const other = await oidc.discovery(new URL(world.house.url), world.byPost.id, {}, oidc.PrivateKeyJwt(stranger), {
      execute: [oidc.allowInsecureRequests],
    });
    await assert.rejects(oidc.refreshTokenGrant(other, next.refresh_token!), 'another client gets nothing for it');
  },
  'oidcc-ensure-request-with-valid-pkce-succeeds': async (world) => {
    const { target } = await logIn(world);
    assert.equal(target.searchParams.get('code_challenge_method'), 'S256');
  },
};
