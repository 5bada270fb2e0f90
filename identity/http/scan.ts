// 扫码登录 beside the login page: GET /scan/:code and its decision are the phone's, GET /interaction/:uid/scan tells the browser
// that shows the code how it stands. The phone's session decides who confirms; a refusal is written down like a confirmation.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import type { Scan, ScanPhase } from '../domain/scan.ts';
import { answerScan, type OpenedScan, openScan, type ScanDeps, scanPhase } from '../flow/scan-login.ts';
import type { IdentityEvent } from '../store/events.ts';
import { type ScanEnd, scanConfirmPage, scanEndPage } from '../web/scan-confirm-page.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type ScanRoutesDeps = ScanDeps & {
  readonly own: OwnSessions;
  /** Uid of the login under way in this browser; null for none. */
  readonly interactionOf: (ctx: Koa.Context) => Promise<string | null>;
  /** Name of a system. */
  readonly nameOf: (clientId: string) => Promise<string | null>;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

export function scanRoutes(deps: ScanRoutesDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/scan/:code', scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: '/scan/:code', scope: 'public', handler: (ctx) => decide(deps, ctx) },
    { method: 'GET', path: '/interaction/:uid/scan', scope: 'public', handler: (ctx) => tell(deps, ctx) },
  ];
}

async function show(deps: ScanRoutesDeps, ctx: Koa.Context): Promise<void> {
  const session = await deps.own.requireSession(ctx);
  if (session === null) return;
  const opened = await openScan(deps, codeOf(ctx), session.account);
  if (opened.outcome === 'open') return sendPage(ctx, await confirmPage(deps, ctx, session, opened.scan));
  const end = endOf(opened);
  const isAsExpected = end === 'confirmed' || end === 'refused';
  sendPage(ctx, scanEndPage(pageFrame(ctx), { viewer: session.account, end }), isAsExpected ? 200 : 410);
}

async function decide(deps: ScanRoutesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireForm(ctx);
  if (accepted === null) return;
  const { session, form } = accepted;
  const { account, sessionUid, level } = session;
  const confirmed = form['decision'] === 'confirm';
  const scan = await answerScan(deps, codeOf(ctx), { account, sessionUid, level, confirmed });
  if (scan !== null) {
    const kind = confirmed ? 'scan.confirmed' : 'scan.refused';
    await deps.record({ kind, sub: account.sub, clientId: scan.clientId, requestId: requestIdOf(ctx) });
  }
  // The page tells what the table says, also to the second of two clicks.
  deps.own.leaveFor(ctx, session, ctx.path);
}

/** For the browser that shows the code; any other one learns nothing. */
async function tell(deps: ScanRoutesDeps, ctx: Koa.Context): Promise<void> {
  const uid = await deps.interactionOf(ctx);
  const phase: ScanPhase = uid === null ? 'over' : await scanPhase(deps, uid);
  ctx.body = { phase };
}

async function confirmPage(deps: ScanRoutesDeps, ctx: Koa.Context, session: OwnSession, scan: Scan): Promise<string> {
  const { clientId, device, address, shownAt: at, number } = scan;
  const frame = pageFrame(ctx);
  const ownName = frame.lang === 'zh' ? '用户中心' : 'My account';
  return scanConfirmPage(frame, {
    viewer: session.account,
    action: ctx.path,
    formFields: deps.own.formFields(ctx, session),
    system: clientId === OWN_CLIENT_ID ? ownName : ((await deps.nameOf(clientId)) ?? clientId),
    device,
    address,
    at,
    number,
  });
}

function endOf(opened: Exclude<OpenedScan, { outcome: 'open' }>): ScanEnd {
  if (opened.outcome !== 'decided') return opened.outcome;
  return opened.confirmed ? 'confirmed' : 'refused';
}

function codeOf(ctx: Koa.Context): string {
  return (ctx['params'] as { code?: string }).code ?? '';
}
