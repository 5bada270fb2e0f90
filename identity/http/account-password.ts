// 修改密码, and 不是我本人: the page, and the one act behind both.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { type ReplacePasswordDeps, replacePassword } from '../flow/replace-password.ts';
import { type NewPasswordFault, newPasswordPage } from '../web/new-password-page.ts';
import { DEVICES_PATH, KICKED } from './account-devices.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type AccountPasswordDeps = Omit<ReplacePasswordDeps, 'waitMs'> & {
  readonly own: OwnSessions;
  readonly gate: FactorGate;
  /** How long the page waits for first answers of systems. */
  readonly logoutWaitMs: number;
};

const PATH = '/account/factors/password';
/** In the query of the page and in its form. */
const NOT_ME = 'not-me';

export function passwordRoutes(deps: AccountPasswordDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: PATH, scope: 'public', handler: (ctx) => replace(deps, ctx) },
  ];
}

async function show(deps: AccountPasswordDeps, ctx: Koa.Context): Promise<void> {
  const session = await requireProof(deps, ctx);
  if (session !== null) send(deps, ctx, session, { notMe: ctx.query['why'] === NOT_ME });
}

/** Who knows the present password has proven enough; who has none proves what the account can. */
async function requireProof({ own, gate }: AccountPasswordDeps, ctx: Koa.Context): Promise<OwnSession | null> {
  const session = await own.requireSession(ctx);
  return session === null || session.account.hasPassword ? session : gate.requireSession(ctx);
}

async function replace(deps: AccountPasswordDeps, ctx: Koa.Context): Promise<void> {
  const known = await deps.own.findSession(ctx);
  const accepted =
    known === null || known.account.hasPassword
      ? await deps.own.requireForm(ctx, { back: PATH })
      : await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const notMe = form['why'] === NOT_ME;
  const [current, next] = [form['current'] ?? '', form['next'] ?? ''];
  const missing: readonly NewPasswordFault[] = [
    ...(session.account.hasPassword && current === '' ? [{ field: 'current', kind: 'missing' } as const] : []),
    ...(next === '' ? [{ field: 'next', fault: { kind: 'missing' } } as const] : []),
  ];
  if (missing.length > 0) return send(deps, ctx, session, { notMe, faults: missing });
  const { account, sessionUid } = session;
  const result = await replacePassword({ ...deps, waitMs: deps.logoutWaitMs }, { account, current, next, sessionUid });
  if (result.outcome === 'done')
    return deps.own.leaveFor(ctx, session, DEVICES_PATH, { code: KICKED, values: { ...result.kicked, password: 1 } });
  const fault: NewPasswordFault =
    result.outcome === 'refused'
      ? { field: 'next', fault: result.fault }
      : result.outcome === 'paused'
        ? { field: 'current', kind: 'paused', until: result.until }
        : { field: 'current', kind: 'wrong' };
  send(deps, ctx, session, { notMe, faults: [fault] }, result.outcome === 'paused' ? 429 : 422);
}

function send(
  { own, passwords }: AccountPasswordDeps,
  ctx: Koa.Context,
  session: OwnSession,
  { notMe, faults = [] }: { notMe: boolean; faults?: readonly NewPasswordFault[] },
  status = faults.length > 0 ? 422 : 200,
): void {
  const page = newPasswordPage(pageFrame(ctx, notMe ? `${PATH}?why=${NOT_ME}` : PATH), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    notMe,
    asksCurrent: session.account.hasPassword,
    minLength: passwords.minLength,
    faults,
  });
  sendPage(ctx, page, status);
}
