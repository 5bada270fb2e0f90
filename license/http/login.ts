// Login through the identity room, logout, and the identity room's word that a session is over.

import type Koa from 'koa';
import { isTrustError } from '../../common/errors.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { localPath, pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { returningPage } from '../../common/web/returning-page.ts';
import { statusPage } from '../../common/web/status-page.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { holderKey } from '../domain/holder-key.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { deleteSessions, insertEndedSession } from '../store/sessions.ts';
import { WALLET_PATH, WALLET_SERVICE } from '../web/service.ts';
import type { LoggedIn, PendingLogin, RelyingParty } from './relying-party.ts';
import type { NewSession, SessionGate } from './session-gate.ts';

const COOKIE = 'login';
const PENDING_SECONDS = 900;

const TEXTS = {
  failed: { zh: '没有登录成功', en: 'The login did not succeed' },
  why: { zh: '刚才的登录没有完成，或已在别处退出。', en: 'Your login was not completed, or was ended elsewhere.' },
  next: { zh: '请重新登录。', en: 'Please log in again.' },
  out: { zh: '您已退出', en: 'You are logged out' },
  outWhy: { zh: '公用电脑上请关闭浏览器。', en: 'On a shared computer close the browser.' },
  identity: { zh: '统一身份认证', en: 'the shared login' },
} satisfies Texts;

export type LoginHandlers = Readonly<Record<'home' | 'begin' | 'callback' | 'logOut' | 'backchannelLogout', Handler>>;

export type LoginDeps = {
  readonly deps: Pick<LicenseDeps, 'db' | 'clock' | 'keys' | 'log'>;
  readonly cookies: Cookies;
  readonly sessions: SessionGate;
  readonly relyingParty: RelyingParty;
  readonly url: string;
};

export function makeLoginHandlers(parts: LoginDeps): LoginHandlers {
  return {
    home: (ctx) => showHome(parts, ctx),
    begin: (ctx) => begin(parts, ctx),
    callback: (ctx) => callBack(parts, ctx),
    logOut: (ctx) => logOut(parts, ctx),
    backchannelLogout: (ctx) => takeLogoutToken(parts, ctx),
  };
}

/** After a logout it says so; otherwise the licenses are the start page. */
function showHome({ deps }: LoginDeps, ctx: Koa.Context): void {
  if (ctx.query['out'] === undefined) redirect(ctx, WALLET_PATH);
  else sendStatus(ctx, deps.clock(), { mark: 'passed', title: TEXTS.out, why: TEXTS.outWhy }, 200);
}

async function begin({ cookies, relyingParty }: LoginDeps, ctx: Koa.Context): Promise<void> {
  const { target, pending } = await relyingParty.begin(ctx.query['as'] === 'choose');
  const asked = ctx.query['return'];
  const kept = { ...pending, returnTo: localPath(typeof asked === 'string' ? asked : WALLET_PATH) };
  cookies.write(ctx, COOKIE, JSON.stringify(kept), { maxAgeSeconds: PENDING_SECONDS });
  redirect(ctx, target);
}

async function callBack(parts: LoginDeps, ctx: Koa.Context): Promise<void> {
  const { deps, cookies, sessions, relyingParty, url } = parts;
  const kept = cookies.read(ctx, COOKIE);
  cookies.clear(ctx, COOKIE);
  try {
    if (kept === undefined) throw new Error('no login was begun in this browser');
    const pending = JSON.parse(kept) as PendingLogin & { readonly returnTo: string };
    const person = await relyingParty.finish(new URL(ctx.url, url), pending);
    await sessions.open(ctx, newSession(deps.keys.pepper, person));
    redirect(ctx, localPath(pending.returnTo));
  } catch (error) {
    if (isTrustError(error, 'identity-unavailable')) throw error;
    deps.log.info({ err: error }, 'login failed');
    const words = { mark: 'warning', title: TEXTS.failed, why: TEXTS.why, next: TEXTS.next } as const;
    sendStatus(ctx, deps.clock(), words, 400);
  }
}

/** The space of a unit opens only for who acts for it: the key is made of its code, not of the person's. */
function newSession(pepper: Uint8Array, { holderCode, holderCodeType, actingFor, ...person }: LoggedIn): NewSession {
  const { code, codeType } = actingFor ?? { code: holderCode, codeType: holderCodeType };
  const unit = actingFor === null ? null : { code: actingFor.code, name: actingFor.name };
  return { ...person, unit, holderKey: holderKey(pepper, codeType, code) };
}

/** Ends the session here first; then the identity room ends it everywhere. */
async function logOut({ sessions, relyingParty }: LoginDeps, ctx: Koa.Context): Promise<void> {
  const session = sessions.sessionOf(ctx);
  sessions.checkCsrf(ctx, await readForm(ctx));
  await sessions.close(ctx);
  const frame = pageFrame(ctx, '/');
  const of = { service: WALLET_SERVICE, system: sayIn(frame.lang)(TEXTS.identity) };
  sendPage(ctx, returningPage(frame, { ...of, url: await relyingParty.logoutUrl(session.idToken) }));
}

/** Answers as OpenID Connect Back-Channel Logout says: 200, or 400 with an OAuth error. */
async function takeLogoutToken({ deps, relyingParty }: LoginDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  try {
    const { sub, sid } = await relyingParty.readLogoutToken(form['logout_token'] ?? '');
    if (sid !== undefined) await insertEndedSession(deps.db, sid, deps.clock());
    const ended = await deleteSessions(deps.db, { sub, sid });
    deps.log.info({ ended }, 'sessions ended by the identity room');
  } catch (error) {
    deps.log.warn({ err: error }, 'logout token refused');
    ctx.status = 400;
    ctx.body = { error: 'invalid_request' };
    return;
  }
  ctx.status = 200;
  ctx.body = '';
}

type StatusWords = {
  readonly mark: 'passed' | 'warning';
  readonly title: (typeof TEXTS)[keyof typeof TEXTS];
  readonly why: (typeof TEXTS)[keyof typeof TEXTS];
  readonly next?: (typeof TEXTS)[keyof typeof TEXTS];
};

function sendStatus(ctx: Koa.Context, at: Date, words: StatusWords, status: number): void {
  const frame = pageFrame(ctx, '/');
  const say = sayIn(frame.lang);
  const page = statusPage(frame, {
    service: WALLET_SERVICE,
    mark: words.mark,
    title: say(words.title),
    why: say(words.why),
    ...(words.next === undefined ? {} : { next: say(words.next) }),
    reference: requestIdOf(ctx),
    at,
    home: WALLET_PATH,
  });
  sendPage(ctx, page, status);
}

/** 303: whatever the method was, the next one is GET. */
export function redirect(ctx: Koa.Context, target: string): void {
  seeOther(ctx, target);
}
