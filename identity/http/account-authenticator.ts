// 动态口令 and 恢复码 of the person who is logged in. Changing them takes what factor-gate.ts asks for. The secret that is being
// added travels in the form, sealed for this account and session: showing the page stores nothing.
import type Koa from 'koa';
import { isTrustError } from '../../common/errors.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { closeText, type DocumentKeys, openText } from '../domain/document-box.ts';
import {
  type AuthenticatorDeps,
  describeEnrolment,
  enrolTotp,
  makeRecoveryCodes,
  makeTotpSecret,
} from '../flow/authenticator.ts';
import { type FactorChangeDeps, takeFactorOff, tellFactorAdded } from '../flow/change-factors.ts';
import { listFactors } from '../store/factors.ts';
import { RECOVERY_PATH, recoveryPage, TOTP_PATH, totpPage } from '../web/authenticator-pages.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type AccountAuthenticatorDeps = AuthenticatorDeps &
  FactorChangeDeps & {
    readonly own: OwnSessions;
    readonly gate: FactorGate;
  };

/** The name under which it is listed. */
const LABEL = '动态口令应用';
const RECOVERY_LABEL = '10 个';

export function authenticatorRoutes(deps: AccountAuthenticatorDeps): readonly Route[] {
  return [
    { method: 'GET', path: TOTP_PATH, scope: 'public', handler: (ctx) => showTotp(deps, ctx) },
    { method: 'POST', path: TOTP_PATH, scope: 'public', handler: (ctx) => addTotp(deps, ctx) },
    { method: 'POST', path: `${TOTP_PATH}/remove`, scope: 'public', handler: (ctx) => removeTotp(deps, ctx) },
    { method: 'GET', path: RECOVERY_PATH, scope: 'public', handler: (ctx) => showRecovery(deps, ctx) },
    { method: 'POST', path: RECOVERY_PATH, scope: 'public', handler: (ctx) => makeRecovery(deps, ctx) },
  ];
}

async function showTotp(deps: AccountAuthenticatorDeps, ctx: Koa.Context): Promise<void> {
  const session = await (ctx.query['prove'] === undefined ? deps.own : deps.gate).requireSession(ctx);
  if (session === null) return;
  const done = deps.own.takeFlash(ctx, session)?.code;
  await sendTotp(deps, ctx, session, { done: done === 'added' || done === 'removed' ? done : null });
}

async function addTotp(deps: AccountAuthenticatorDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, TOTP_PATH);
  if (accepted === null) return;
  const { session, form } = accepted;
  const secret = openSecret(deps.keys, session, form['enrolment'] ?? '');
  if (secret === null) return sendTotp(deps, ctx, session, { isWrong: true });
  const change = { account: session.account, kind: 'totp', label: LABEL, requestId: requestIdOf(ctx) } as const;
  const result = await enrolTotp(deps, {
    account: session.account,
    secret,
    code: form['code'] ?? '',
    label: LABEL,
    done: (trx) => tellFactorAdded(deps, trx, change),
  });
  if (result === 'wrong') return sendTotp(deps, ctx, session, { isWrong: true, secret });
  deps.own.leaveFor(ctx, session, TOTP_PATH, result === 'added' ? { code: 'added' } : undefined);
}

async function removeTotp(deps: AccountAuthenticatorDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, TOTP_PATH);
  if (accepted === null) return;
  const { session } = accepted;
  const [factor] = await listFactors(deps.db, session.account.id, 'totp');
  const change = { account: session.account, kind: 'totp', label: LABEL, requestId: requestIdOf(ctx) } as const;
  const isGone = factor !== undefined && (await takeFactorOff(deps, { ...change, id: factor.id }));
  deps.own.leaveFor(ctx, session, TOTP_PATH, isGone ? { code: 'removed' } : undefined);
}

async function sendTotp(
  deps: AccountAuthenticatorDeps,
  ctx: Koa.Context,
  session: OwnSession,
  state: { done?: 'added' | 'removed' | null; isWrong?: boolean; secret?: string },
): Promise<void> {
  const { account } = session;
  const [factor] = await listFactors(deps.db, account.id, 'totp');
  const secret = state.secret ?? makeTotpSecret();
  const enrolment =
    factor === undefined
      ? {
          ...describeEnrolment(secret, account.loginName ?? account.name),
          sealed: sealSecret(deps.keys, session, secret),
        }
      : null;
  const page = totpPage(pageFrame(ctx, TOTP_PATH), {
    viewer: account,
    proveHref: (await deps.gate.isOpen(session)) ? null : `${TOTP_PATH}?prove`,
    formFields: deps.own.formFields(ctx, session),
    factor: factor ?? null,
    enrolment,
    isWrong: state.isWrong ?? false,
    done: state.done ?? null,
  });
  sendPage(ctx, page, state.isWrong ? 422 : 200);
}

async function showRecovery(deps: AccountAuthenticatorDeps, ctx: Koa.Context): Promise<void> {
  const session = await (ctx.query['prove'] === undefined ? deps.own : deps.gate).requireSession(ctx);
  if (session !== null) await sendRecovery(deps, ctx, session, null);
}

/** The codes are in the answer itself: they are never shown again, so there is no address to lead to. */
async function makeRecovery(deps: AccountAuthenticatorDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, RECOVERY_PATH);
  if (accepted === null) return;
  const { account } = accepted.session;
  const change = { account, kind: 'recovery', label: RECOVERY_LABEL, requestId: requestIdOf(ctx) } as const;
  const codes = await makeRecoveryCodes(deps, account, (trx) => tellFactorAdded(deps, trx, change));
  await sendRecovery(deps, ctx, accepted.session, codes);
}

async function sendRecovery(
  deps: AccountAuthenticatorDeps,
  ctx: Koa.Context,
  session: OwnSession,
  codes: readonly string[] | null,
): Promise<void> {
  const kept = await listFactors(deps.db, session.account.id, 'recovery');
  const page = recoveryPage(pageFrame(ctx, RECOVERY_PATH), {
    viewer: session.account,
    proveHref: (await deps.gate.isOpen(session)) ? null : `${RECOVERY_PATH}?prove`,
    formFields: deps.own.formFields(ctx, session),
    left: kept.length,
    madeAt: kept[0]?.addedAt ?? null,
    codes,
  });
  sendPage(ctx, page);
}

function sealSecret(keys: DocumentKeys, session: OwnSession, secret: string): string {
  return Buffer.from(closeText(keys, placeOf(session), secret)).toString('base64url');
}

/** Null for what was not sealed for this account and session. */
function openSecret(keys: DocumentKeys, session: OwnSession, sealed: string): string | null {
  try {
    return openText(keys, placeOf(session), Buffer.from(sealed, 'base64url'));
  } catch (error) {
    if (isTrustError(error, 'sealed-box-corrupt')) return null;
    throw error;
  }
}

function placeOf({ account, sessionUid }: OwnSession): string {
  return `identity.totp-enrolment/${account.sub}/${sessionUid}`;
}
