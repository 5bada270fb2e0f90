// Language and size of the letters: two cookies that hold no secret, set by a GET link that works without script and
// before login. The same names in all rooms, so that a person chooses once; kept a year.

import type Koa from 'koa';
import type { Mode } from '../env.ts';
import { type PageFrame, SIZES, type Size } from '../web/frame.ts';
import type { SiteFoot } from '../web/site-foot.ts';
import { ICON, ICON_PATH, SESSION_SCRIPT, SESSION_SCRIPT_PATH, STYLE, STYLE_PATH } from '../web/style.ts';
import type { Lang } from '../web/texts.ts';
import { readCookie } from './cookies.ts';
import type { Handler, Route } from './routes.ts';
import { nonceOf } from './security-headers.ts';
import { seeOther } from './see-other.ts';
import { sessionOf } from './session-end.ts';

const LANG_COOKIE = 'xinji_lang';
const SIZE_COOKIE = 'xinji_size';
const YEAR_SECONDS = 31_536_000;

type Dress = { readonly mode: Mode; readonly site: SiteFoot | undefined };

const dresses = new WeakMap<Koa, Dress>();

/** Called by makeKoa, so that pages know whether to wear the development band, and what stands at their foot. */
export function rememberDress(app: Koa, dress: Dress): void {
  dresses.set(app, dress);
}

/** The reader's choice; Chinese and standard size until chosen. */
export function readPreferences(ctx: Koa.Context): { readonly lang: Lang; readonly size: Size } {
  const size = readCookie(ctx, SIZE_COOKIE);
  return {
    lang: readCookie(ctx, LANG_COOKIE) === 'en' ? 'en' : 'zh',
    size: SIZES.find((known) => known === size) ?? 'standard',
  };
}

/** The first argument of every page function. `path`: where a switch of language returns to; default this address. */
export function pageFrame(ctx: Koa.Context, path = ctx.method === 'POST' ? ctx.path : ctx.url): PageFrame {
  return {
    ...readPreferences(ctx),
    path: localPath(path),
    nonce: nonceOf(ctx),
    development: dresses.get(ctx.app)?.mode === 'development',
    site: dresses.get(ctx.app)?.site,
    session: sessionOf(ctx),
  };
}

/** Sends a page; `status` 422 after a form with faults. */
export function sendPage(ctx: Koa.Context, page: string, status = 200): void {
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = page;
}

/** Rows for the route table of every room with pages: the sheet, the icon, the script of pages behind a login and the preferences. */
export function webRoutes(): readonly Route[] {
  return [
    { method: 'GET', path: STYLE_PATH, scope: 'public', handler: asset('text/css; charset=utf-8', STYLE) },
    {
      method: 'GET',
      path: SESSION_SCRIPT_PATH,
      scope: 'public',
      handler: asset('text/javascript; charset=utf-8', SESSION_SCRIPT),
    },
    { method: 'GET', path: ICON_PATH, scope: 'public', handler: asset('image/svg+xml', ICON) },
    { method: 'GET', path: '/favicon.ico', scope: 'public', handler: asset('image/svg+xml', ICON) },
    { method: 'GET', path: '/preferences', scope: 'public', handler: setPreferences },
  ];
}

/** A path of this site that is safe to redirect to; anything else becomes `/`. */
export function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) ? path : '/';
}

function asset(type: string, body: string): Handler {
  return (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = type;
    ctx.body = body;
  };
}

function setPreferences(ctx: Koa.Context): void {
  const { lang, size } = ctx.query;
  if (lang === 'zh' || lang === 'en') keep(ctx, LANG_COOKIE, lang);
  const known = SIZES.find((one) => one === size);
  if (known !== undefined) keep(ctx, SIZE_COOKIE, known);
  const target = ctx.query['return'];
  seeOther(ctx, localPath(typeof target === 'string' ? target : undefined));
}

function keep(ctx: Koa.Context, name: string, value: string): void {
  const secure = dresses.get(ctx.app)?.mode === 'development' ? '' : '; Secure';
  ctx.append('Set-Cookie', `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`);
}
