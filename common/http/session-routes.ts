// The end of a login, asked and prolonged at two addresses that all rooms have alike. Asking prolongs nothing; prolonging is a
// form of ours, sent by the script or by hand. What a session is, and how far it may be prolonged, the room says.
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { TrustError } from '../errors.ts';
import type { SessionEnd } from '../session-end.ts';
import { KEEP_SESSION_PATH, SESSION_PATH, sessionAnswer } from '../web/session-part.ts';
import { readForm } from './body.ts';
import { localPath } from './preferences.ts';
import type { Route } from './routes.ts';
import { seeOther } from './see-other.ts';

export type SessionDoor = {
  /** The session behind the request as it stands, used by nobody; null: there is none any more. */
  readonly look: (ctx: Koa.Context) => Promise<SessionEnd | null>;
  /**
   * The session, prolonged as far as it may be; null: there is none any more. Throws csrf-failed, and session-at-its-end
   * when it would not last longer.
   */
  readonly keep: (ctx: Koa.Context, form: Readonly<Record<string, string>>) => Promise<SessionEnd | null>;
  /** Where a page without a session leads, to come back to `back`. */
  readonly leadToLogin: (ctx: Koa.Context, back: string) => void;
  readonly clock: Clock;
};

/** Rows for the route table. They judge by themselves who asks: "nobody" is an answer too. */
export function sessionRoutes(door: SessionDoor): readonly Route[] {
  return [
    { method: 'GET', path: SESSION_PATH, scope: 'public', handler: (ctx) => tellEnd(door, ctx) },
    { method: 'POST', path: KEEP_SESSION_PATH, scope: 'public', handler: (ctx) => keepSession(door, ctx) },
  ];
}

async function tellEnd({ look, clock }: SessionDoor, ctx: Koa.Context): Promise<void> {
  const session = await look(ctx);
  ctx.body = session === null ? { state: 'ended' } : sessionAnswer(session, clock());
}

async function keepSession(door: SessionDoor, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  const back = localPath(form['return']);
  const session = await door.keep(ctx, form);
  const isPage = ctx.accepts('json', 'html') === 'html';
  if (session !== null && !isPage) ctx.body = sessionAnswer(session, door.clock());
  else if (session !== null) seeOther(ctx, back);
  else if (isPage) door.leadToLogin(ctx, back);
  else throw new TrustError('session-missing', 'there is no session, or it has ended');
}
