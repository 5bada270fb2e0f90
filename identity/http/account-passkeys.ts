// 通行密钥 of the person who is logged in. To change one's ways to log in takes what the account can prove, up to level 3:
// who has got hold of a weak session must not make a strong one of it.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { describeBrowser } from '../domain/device.ts';
import { type FactorChangeDeps, takeFactorOff, tellFactorAdded } from '../flow/change-factors.ts';
import { enrolPasskey, passkeyEnrolmentOptions } from '../flow/enrol-passkey.ts';
import type { PasskeyDeps } from '../flow/passkey-deps.ts';
import { listFactors } from '../store/factors.ts';
import { type PasskeyFault, passkeysPage } from '../web/passkeys-page.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type AccountPasskeysDeps = PasskeyDeps &
  FactorChangeDeps & { readonly own: OwnSessions; readonly gate: FactorGate };

const PATH = '/account/factors/passkeys';

export function passkeyRoutes(deps: AccountPasskeysDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: PATH, scope: 'public', handler: (ctx) => add(deps, ctx) },
    { method: 'POST', path: `${PATH}/remove`, scope: 'public', handler: (ctx) => remove(deps, ctx) },
  ];
}

async function show(deps: AccountPasskeysDeps, ctx: Koa.Context): Promise<void> {
  const session = await (ctx.query['prove'] === undefined ? deps.own : deps.gate).requireSession(ctx);
  if (session === null) return;
  const done = deps.own.takeFlash(ctx, session)?.code;
  await send(deps, ctx, session, { done: done === 'added' || done === 'removed' ? done : null });
}

async function add(deps: AccountPasskeysDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const label = (form['label'] ?? '').normalize('NFC').trim();
  if (label === '' || [...label].length > 40) return send(deps, ctx, session, { label, faults: ['label'] });
  const change = { account: session.account, kind: 'passkey', label, requestId: requestIdOf(ctx) } as const;
  const result = await enrolPasskey(deps, {
    account: session.account,
    sessionUid: session.sessionUid,
    label,
    answer: form['answer'] ?? '',
    done: (trx) => tellFactorAdded(deps, trx, change),
  });
  if (result !== 'added') return send(deps, ctx, session, { label, faults: [result] });
  deps.own.leaveFor(ctx, session, PATH, { code: 'added' });
}

async function remove(deps: AccountPasskeysDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const all = await listFactors(deps.db, session.account.id, 'passkey');
  const factor = all.find(({ id }) => String(id) === form['id']);
  const change = { account: session.account, kind: 'passkey', requestId: requestIdOf(ctx) } as const;
  const isGone = factor && (await takeFactorOff(deps, { ...change, id: factor.id, label: factor.label }));
  deps.own.leaveFor(ctx, session, PATH, isGone ? { code: 'removed' } : undefined);
}

async function send(
  deps: AccountPasskeysDeps,
  ctx: Koa.Context,
  session: OwnSession,
  state: { done?: 'added' | 'removed' | null; label?: string; faults?: readonly PasskeyFault[] },
): Promise<void> {
  const { account, sessionUid } = session;
  const page = passkeysPage(pageFrame(ctx, PATH), {
    viewer: account,
    proveHref: (await deps.gate.isOpen(session)) ? null : `${PATH}?prove`,
    formFields: deps.own.formFields(ctx, session),
    passkeys: await listFactors(deps.db, account.id, 'passkey'),
    options: await passkeyEnrolmentOptions(deps, account, sessionUid),
    label: state.label ?? describeBrowser(ctx.get('User-Agent')),
    faults: state.faults ?? [],
    done: state.done ?? null,
  });
  sendPage(ctx, page, (state.faults ?? []).length > 0 ? 422 : 200);
}
