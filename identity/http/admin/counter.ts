// 窗口核验: a clerk finds one account by exactly its number, types what stands in the document before him, and confirms or
// refuses. The account shows masked, so that nothing can be copied from the page. As in 账号管理, the look-up opens the account to
// this session of the clerk only.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import { TrustError } from '../../../common/errors.ts';
import type { Cookies } from '../../../common/http/cookies.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { type Account, CITIZEN_NUMBER } from '../../domain/account.ts';
import type { DocumentKeys } from '../../domain/document-box.ts';
import { maskCode } from '../../domain/mask.ts';
import { maskPhone } from '../../domain/message.ts';
import type { ProofingPorts } from '../../domain/proofing.ts';
import { parseReason } from '../../domain/reason.ts';
import { confirmAccount, refuseAtCounter } from '../../flow/confirm-at-counter.ts';
import { lookUpAccount } from '../../flow/look-up-account.ts';
import { findAccountBySub, findDocument } from '../../store/accounts.ts';
import { typedFault } from '../../web/admin/accounts-page.ts';
import {
  type CounterDone,
  type CounterTrouble,
  counterAccountPage,
  counterPage,
  isCounterDone,
} from '../../web/admin/counter-page.ts';
import type { Typed } from '../kept-forms.ts';
import { judgeIdentity, typedIdentity } from '../typed-identity.ts';
import { reasonFaults } from './accounts.ts';
import { textOf } from './clients.ts';
import type { Admin, AdminGate } from './gate.ts';

export type CounterPagesDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly cookies: Cookies;
  readonly ports: ProofingPorts;
  readonly gate: AdminGate;
};

const PATH = '/admin/counter';

export function counterRoutes(deps: CounterPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showSearch(deps, ctx) },
    { method: 'POST', path: `${PATH}/find`, scope: 'public', handler: (ctx) => find(deps, ctx) },
    { method: 'GET', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => showAccount(deps, ctx) },
    { method: 'POST', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => decide(deps, ctx) },
  ];
}

async function showSearch(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'counter');
  if (admin === null) return;
  const code = deps.gate.takeFlash(ctx, admin)?.code;
  sendSearch(deps, ctx, { admin, typed: {}, faults: [], done: isCounterDone(code) ? code : null });
}

type Shown = { readonly admin: Admin; readonly typed: Typed; readonly faults: readonly Fault[] };

function sendSearch({ gate }: CounterPagesDeps, ctx: Koa.Context, of: Shown & { done?: CounterDone | null }): void {
  const { admin, typed, faults, done = null } = of;
  const page = counterPage(pageFrame(ctx, PATH), { view: gate.view(ctx, admin), typed, faults, done });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function find(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'counter', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const typed = (form['typed'] ?? '').trim();
  const frame = pageFrame(ctx, PATH);
  const wrong = [...(typed === '' ? [typedFault(frame)] : []), ...reasonFaults(frame.lang, form)];
  if (wrong.length > 0) return sendSearch(deps, ctx, { admin, typed: form, faults: wrong });
  const by = admin.session.account.sub;
  const account = await lookUpAccount(deps, { typed, by, reason: form['reason'] ?? '' });
  if (account === null || account.status === 'closed') return gate.leaveFor(ctx, admin, PATH, { code: 'none' });
  gate.leaveFor(ctx, admin, hrefOf(deps, admin, account.sub));
}

async function showAccount(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'counter');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin);
  if (account !== null) await sendAccount(deps, ctx, account, { admin, typed: {}, faults: [] });
}

async function sendAccount(
  deps: CounterPagesDeps,
  ctx: Koa.Context,
  account: Account,
  { admin, typed, faults, trouble = null }: Shown & { readonly trouble?: CounterTrouble | null },
): Promise<void> {
  const document = await findDocument(deps.db, deps.keys, account.sub);
  const page = counterAccountPage(pageFrame(ctx, ctx.url), {
    view: deps.gate.view(ctx, admin),
    account: {
      level: account.level,
      phone: document?.phone === undefined ? null : maskPhone(document.phone),
      code: document?.holder === undefined ? null : maskCode(document.holder.code),
    },
    action: hrefOf(deps, admin, account.sub),
    typed: { ...typedIdentity(typed), codeType: typed['code_type'] ?? CITIZEN_NUMBER },
    reason: typed['reason'] ?? '',
    faults,
    trouble,
  });
  sendPage(ctx, page, faults.length > 0 || trouble !== null ? 422 : 200);
}

async function decide(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate, clock } = deps;
  const accepted = await gate.requireForm(ctx, 'counter', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const account = await openAccount(deps, ctx, admin);
  if (account === null) return;
  const { lang } = pageFrame(ctx);
  const clerk = admin.session.account.sub;
  const again = (faults: readonly Fault[], trouble: CounterTrouble | null = null) =>
    sendAccount(deps, ctx, account, { admin, typed: form, faults, trouble });
  const noReason = reasonFaults(lang, form);
  if (account.sub === clerk) return again([], 'own');
  if (form['decision'] === 'refuse') {
    if (noReason.length > 0) return again(noReason);
    await refuseAtCounter(deps, { account, clerk, reason: form['reason'] ?? '' });
    return gate.leaveFor(ctx, admin, PATH, { code: 'refused' });
  }
  const judged = judgeIdentity(typedIdentity(form), clock(), lang);
  if ('faults' in judged) return again([...judged.faults, ...noReason]);
  if (noReason.length > 0) return again(noReason);
  const reason = parseReason(form['reason'] ?? '');
  const { outcome } = await confirmAccount(deps, { account, seen: judged.identity, clerk, reason });
  if (outcome !== 'proven') return again([], outcome);
  gate.leaveFor(ctx, admin, PATH, { code: 'confirmed' });
}

/** The account of the address when this session looked it up; else null, and the answer leads to the search. */
async function openAccount(
  { db, keys, cookies, gate }: CounterPagesDeps,
  ctx: Koa.Context,
  admin: Admin,
): Promise<Account | null> {
  const { sub = '' } = ctx['params'] as { sub?: string };
  if (!cookies.isSigned(lookUpOf(admin, sub), textOf(ctx.query['look']))) {
    gate.leaveFor(ctx, admin, PATH);
    return null;
  }
  const account = await findAccountBySub(db, keys, sub);
  if (account === null) throw new TrustError('not-found', 'There is no such account.');
  return account;
}

function hrefOf({ cookies }: CounterPagesDeps, admin: Admin, sub: string): string {
  return `${PATH}/${sub}?${new URLSearchParams({ look: cookies.sign(lookUpOf(admin, sub)) })}`;
}

function lookUpOf({ session }: Admin, sub: string): string {
  return `counter look-up:${session.sessionUid}:${sub}`;
}
