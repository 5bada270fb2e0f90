// The koa that every room starts from: request id -> access log and metrics -> problems -> security headers -> the room.
// It knows no routes; common/http/routes.ts mounts those.
import Koa from 'koa';
import type { Clock } from '../clock.ts';
import type { Mode } from '../env.ts';
import { type Log, logLater } from '../log.ts';
import { Note } from '../note.ts';
import type { SiteFoot } from '../web/site-foot.ts';
import { problemPage } from '../web/status-page.ts';
import type { Text } from '../web/texts.ts';
import type { Metrics } from './metrics.ts';
import { pageFrame, rememberDress } from './preferences.ts';
import { PROBLEM_TYPE, problemFor, toTrustError } from './problem.ts';
import { acceptRequestId, currentLog, currentRequestId, runWithRequest } from './request-context.ts';
import { securityHeaders } from './security-headers.ts';

export type KoaDeps = {
  readonly room: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Unset means production. */
  readonly mode?: Mode;
  /** Name of the room's pages; a browser that asks for a page then gets its errors as a page. */
  readonly service?: Text;
  /** What the operator says of himself at the foot of the pages; nothing unless given. */
  readonly site?: SiteFoot | undefined;
};

/** Label of requests that no route took: one series, however many paths are tried. */
const UNMATCHED = 'unmatched';
/** On a request's state: the route that took it. */
const routes = new Note<string>('route');

/** Called by the router: names the route that took this request, for the log line and the metrics. */
export function markRoute(ctx: Koa.Context, route: string): void {
  routes.put(ctx.state, route);
}

/** A koa with the house's middleware, in order. The room adds its own behind. */
export function makeKoa(deps: KoaDeps): Koa {
  const app = new Koa();
  rememberDress(app, { mode: deps.mode ?? 'production', site: deps.site });
  // Errors that koa meets after the answer has begun; everything else ends in `problems`.
  app.on('error', (error: unknown) => {
    if (isHangUp(error)) deps.log.debug({ err: error }, 'the caller hung up');
    else deps.log.error({ err: error }, 'answer failed');
  });
  app.use(requestId(deps.log));
  app.use(accessLog(deps));
  app.use(problems(deps));
  app.use(securityHeaders({ https: deps.mode !== 'development' }));
  return app;
}

/** A browser leaves a stream of events by closing it. */
function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** The id of the request that `ctx` belongs to. */
export function requestIdOf(ctx: Koa.Context): string {
  return currentRequestId() ?? String(ctx.response.get('X-Request-Id'));
}

function requestId(log: Log): Koa.Middleware {
  return (ctx, next) => {
    const { 'x-request-id': given } = ctx.req.headers;
    const id = acceptRequestId(typeof given === 'string' ? given : undefined);
    ctx.res.setHeader('X-Request-Id', id);
    let bound: Log | undefined;
    const request = {
      requestId: id,
      get log() {
        bound ??= log.child({ request_id: id });
        return bound;
      },
    };
    return runWithRequest(request, next);
  };
}

/** One line per request when its answer has ended. The query is left out: it may hold codes. */
function accessLog({ log, metrics }: KoaDeps): Koa.Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    const request_id = currentRequestId();
    ctx.res.once('close', () => {
      const milliseconds = Math.round((performance.now() - started) * 10) / 10;
      const route = routes.of(ctx.state) ?? UNMATCHED;
      const status = ctx.res.writableFinished ? ctx.res.statusCode : 499;
      metrics.observeRequest({ method: ctx.method, route, status }, milliseconds / 1000);
      const line = { request_id, method: ctx.method, path: ctx.path, route, status, duration_ms: milliseconds };
      if (OPERATING.has(route)) log.debug(line, 'request');
      else logLater(log, line, 'request');
    });
    await next();
  };
}

/** Asked every few seconds by machines: logged at debug only. */
const OPERATING: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

function problems(deps: KoaDeps): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      answerProblem(ctx, error, deps);
    }
  };
}

/** Paths for machines: they always get JSON. */
const API_PATH = /^\/(v1\/|openapi\.json$|healthz$|readyz$|metrics$)/;

/** Work that waits is bounded to seconds. */
const BUSY_SECONDS = '5';

function wantsPage(ctx: Koa.Context): boolean {
  return !API_PATH.test(ctx.path) && ctx.accepts('json', 'html') === 'html';
}

function answerProblem(ctx: Koa.Context, error: unknown, { log: roomLog, service, clock }: KoaDeps): void {
  const log = currentLog() ?? roomLog;
  const known = toTrustError(error);
  const document = problemFor(known, requestIdOf(ctx));
  if (document.status >= 500) log.error({ err: known, problem: known.code }, 'request failed');
  else log.debug({ problem: known.code, detail: known.message }, 'request refused');
  for (const name of ['Content-Disposition', 'Content-Length', 'ETag', 'Last-Modified']) ctx.remove(name);
  ctx.set('Cache-Control', 'no-store');
  // RFC 6750, 3: who asked without a token is told the scheme; the bearer gate sets a fuller challenge itself.
  if (document.code.startsWith('token-') && !ctx.response.get('WWW-Authenticate'))
    ctx.set('WWW-Authenticate', 'Bearer');
  if (document.code === 'busy') ctx.set('Retry-After', BUSY_SECONDS);
  ctx.status = document.status;
  if (service !== undefined && wantsPage(ctx)) {
    ctx.body = problemPage(pageFrame(ctx), { service, problem: document, at: clock(), retryAt: retryAt(ctx, clock()) });
    ctx.type = 'text/html; charset=utf-8';
    return;
  }
  ctx.body = JSON.stringify(document);
  ctx.type = PROBLEM_TYPE;
}

/** When the caller may come again, as the answer says in Retry-After. */
function retryAt(ctx: Koa.Context, now: Date): Date | null {
  const seconds = Number(ctx.response.get('Retry-After'));
  return seconds > 0 ? new Date(now.getTime() + seconds * 1000) : null;
}
