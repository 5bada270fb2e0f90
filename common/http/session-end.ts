// Until when the person of a request is logged in: remembered by whoever found his session, shown by every page that shows him.
import type Koa from 'koa';
import type { SessionLine } from '../web/session-part.ts';

const found = new WeakMap<object, SessionLine>();

/** From here on the pages of this answer say it. */
export function rememberSession(ctx: Koa.Context, session: SessionLine): void {
  found.set(ctx.res, session);
}

/** What was remembered in this request. */
export function sessionOf(ctx: Koa.Context): SessionLine | undefined {
  return found.get(ctx.res);
}
