// The modules of the plans for RP-initiated and back-channel logout, by their names in the OpenID Foundation's suite.
import assert from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { post } from '../identity-house.ts';
import { assertLoggedOut, LOGGED_OUT, type Login, logIn, type Module, pageOf, type World } from './world.ts';

const endSession = ({ house }: World, query: Record<string, string>): string =>
  `${house.url}/oidc/session/end?${new URLSearchParams(query)}`;

/** Opens the question, says yes, and returns the page after it. */
async function logOut(world: World, { browser }: Login, query: Record<string, string>): Promise<string> {
  const page = await browser.open(endSession(world, query));
  assert.match(page.text, /op\.logoutForm/, 'the person is asked');
  return (await post(browser, page, { logout: 'yes' })).text();
}

const targetOf = (page: string): string | null =>
  /http-equiv="refresh" content="0;url=([^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? null;

/** Logged out, and led back to the system with these parameters. */
const comesBack =
  (query: (login: Login) => Record<string, string>, state: string | null): Module =>
  async (world) => {
    const login = await logIn(world);
    const target = targetOf(await logOut(world, login, query(login)));
    assert.equal(target?.split('?')[0], LOGGED_OUT);
    assert.equal(new URL(target ?? '').searchParams.get('state'), state);
    await assertLoggedOut(world, login.browser);
  };

/** Logged out, and led nowhere. */
const stays =
  (query: (login: Login) => Record<string, string>): Module =>
  async (world) => {
    const login = await logIn(world);
    const page = await logOut(world, login, query(login));
    assert.equal(targetOf(page), null);
    assert.match(page, /您已退出/);
    await assertLoggedOut(world, login.browser);
  };

/** An error page at once; nobody is led to the system. */
const isRefused =
  (query: (login: Login) => Record<string, string>): Module =>
  async (world) => {
    const login = await logIn(world);
    const page = await pageOf(login.browser, endSession(world, query(login)));
    assert.equal(page.status, 400);
    assert.equal(page.location, null);
    assert.equal(targetOf(page.text), null);
  };

const hint = ({ tokens }: Login) => ({ id_token_hint: tokens.id_token! });
const back = { post_logout_redirect_uri: LOGGED_OUT };

/** The same claims under `alg: none`, without a signature. */
function unsigned({ tokens }: Login): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  return `${header}.${tokens.id_token!.split('.')[1]}.`;
}

export const RP_LOGOUT_MODULES: Readonly<Record<string, Module>> = {
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': async ({ discovery, house }) => {
    assert.equal(discovery['end_session_endpoint'], `${house.url}/oidc/session/end`);
  },
  'oidcc-rp-initiated-logout': comesBack((login) => ({ ...hint(login), ...back, state: 'xyz' }), 'xyz'),
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': isRefused((login) => ({
    ...hint(login),
    post_logout_redirect_uri: 'https://evil.example/',
  })),
  'oidcc-rp-initiated-logout-modified-id-token-hint': isRefused((login) => ({
    id_token_hint: unsigned(login),
    ...back,
  })),
  'oidcc-rp-initiated-logout-no-id-token-hint': stays(() => ({ ...back, state: 'xyz' })),
  'oidcc-rp-initiated-logout-no-params': stays(() => ({})),
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': stays((login) => ({ ...hint(login), state: 'xyz' })),
  'oidcc-rp-initiated-logout-no-state': comesBack((login) => ({ ...hint(login), ...back }), null),
  'oidcc-rp-initiated-logout-only-state': stays(() => ({ state: 'xyz' })),
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': isRefused((login) => ({
    ...hint(login),
    post_logout_redirect_uri: `${LOGGED_OUT}?foo=bar`,
  })),
  'oidcc-rp-initiated-logout-bad-id-token-hint': isRefused(() => ({ id_token_hint: 'no.token.at-all', ...back })),
};

export const BACKCHANNEL_MODULES: Readonly<Record<string, Module>> = {
  'oidcc-backchannel-logout-discovery-endpoint-verification': async ({ discovery }) => {
    assert.equal(discovery['backchannel_logout_supported'], true);
    assert.equal(discovery['backchannel_logout_session_supported'], true);
  },
  'oidcc-backchannel-rp-initiated-logout': async (world) => {
    const login = await logIn(world);
    world.told.length = 0;
    await logOut(world, login, { ...hint(login), ...back });
    assert.equal(world.told.length, 1);
    const jwks = createRemoteJWKSet(new URL(String(world.discovery['jwks_uri'])));
    const { payload } = await jwtVerify(world.told[0]!, jwks, {
      issuer: world.house.url,
      audience: world.client.id,
      typ: 'logout+jwt',
    });
    assert.equal(payload.sub, login.claims['sub']);
    assert.equal(payload['sid'], login.claims['sid']);
    assert.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.ok(payload.jti && payload.iat);
    assert.equal(payload['nonce'], undefined);
    await assertLoggedOut(world, login.browser);
  },
};
