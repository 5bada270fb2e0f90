// 我的数据: the download. It takes what the account can prove, up to level 3: who has got hold of a weak session must not
// carry the whole person away.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { collectOwnData, type OwnDataDeps } from '../flow/collect-own-data.ts';
import { ownDataPage } from '../web/own-data-page.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSessions } from './own-session.ts';

export type AccountDataDeps = OwnDataDeps & { readonly own: OwnSessions; readonly gate: FactorGate };

const PATH = '/account/data';

export function dataRoutes(deps: AccountDataDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: PATH, scope: 'public', handler: (ctx) => download(deps, ctx) },
  ];
}

async function show({ own, gate }: AccountDataDeps, ctx: Koa.Context): Promise<void> {
  // Asked for here and not at the button: after the step-up the way leads back to a page, not to a file.
  const session = await gate.requireSession(ctx);
  if (session === null) return;
  sendPage(ctx, ownDataPage(pageFrame(ctx), { viewer: session.account, formFields: own.formFields(ctx, session) }));
}

async function download(deps: AccountDataDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { account } = accepted.session;
  const data = await collectOwnData(deps, { account, requestId: requestIdOf(ctx) });
  ctx.attachment('xinji-my-data.json');
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = `${JSON.stringify(data, null, 2)}\n`;
}
