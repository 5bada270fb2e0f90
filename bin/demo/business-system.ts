// A business system as any department might build one: an OpenID client of the identity room (openid-client, jose, koa)
// with its own cookies and sessions. It knows nothing of this house but the issuer's address and its own key.
// Sessions live in memory: this is a demonstration, not a room.
import { createRemoteJWKSet, importPKCS8, jwtVerify } from 'jose';
import type Koa from 'koa';
import * as oidc from 'openid-client';
import type { Clock } from '../../common/clock.ts';
import type { Mode } from '../../common/env.ts';
import { makeKoa, requestIdOf } from '../../common/http/app.ts';
import { readForm } from '../../common/http/body.ts';
import { makeCookies } from '../../common/http/cookies.ts';
import { makeCsrf } from '../../common/http/csrf.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { pageFrame, sendPage, webRoutes } from '../../common/http/preferences.ts';
import { mountRoutes, type Route } from '../../common/http/routes.ts';
import { type Listening, listen } from '../../common/http/server.ts';
import { makeToken } from '../../common/ids.ts';
import type { Log } from '../../common/log.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { returningPage } from '../../common/web/returning-page.ts';
import { statusPage } from '../../common/web/status-page.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';

export type BusinessSystemOptions = {
  readonly clientId: string;
  readonly name: Text;
  /** Own address, `http://localhost:7011`. */
  readonly url: string;
  readonly port: number;
  readonly issuer: string;
  /** PKCS#8 PEM, P-256, registered as the client's public key. */
  readonly keyPem: string;
  readonly cookieKey: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly mode?: Mode;
  readonly scope?: string;
  readonly bind?: string;
};

export type BusinessSystem = Listening & {
  /** Logins that live here now. */
  readonly sessions: ReadonlyMap<string, Login>;
};

export type Login = {
  readonly sub: string;
  readonly sid: string;
  readonly name: string | null;
  readonly idToken: string;
};
type Pending = { readonly state: string; readonly nonce: string; readonly verifier: string };

const TEXTS = {
  hello: { zh: '您好，{name}', en: 'Welcome, {name}' },
  welcome: { zh: '欢迎', en: 'Welcome' },
  lead: { zh: '本系统使用全省统一身份认证。', en: 'This system uses the shared login of the province.' },
  login: { zh: '统一身份认证登录', en: 'Log in with the shared login' },
  logout: { zh: '退出', en: 'Log out' },
  out: { zh: '您已退出', en: 'You are logged out' },
  failed: { zh: '没有登录成功', en: 'The login did not succeed' },
  failedWhy: { zh: '刚才的登录没有完成。请重新登录。', en: 'Your login was not completed. Please log in again.' },
} satisfies Texts;

const PENDING_SECONDS = 900;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Starts the system; it finds the issuer when the first person logs in. */
export async function startBusinessSystem(options: BusinessSystemOptions): Promise<BusinessSystem> {
  const { clientId, url, mode = 'development' } = options;
  const sessions = new Map<string, Login>();
  const endedSids = new Set<string>();
  const cookies = makeCookies({ room: clientId, keys: [options.cookieKey], secure: mode === 'production' });
  const client = makeClient(options);
  const parts: Parts = { options, sessions, endedSids, cookies, csrf: makeCsrf(cookies, url), client };
  const table: readonly Route[] = [
    { method: 'GET', path: '/', scope: 'public', handler: (ctx) => showHome(parts, ctx) },
    { method: 'GET', path: '/login', scope: 'public', handler: (ctx) => beginLogin(parts, ctx) },
    { method: 'GET', path: '/login/callback', scope: 'public', handler: (ctx) => finishLogin(parts, ctx) },
    { method: 'POST', path: '/logout', scope: 'public', handler: (ctx) => logOut(parts, ctx) },
    { method: 'POST', path: '/backchannel-logout', scope: 'public', handler: (ctx) => takeLogoutToken(parts, ctx) },
    ...webRoutes(),
  ];
  const app = makeKoa({ room: clientId, log: options.log, clock: options.clock, metrics: makeMetrics(clientId), mode });
  mountRoutes(app, table);
  const server = await listen(app, { host: options.bind ?? '127.0.0.1', port: options.port });
  return { ...server, sessions };
}

type Parts = {
  readonly options: BusinessSystemOptions;
  readonly sessions: Map<string, Login>;
  /** Logged out before we had even finished logging in. */
  readonly endedSids: Set<string>;
  readonly cookies: ReturnType<typeof makeCookies>;
  readonly csrf: ReturnType<typeof makeCsrf>;
  readonly client: () => Promise<oidc.Configuration>;
};

/** The issuer's metadata, read once; a failure is tried again at the next login. */
function makeClient({ issuer, clientId, keyPem, mode }: BusinessSystemOptions): () => Promise<oidc.Configuration> {
  let known: Promise<oidc.Configuration> | undefined;
  const discover = async (): Promise<oidc.Configuration> => {
    const key = await importPKCS8(keyPem, 'ES256');
    const metadata = { id_token_signed_response_alg: 'ES256' };
    const execute = mode === 'production' ? [] : [oidc.allowInsecureRequests];
    return oidc.discovery(new URL(issuer), clientId, metadata, oidc.PrivateKeyJwt(key), { execute });
  };
  return () => {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

function findLogin({ cookies, sessions }: Parts, ctx: Koa.Context): Login | undefined {
  const id = cookies.read(ctx, 'session');
  return id === undefined ? undefined : sessions.get(id);
}

function showHome(parts: Parts, ctx: Koa.Context): void {
  const frame = pageFrame(ctx);
  const say = sayIn(frame.lang);
  const login = findLogin(parts, ctx);
  const title = login
    ? say(TEXTS.hello, { name: login.name ?? login.sub })
    : say(ctx.query['out'] ? TEXTS.out : TEXTS.welcome);
  const act = login
    ? html`<form method="post" action="/logout">${hiddenFields({ csrf: parts.csrf.token(ctx) })}<button class="button plain">${say(TEXTS.logout)}</button></form>`
    : html`<p><a class="button" href="/login">${say(TEXTS.login)}</a></p>`;
  const main = html`<h1>${title}</h1><p>${say(TEXTS.lead)}</p>${act}`;
  sendPage(ctx, renderPage({ ...frame, service: parts.options.name, title, main }));
}

async function beginLogin({ options, cookies, client }: Parts, ctx: Koa.Context): Promise<void> {
  const config = await client();
  const pending: Pending = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
  };
  cookies.write(ctx, 'login', JSON.stringify(pending), { maxAgeSeconds: PENDING_SECONDS });
  const target = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${options.url}/login/callback`,
    scope: options.scope ?? 'openid profile',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
  });
  ctx.status = 303;
  ctx.redirect(target.href);
}

async function finishLogin(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { options, cookies, sessions, endedSids } = parts;
  const text = cookies.read(ctx, 'login');
  cookies.clear(ctx, 'login');
  const pending = text === undefined ? undefined : (JSON.parse(text) as Pending);
  try {
    if (pending === undefined) throw new Error('no login was begun in this browser');
    const login = await exchange(parts, new URL(ctx.url, options.url), pending);
    if (endedSids.has(login.sid)) throw new Error('the session ended meanwhile');
    const id = makeToken(26);
    sessions.set(id, login);
    cookies.write(ctx, 'session', id);
  } catch (error) {
    options.log.info({ err: error }, 'login failed');
    return showFailure(parts, ctx);
  }
  ctx.status = 303;
  ctx.redirect('/');
}

async function exchange({ client }: Parts, callback: URL, pending: Pending): Promise<Login> {
  const config = await client();
  const tokens = await oidc.authorizationCodeGrant(config, callback, {
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    pkceCodeVerifier: pending.verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims || !tokens.id_token) throw new Error('no ID token');
  const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  const name = typeof person.name === 'string' ? person.name : null;
  return { sub: claims.sub, sid: String(claims['sid']), name, idToken: tokens.id_token };
}

function showFailure({ options }: Parts, ctx: Koa.Context): void {
  const frame = pageFrame(ctx, '/');
  const say = sayIn(frame.lang);
  const page = statusPage(frame, {
    service: options.name,
    mark: 'warning',
    title: say(TEXTS.failed),
    why: say(TEXTS.failedWhy),
    reference: requestIdOf(ctx),
    at: options.clock(),
  });
  sendPage(ctx, page, 400);
}

/** RP-initiated logout: ends the login here, then asks the issuer to end the session and all logins of it. */
async function logOut(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { options, cookies, csrf, sessions, client } = parts;
  csrf.check(ctx, await readForm(ctx));
  const login = findLogin(parts, ctx);
  const id = cookies.read(ctx, 'session');
  if (id !== undefined) sessions.delete(id);
  cookies.clear(ctx, 'session');
  const target = oidc.buildEndSessionUrl(await client(), {
    client_id: options.clientId,
    post_logout_redirect_uri: `${options.url}/?out=1`,
    ...(login === undefined ? {} : { id_token_hint: login.idToken }),
  });
  const system = sayIn(pageFrame(ctx).lang)({ zh: '统一身份认证', en: 'the shared login' });
  sendPage(ctx, returningPage(pageFrame(ctx, '/'), { service: options.name, system, url: target.href }));
}

/** OpenID Connect Back-Channel Logout: verifies the logout token and ends every login it names. */
async function takeLogoutToken({ options, sessions, endedSids, client }: Parts, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  const metadata = (await client()).serverMetadata();
  let claims: Awaited<ReturnType<typeof jwtVerify>>['payload'];
  try {
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri!));
    const verified = await jwtVerify(form['logout_token'] ?? '', keys, {
      issuer: metadata.issuer,
      audience: options.clientId,
      algorithms: ['ES256'],
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: '3m',
      clockTolerance: 5,
      currentDate: options.clock(),
    });
    claims = verified.payload;
    if (claims['nonce'] !== undefined || !isObject(claims['events']) || !(LOGOUT_EVENT in claims['events']))
      throw new Error('not a logout token');
    if (claims['sid'] === undefined && claims.sub === undefined) throw new Error('names neither session nor subject');
  } catch (error) {
    options.log.warn({ err: error }, 'logout token refused');
    ctx.status = 400;
    ctx.body = { error: 'invalid_request' };
    return;
  }
  const { sid, sub } = claims;
  if (typeof sid === 'string') endedSids.add(sid);
  for (const [id, login] of sessions) {
    if (sid === undefined ? login.sub === sub : login.sid === sid) sessions.delete(id);
  }
  ctx.status = 200;
  ctx.body = '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
