// 数字证书 of the person who is logged in: which are bound, add one, take one off.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { allowConnect } from '../../common/http/security-headers.ts';
import { type CertificateRefusal, keptCertificate } from '../domain/certificate-login.ts';
import { type FactorChangeDeps, takeFactorOff, tellFactorAdded } from '../flow/change-factors.ts';
import { type CertificateDeps, enrolCertificate } from '../flow/prove-certificate.ts';
import { listFactors } from '../store/factors.ts';
import { certificatesPage } from '../web/certificates-page.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type AccountCertificatesDeps = CertificateDeps &
  FactorChangeDeps & {
    readonly own: OwnSessions;
    readonly gate: FactorGate;
    /** Origin of the local program, and where a person gets the driver of his medium. */
    readonly agent: string;
    readonly driverUrl: string | null;
  };

const PATH = '/account/factors/certificates';

export function certificateRoutes(deps: AccountCertificatesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: PATH, scope: 'public', handler: (ctx) => add(deps, ctx) },
    { method: 'POST', path: `${PATH}/remove`, scope: 'public', handler: (ctx) => remove(deps, ctx) },
  ];
}

async function show(deps: AccountCertificatesDeps, ctx: Koa.Context): Promise<void> {
  const session = await (ctx.query['prove'] === undefined ? deps.own : deps.gate).requireSession(ctx);
  if (session === null) return;
  const done = deps.own.takeFlash(ctx, session)?.code;
  await send(deps, ctx, session, { done: done === 'added' || done === 'removed' ? done : null });
}

async function add(deps: AccountCertificatesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const requestId = requestIdOf(ctx);
  const result = await enrolCertificate(deps, session.sessionUid, {
    answer: form['answer'] ?? '',
    account: session.account,
    bound: (trx, account, label) => tellFactorAdded(deps, trx, { account, kind: 'certificate', label, requestId }),
  });
  if (result.outcome === 'refused') return send(deps, ctx, session, { fault: result.fault });
  deps.own.leaveFor(ctx, session, PATH, { code: 'added' });
}

async function remove(deps: AccountCertificatesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const all = await listFactors(deps.db, session.account.id, 'certificate');
  const factor = all.find(({ id }) => String(id) === form['id']);
  const change = { account: session.account, kind: 'certificate', requestId: requestIdOf(ctx) } as const;
  const isGone = factor && (await takeFactorOff(deps, { ...change, id: factor.id, label: factor.label }));
  deps.own.leaveFor(ctx, session, PATH, isGone ? { code: 'removed' } : undefined);
}

async function send(
  deps: AccountCertificatesDeps,
  ctx: Koa.Context,
  session: OwnSession,
  state: { done?: 'added' | 'removed' | null; fault?: CertificateRefusal },
): Promise<void> {
  const { agent, driverUrl } = deps;
  allowConnect(ctx, agent);
  const factors = await listFactors(deps.db, session.account.id, 'certificate');
  const page = certificatesPage(pageFrame(ctx, PATH), {
    viewer: session.account,
    proveHref: (await deps.gate.isOpen(session)) ? null : `${PATH}?prove`,
    formFields: deps.own.formFields(ctx, session),
    certificates: factors.map((factor) => ({ ...factor, certificate: keptCertificate.parse(factor.public) })),
    challenge: deps.challenges.make({ purpose: 'certificate-enrolment', binding: session.sessionUid }),
    agent,
    driverUrl,
    fault: state.fault ?? null,
    done: state.done ?? null,
  });
  sendPage(ctx, page, state.fault ? 422 : 200);
}
