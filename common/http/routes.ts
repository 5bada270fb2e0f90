// A room's route table becomes a router. One row a route, aligned in columns, so that a missing scope is visible; what is
// not public is authorised before its handler runs. Unknown paths are not-found, known paths with another method 405.
import Router from '@koa/router';
import type Koa from 'koa';
import type { Scope } from '../contract/identity.ts';
import { TrustError } from '../errors.ts';
import { markRoute } from './app.ts';
import type { Operation } from './operation.ts';

/** Who may call: everybody, a person with a session of the room's pages, or whose token bears the scope, or one of several. */
export type Access = 'public' | 'session' | Scope | readonly Scope[];

/** The scopes of which a token must bear one; none for what needs no token. */
export function scopesOf(access: Access): readonly Scope[] {
  if (typeof access !== 'string') return access;
  return access === 'public' || access === 'session' ? [] : [access];
}
export type Handler = (ctx: Koa.Context) => Promise<void> | void;

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** path-to-regexp: `/v1/seals/:esID`. */
  readonly path: string;
  readonly scope: Access;
  readonly handler: Handler;
  /** What OpenAPI says about it; left out for pages. */
  readonly operation?: Operation;
};

export type RouteOptions = {
  /** Runs before every handler that is not public; throws token-missing, scope-missing, session-missing …. */
  readonly authorise?: (ctx: Koa.Context, access: Exclude<Access, 'public'>) => Promise<void> | void;
};

/** One line a route, so that a missing scope is visible. */
export function row(
  method: Route['method'],
  path: string,
  scope: Access,
  handler: Handler,
  operation?: Operation,
): Route {
  return { method, path, scope, handler, ...(operation === undefined ? {} : { operation }) };
}

/** Mounts `table` on `app`. Throws at start when a row needs authorisation and `authorise` is missing. */
export function mountRoutes(app: Koa, table: readonly Route[], { authorise }: RouteOptions = {}): void {
  const router = new Router();
  const plain = new Map<string, Handler>();
  const answers: Answer[] = [];
  for (const row of table) {
    const { scope } = row;
    if (scope !== 'public' && authorise === undefined) {
      throw new Error(`${row.method} ${row.path} needs "${scope}" but the table was mounted without authorise`);
    }
    const answer: Handler = async (ctx) => {
      markRoute(ctx, row.path);
      if (scope !== 'public') await authorise?.(ctx, scope);
      await row.handler(ctx);
    };
    for (const method of allowed(row.method)) {
      const key = `${method} ${row.path}`;
      if (PLAIN_PATH.test(row.path) && !plain.has(key)) plain.set(key, answer);
    }
    answers.push({ row, answer });
    register(router, { row, answer });
  }
  // No row has a zero byte in its path, and PostgreSQL takes none.
  app.use((ctx, next) => {
    if (ctx.path.includes('%00')) throw new TrustError('not-found', 'Nothing is served at a path with a zero byte.');
    return next();
  });
  // A path without parameters is looked up; the router would try the pattern of every row before it.
  app.use((ctx, next) => plain.get(`${ctx.method} ${ctx.path}`)?.(ctx) ?? next());
  app.use(routeByBeginning(answers));
  app.use(refuseUnmatched(router, table));
}

type Answer = { readonly row: Route; readonly answer: Handler };

function register(router: Router, { row, answer }: Answer): void {
  router.register(row.path, allowed(row.method), (context) => answer(context as unknown as Koa.Context));
}

/** A router for each beginning of a path that rows have, with the rows that may match there, in their order. */
function routeByBeginning(answers: readonly Answer[]): Koa.Middleware {
  const beginnings = new Set(answers.map(({ row }) => beginningOf(row.path)));
  const routers = new Map([...beginnings].map((beginning) => [beginning, routerFor(answers, beginning)]));
  const rest = routerFor(answers, null);
  return (ctx, next) => (routers.get(beginningOf(ctx.path)) ?? rest)(ctx, next);
}

/** The first segment as routers compare it; null: it may be any. */
function beginningOf(path: string): string | null {
  const first = path.split('/', 2)[1] ?? '';
  return /^[\w.-]*$/.test(first) ? first.toLowerCase() : null;
}

function routerFor(answers: readonly Answer[], beginning: string | null): Koa.Middleware {
  const router = new Router();
  for (const one of answers) if ([beginning, null].includes(beginningOf(one.row.path))) register(router, one);
  return router.routes() as unknown as Koa.Middleware;
}

/** A path that only itself matches. */
const PLAIN_PATH = /^[\w./-]+$/;

/** Runs when no route took the request: 405 with Allow when the path exists, else not-found. */
function refuseUnmatched(router: Router, table: readonly Route[]): Koa.Middleware {
  return (ctx) => {
    if (ctx['_matchedRoute'] !== undefined || ctx.body !== undefined || ctx.respond === false) return;
    const paths = new Set(router.match(ctx.path, '').path.map((layer) => layer.path));
    const methods = table.filter((row) => paths.has(row.path)).flatMap((row) => allowed(row.method));
    if (methods.length === 0) throw new TrustError('not-found', `Nothing is served at ${ctx.path.slice(0, 200)}.`);
    const allow = [...new Set(methods)].join(', ');
    ctx.set('Allow', allow);
    throw new TrustError('method-not-allowed', `${ctx.method} is not taken here; allowed: ${allow}.`);
  };
}

function allowed(method: Route['method']): string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}
