// What the modules share: one room, its clients, and a person who logs in; each module begins with a browser of its own.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import * as oidc from 'openid-client';
import type { Browser, Page } from '../../../bin/demo/browser.ts';
import {
  type Authorization,
  authorize,
  exchange,
  type IdentityHouse,
  logInAt,
  openUntilCallback,
  post,
  startIdentity,
  type TestClient,
} from '../identity-house.ts';

/** Who logs in: somebody with a mail address and a phone. */
export const SUBJECT = {
  loginName: 'wangwu',
  password: 'a password of some length',
  name: '王五',
  phone: '13800010005',
  mail: 'wangwu@mail.example',
} as const;
export const CREDENTIALS = { login: SUBJECT.loginName, password: SUBJECT.password } as const;

export type World = {
  readonly house: IdentityHouse;
  /** SUBJECT as the clients know him. */
  readonly sub: string;
  /** client_secret_basic, as the plans of the Foundation use. */
  readonly client: TestClient;
  readonly byPost: TestClient;
  readonly refreshing: TestClient;
  readonly told: string[];
  readonly discovery: Readonly<Record<string, unknown>>;
};

export type Login = Authorization & {
  readonly browser: Browser;
  readonly callback: URL;
  readonly tokens: Awaited<ReturnType<typeof exchange>>;
  readonly claims: Readonly<Record<string, unknown>>;
};

/** A module of the plan: it throws when the provider does not do what the module asks. */
export type Module = (world: World) => Promise<void>;

export const LOGGED_OUT = 'http://conformance.example:9/logged-out';

export async function openWorld(t: ExecutionContext): Promise<World> {
  const told: string[] = [];
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    told.push(new URLSearchParams(body).get('logout_token') ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  t.teardown(() => receiver.close());
  const house = await startIdentity(t);
  const scopes = ['openid', 'profile', 'email', 'phone'];
  const common = { scopes, postLogoutRedirectUris: [LOGGED_OUT], jwks: { keys: [] } };
  const backchannelLogoutUri = `http://localhost:${(receiver.address() as AddressInfo).port}/logout`;
  return {
    house,
    sub: house.subOf('example', await house.registerPerson(SUBJECT)),
    told,
    client: await house.client('conformance', { ...common, authMethod: 'client_secret_basic', backchannelLogoutUri }),
    byPost: await house.client('conformance-post', { ...common, authMethod: 'client_secret_post' }),
    refreshing: await house.client('conformance-refresh', {
      ...common,
      authMethod: 'client_secret_basic',
      grantTypes: ['authorization_code', 'refresh_token'],
    }),
    discovery: (await (await fetch(`${house.url}/.well-known/openid-configuration`)).json()) as Record<string, unknown>,
  };
}

/** A whole login: with a fresh browser through the login page, or a hop of a browser that is logged in. */
export async function logIn(
  { client: usual }: World,
  extra: Record<string, string> = {},
  { browser, client = usual }: { browser?: Browser; client?: TestClient } = {},
): Promise<Login> {
  const authorization = await authorize(client, { scope: 'openid', ...extra });
  const reached = browser
    ? { browser, callback: await openUntilCallback(browser, authorization.target.href, client.redirectUri) }
    : await logInAt(client, authorization.target, { person: SUBJECT });
  const tokens = await exchange(client, { ...authorization, ...reached });
  return { ...authorization, ...reached, tokens, claims: { ...tokens.claims() } };
}

/** A request that must show the login page again although the browser is logged in; returns the second login. */
export async function logInAgain(world: World, browser: Browser, extra: Record<string, string>): Promise<Login> {
  const { client } = world;
  const authorization = await authorize(client, { scope: 'openid', ...extra });
  const page = await browser.open(authorization.target.href);
  assert.match(page.text, /name="password"/, 'the login page must be shown again');
  const answer = await post(browser, page, CREDENTIALS);
  const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())?.[1] ?? '';
  const callback = await openUntilCallback(browser, new URL(next, page.url).href, client.redirectUri);
  const tokens = await exchange(client, { ...authorization, callback });
  return { ...authorization, browser, callback, tokens, claims: { ...tokens.claims() } };
}

/** The answer to a request that needs no page: parameters at the callback. */
export async function answerOf(browser: Browser, target: URL): Promise<URLSearchParams> {
  const response = await browser.fetchOnce(target.href);
  const location = response.headers.get('Location');
  assert.ok(location, `expected an answer at the callback, got ${response.status}`);
  return new URL(location, target).searchParams;
}

/** A page that ends there: no hop to any client. */
export async function pageOf(
  browser: Browser,
  target: string | URL,
): Promise<Page & { readonly location: string | null }> {
  const response = await browser.fetchOnce(String(target));
  const location = response.headers.get('Location');
  const text = await response.text();
  return { url: String(target), status: response.status, headers: response.headers, text, visited: [], location };
}

export async function userinfo({ sub, client }: World, { tokens }: Login): Promise<Readonly<Record<string, unknown>>> {
  return oidc.fetchUserInfo(client.config, tokens.access_token, sub);
}

/** Nobody is logged in in this browser any more. */
export async function assertLoggedOut({ client }: World, browser: Browser): Promise<void> {
  const { target } = await authorize(client, { scope: 'openid', prompt: 'none' });
  assert.equal((await answerOf(browser, target)).get('error'), 'login_required');
}
