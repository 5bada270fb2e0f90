// 窗口核验: a clerk finds one account by exactly its number, types what stands in the document before him, and confirms or
// refuses. The account shows masked, so that nothing can be copied from the page.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { type Account, CITIZEN_NUMBER } from '../../domain/account.ts';
import { maskCode } from '../../domain/mask.ts';
import { maskPhone } from '../../domain/message.ts';
import type { ProofingPorts } from '../../domain/proofing.ts';
import { parseReason } from '../../domain/reason.ts';
import { confirmAccount, refuseAtCounter } from '../../flow/confirm-at-counter.ts';
import { beginVisit, findOwnVisit } from '../../flow/help-at-counter.ts';
import { findDocument } from '../../store/accounts.ts';
import {
  type CounterDone,
  type CounterTrouble,
  counterAccountPage,
  counterPage,
  isCounterDone,
} from '../../web/admin/counter-page.ts';
import type { Typed } from '../kept-forms.ts';
import { judgeIdentity, typedIdentity } from '../typed-identity.ts';
import { type CounterHelpPagesDeps, counterHelpRoutes, helpHref } from './counter-help.ts';
import type { Admin } from './gate.ts';
import { openAccount, openedHref, searchAccount } from './look-up.ts';
import { reasonFaults } from './typed.ts';

export type CounterPagesDeps = CounterHelpPagesDeps & { readonly ports: ProofingPorts };

const PATH = '/admin/counter';

export function counterRoutes(deps: CounterPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showSearch(deps, ctx) },
    { method: 'POST', path: `${PATH}/find`, scope: 'public', handler: (ctx) => search(deps, ctx) },
    { method: 'GET', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => showAccount(deps, ctx) },
    { method: 'POST', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => decide(deps, ctx) },
    ...counterHelpRoutes(deps),
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

async function search(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  await searchAccount(deps, ctx, {
    duty: 'counter',
    path: PATH,
    again: (of) => sendSearch(deps, ctx, of),
    hrefOf: (admin, { sub, status }) => (status === 'closed' ? null : openedHref(deps, admin, { path: PATH, sub })),
  });
}

async function showAccount(deps: CounterPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'counter');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin, PATH);
  if (account !== null) await sendAccount(deps, ctx, account, { admin, typed: {}, faults: [] });
}

async function sendAccount(
  deps: CounterPagesDeps,
  ctx: Koa.Context,
  account: Account,
  { admin, typed, faults, trouble = null }: Shown & { readonly trouble?: CounterTrouble | null },
): Promise<void> {
  const document = await findDocument(deps.db, deps.keys, account.sub);
  const visit = await findOwnVisit(deps, { account, clerk: admin.session.account.sub });
  const page = counterAccountPage(pageFrame(ctx, ctx.url), {
    view: deps.gate.view(ctx, admin),
    account: {
      level: account.level,
      phone: document?.phone === undefined ? null : maskPhone(document.phone),
      code: document?.holder === undefined ? null : maskCode(document.holder.code),
    },
    action: openedHref(deps, admin, { path: PATH, sub: account.sub }),
    helpHref: visit === null ? null : helpHref(deps, admin, account.sub),
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
  const account = await openAccount(deps, ctx, admin, PATH);
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
  await beginVisit(deps, { account, clerk });
  gate.leaveFor(ctx, admin, helpHref(deps, admin, account.sub), { code: 'confirmed' });
}
