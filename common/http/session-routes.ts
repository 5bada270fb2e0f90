// The end of a login, asked and prolonged at two addresses that all rooms have alike. Asking prolongs nothing; prolonging is a
// form of ours, sent by the script or by hand. What a session is, and how far it may be prolonged, the room says.
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { TrustError } from '../errors.ts';
import type { SessionEnd } from '../session-end.ts';
import { returningPage } from '../web/returning-page.ts';
import { KEEP_SESSION_PATH, SESSION_BACK_PATH, SESSION_PATH, sessionAnswer } from '../web/session-part.ts';
import { statusPage } from '../web/status-page.ts';
import { sayIn, type Text, type Texts } from '../web/texts.ts';
import { requestIdOf } from './app.ts';
import { readForm } from './body.ts';
import { localPath, pageFrame, sendPage } from './preferences.ts';
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
  /** Leads who opened a page to the login, to come back to `back`. */
  readonly leadToLogin: (ctx: Koa.Context, back: string) => void;
  readonly clock: Clock;
  /** Name of the room's pages. */
  readonly service: Text;
};

const TEXTS = {
  back: { zh: '您已登录', en: 'You are logged in' },
  backWhy: {
    zh: '请关闭本窗口，回到原来的页面继续。',
    en: 'Close this window and go on in the page where you were.',
  },
} satisfies Texts;

/** Rows for the route table. They judge by themselves who asks: "nobody" is an answer too. */
export function sessionRoutes(door: SessionDoor): readonly Route[] {
  return [
    { method: 'GET', path: SESSION_PATH, scope: 'public', handler: (ctx) => tellEnd(door, ctx) },
    { method: 'GET', path: SESSION_BACK_PATH, scope: 'public', handler: (ctx) => sendBack(door, ctx) },
    { method: 'POST', path: KEEP_SESSION_PATH, scope: 'public', handler: (ctx) => keepSession(door, ctx) },
  ];
}

async function tellEnd({ look, clock }: SessionDoor, ctx: Koa.Context): Promise<void> {
  const session = await look(ctx);
  ctx.body = session === null ? { state: 'ended' } : sessionAnswer(session, clock());
}

/** In a window of its own: what was being done waits in another one. */
async function sendBack(door: SessionDoor, ctx: Koa.Context): Promise<void> {
  if ((await door.look(ctx)) === null) {
    door.leadToLogin(ctx, SESSION_BACK_PATH);
    return;
  }
  const frame = pageFrame(ctx);
  const say = sayIn(frame.lang);
  const { service, clock } = door;
  const words = { title: say(TEXTS.back), why: say(TEXTS.backWhy) };
  const page = statusPage(frame, { service, mark: 'passed', ...words, reference: requestIdOf(ctx), at: clock() });
  sendPage(ctx, page);
}

async function keepSession({ keep, clock, service }: SessionDoor, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  const back = localPath(form['return']);
  const session = await keep(ctx, form);
  const isPage = ctx.accepts('json', 'html') === 'html';
  if (session !== null && isPage) seeOther(ctx, back);
  else if (session !== null) ctx.body = sessionAnswer(session, clock());
  else if (!isPage) throw new TrustError('session-missing', 'there is no session, or it has ended');
  else {
    // The page leads to the login itself; a form of ours may not (form-action 'self').
    const frame = pageFrame(ctx);
    sendPage(ctx, returningPage(frame, { service, system: sayIn(frame.lang)(service), url: back }));
  }
}
