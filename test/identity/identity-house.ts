// The identity room on a free port and a database of its own, with people and clients: what the tests of this folder share.
import { generateKeyPairSync } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { exportJWK, importPKCS8 } from 'jose';
import type { Knex } from 'knex';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import type { Clock } from '../../common/clock.ts';
import { systemClock } from '../../common/clock.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { listen } from '../../common/http/server.ts';
import { makeLog } from '../../common/log.ts';
import { buildApp, type IdentityApp } from '../../identity/app.ts';
import type { AccountRegistration } from '../../identity/domain/account.ts';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import type { PublicJwk } from '../../identity/domain/client-parts.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { Lifetimes } from '../../identity/domain/lifetimes.ts';
import type { Source } from '../../identity/domain/proofing.ts';
import { deriveSubjectKey, pairwiseSub } from '../../identity/domain/subject.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { rotateClientSecret } from '../../identity/flow/rotate-client-secret.ts';
import type { IdentityDeps } from '../../identity/parts/deps.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { testDatabase } from '../_harness/database.ts';
import { findFreePort } from '../_harness/free-ports.ts';
import { keepRootSecret } from '../_harness/keep-root-secret.ts';
import { CHEAP_WORK, MASTER_KEY, type PlainSettings, plainSettings } from './identity-settings.ts';

export { CHEAP_WORK, LICENSE_URL, MASTER_KEY, SEAL_URL } from './identity-settings.ts';

export const PERSON = {
  loginName: 'zhangsan',
  password: 'a long enough password',
  name: '张三',
  holder: { code: '360102199003077718', type: '111' },
  phone: '13800010001',
} as const;
export const OTHER_PERSON = {
  loginName: 'lisi',
  password: 'another long password',
  name: '李四',
  holder: { code: '360102198511267724', type: '111' },
  phone: '13800010002',
} as const;

export type IdentityHouse = IdentityApp & {
  readonly url: string;
  readonly clock: Clock;
  /** What the room would find in XINJI_IDENTITY_DATABASE_URL. */
  readonly databaseUrl: string;
  readonly db: Knex;
  readonly lines: string[];
  /** PERSON as systems of the sector `example` know him, which is every client that says nothing else. */
  readonly sub: string;
  /** PERSON as the room itself knows him. */
  readonly accountSub: string;
  /** A person as a sector knows him. */
  subOf(sector: string, accountSub?: string): string;
  /** Registers a client with a fresh key; returns it as a foreign OpenID client. */
  client(id: string, change?: Partial<ClientRegistration>): Promise<TestClient>;
  registerPerson(person: AccountRegistration): Promise<string>;
  /** Another room over the same database, as behind a load balancer; returns where it listens. */
  addNode(): Promise<string>;
};

export type TestClient = {
  readonly id: string;
  readonly config: oidc.Configuration;
  readonly redirectUri: string;
  readonly keyPem: string;
  /** Of a client that authenticates by one. */
  readonly secret?: string | undefined;
};

export type HouseOptions = Partial<
  Pick<
    PlainSettings,
    | 'ports'
    | 'faceTries'
    | 'certificateTrust'
    | 'certificateAgent'
    | 'logoutNetworks'
    | 'logoutTimeoutMs'
    | 'logoutWaitMs'
    | 'logoutRetrySeconds'
    | 'keyLeadSeconds'
    | 'smsUrl'
    | 'placeOf'
  >
> & {
  readonly clock?: Clock;
  readonly lifetimes?: Partial<Lifetimes>;
  /** Sources that do not answer, asked at every call. */
  readonly outages?: readonly Source[];
};

/** Started for one test; everything ends with it. */
export async function startIdentity(t: ExecutionContext<unknown>, options: HouseOptions = {}): Promise<IdentityHouse> {
  const database = await testDatabase(t);
  const db = database.connect('identity', 10);
  await keepRootSecret(db, 'identity', MASTER_KEY);
  const clock = options.clock ?? systemClock;
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const lines: string[] = [];
  const startNode = async (on: Knex, at: number): Promise<IdentityApp> => {
    const node = await buildApp({ ...settings, metrics: makeMetrics('identity'), db: on });
    const server = await listen(node.app, { host: '127.0.0.1', port: at });
    node.workers.start();
    t.teardown(async () => {
      await server.stop(0);
      await node.workers.stop(0);
      await node.settle();
    });
    return node;
  };
  const { clock: _, lifetimes, outages, ...given } = options;
  const settings: Omit<IdentityDeps, 'db' | 'metrics'> = {
    ...plainSettings(url),
    ...given,
    ...lifetimes,
    clock,
    log: makeLog('identity', 'debug', { write: (line: string) => void lines.push(line) }),
    ports: given.ports ?? makeDevelopmentPorts({ delayMs: 0, outages: () => outages ?? [] }),
  };
  const built = await startNode(db, port);
  t.teardown(() => {
    if (!t.passed) for (const line of lines.filter((text) => /"level":(40|50|60)/.test(text))) t.log(line);
  });
  const keys = deriveDocumentKeys(MASTER_KEY);
  const registerPerson = async (person: AccountRegistration): Promise<string> =>
    (await registerAccount({ db, clock, keys, work: CHEAP_WORK }, person)).sub;
  const accountSub = await registerPerson(PERSON);
  const subOf = (sector: string, account = accountSub) => pairwiseSub(deriveSubjectKey(MASTER_KEY), account, sector);
  const client = async (id: string, change: Partial<ClientRegistration> = {}): Promise<TestClient> => {
    const keyPem = makeKeyPem();
    const registration = await makeRegistration(id, keyPem, change);
    await registerClient({ db, clock, requireHttps: false }, registration);
    const { authMethod } = registration;
    const secret = authMethod?.startsWith('client_secret')
      ? (await rotateClientSecret({ db, clock }, { clientId: id, overlapSeconds: 0 })).secret
      : undefined;
    const config = await discover(url, id, keyPem, authenticationOf(authMethod, secret));
    return { id, keyPem, secret, redirectUri: registration.redirectUris[0] ?? '', config };
  };
  return {
    ...built,
    url,
    clock,
    databaseUrl: database.urls.identity,
    db,
    lines,
    sub: subOf('example'),
    accountSub,
    subOf,
    client,
    registerPerson,
    addNode: async () => {
      const another = await findFreePort();
      await startNode(database.connect('identity', 10), another);
      return `http://localhost:${another}`;
    },
  };
}

export async function makeRegistration(
  clientId: string,
  keyPem: string,
  change: Partial<ClientRegistration> = {},
): Promise<ClientRegistration> {
  return {
    clientId,
    applicationType: 'web',
    name: `系统 ${clientId}`,
    organisation: '示例单位',
    purpose: '办理业务',
    firstParty: true,
    grantTypes: ['authorization_code'],
    scopes: ['openid', 'profile'],
    redirectUris:
      change.grantTypes?.includes('authorization_code') === false ? [] : [`http://${clientId}.example:9/callback`],
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    sector: 'example',
    jwks: { keys: change.applicationType === 'native' ? [] : [await publicJwk(keyPem)] },
    ...change,
  };
}

export function makeKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export async function publicJwk(keyPem: string): Promise<PublicJwk> {
  const { x, y } = await exportJWK(await importPKCS8(keyPem, 'ES256', { extractable: true }));
  return { kty: 'EC', crv: 'P-256', x: x!, y: y! };
}

/** The client as openid-client; with its key unless another way to authenticate is given. */
export async function discover(
  url: string,
  id: string,
  keyPem: string,
  authentication?: oidc.ClientAuth,
): Promise<oidc.Configuration> {
  const by = authentication ?? oidc.PrivateKeyJwt(await importPKCS8(keyPem, 'ES256'));
  return oidc.discovery(new URL(url), id, { id_token_signed_response_alg: 'ES256' }, by, {
    execute: [oidc.allowInsecureRequests],
  });
}

function authenticationOf(method: ClientRegistration['authMethod'], secret = ''): oidc.ClientAuth | undefined {
  if (method === 'client_secret_basic') return oidc.ClientSecretBasic(secret);
  if (method === 'client_secret_post') return oidc.ClientSecretPost(secret);
  return method === 'none' ? oidc.None() : undefined;
}

export type Authorization = {
  readonly target: URL;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
};

/** An authorization request of `client`. */
export async function authorize(client: TestClient, extra: Record<string, string> = {}): Promise<Authorization> {
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const verifier = oidc.randomPKCECodeVerifier();
  const target = oidc.buildAuthorizationUrl(client.config, {
    redirect_uri: client.redirectUri,
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...extra,
  });
  return { target, state, nonce, verifier };
}

/** Follows the pages as far as the client's callback; its host does not exist, so the address is read from the hop. */
export async function openUntilCallback(browser: Browser, start: string, callback: string): Promise<URL> {
  let url = start;
  for (let hop = 0; hop < 10; hop += 1) {
    const response = await browser.fetchOnce(url);
    const text = await response.text();
    const next = response.headers.get('Location') ?? /http-equiv="refresh" content="0;url=([^"]*)"/.exec(text)?.[1];
    if (!next) throw new Error(`no way on from ${url} (${response.status}): ${text.slice(0, 2000)}`);
    url = new URL(next.replaceAll('&amp;', '&'), url).href;
    if (url.startsWith(callback)) return new URL(url);
  }
  throw new Error('too many hops');
}

/** Logs PERSON in for a client with a new browser, and returns the callback address with the code. */
export async function logIn(
  client: TestClient,
  {
    browser = makeBrowser(),
    extra = {},
    person = PERSON,
  }: { browser?: Browser; extra?: Record<string, string>; person?: { loginName: string; password: string } } = {},
): Promise<Authorization & { browser: Browser; callback: URL }> {
  const authorization = await authorize(client, extra);
  return { ...authorization, ...(await logInAt(client, authorization.target, { browser, person })) };
}

/** The same for a request that was made elsewhere: pushed or signed. */
export async function logInAt(
  client: TestClient,
  target: URL,
  {
    browser = makeBrowser(),
    person = PERSON,
  }: { browser?: Browser; person?: { loginName: string; password: string } } = {},
): Promise<{ browser: Browser; callback: URL }> {
  const page = await browser.open(target.href);
  const answer = await post(browser, page, { login: person.loginName, password: person.password });
  const returnTo = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())?.[1];
  if (!returnTo) throw new Error(`login was not accepted: ${answer.status}`);
  const callback = await openUntilCallback(browser, new URL(returnTo, page.url).href, client.redirectUri);
  return { browser, callback };
}

/** Sends the page's form without following what comes. */
export async function post(
  browser: Browser,
  page: Pick<Page, 'url' | 'status' | 'text'>,
  values: Record<string, string>,
): Promise<Response> {
  const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1];
  if (!action) throw new Error(`no form on ${page.url} (${page.status}): ${page.text.slice(0, 2000)}`);
  const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const body = new URLSearchParams({
    ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
    ...values,
  });
  return browser.fetchOnce(new URL(action, page.url).href, { method: 'POST', body });
}

/** One hop of a browser that is logged in. */
export async function hop(browser: Browser, client: TestClient): Promise<Authorization & { callback: URL }> {
  const authorization = await authorize(client);
  const callback = await openUntilCallback(browser, authorization.target.href, client.redirectUri);
  return { ...authorization, callback };
}

export async function exchange(client: TestClient, login: Authorization & { callback: URL }) {
  return oidc.authorizationCodeGrant(client.config, login.callback, {
    expectedState: login.state,
    expectedNonce: login.nonce,
    pkceCodeVerifier: login.verifier,
    idTokenExpected: true,
  });
}
