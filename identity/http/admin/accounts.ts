// 账号管理: one account, found and opened by look-up.ts, frozen, unfrozen and logged out; and the end of everybody's sessions.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { Lang } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import { maskCode } from '../../domain/mask.ts';
import { maskPhone } from '../../domain/message.ts';
import { parseReason } from '../../domain/reason.ts';
import { freezeAccount, unfreezeAccount } from '../../flow/close-account.ts';
import { logOutAccount, logOutEverybody } from '../../flow/end-all-sessions.ts';
import { findDocument } from '../../store/accounts.ts';
import { listAuthentications } from '../../store/authentications.ts';
import { listFactors } from '../../store/factors.ts';
import { countLiveSessions, listSessionsOf } from '../../store/sessions.ts';
import {
  type AccountAct,
  accountActPage,
  accountPage,
  accountsPage,
  confirmFault,
  EVERYBODY_WORDS,
  everybodyPage,
} from '../../web/admin/accounts-page.ts';
import type { Typed } from '../../web/admin/client-fields.ts';
import type { Admin } from './gate.ts';
import { type LookUpDeps, openAccount, openedHref, searchAccount } from './look-up.ts';
import { reasonFaults } from './typed.ts';

const PATH = '/admin/accounts';
const ACT_NAMES: readonly AccountAct[] = ['freeze', 'unfreeze', 'logout'];

export function accountAdminRoutes(deps: LookUpDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showSearch(deps, ctx) },
    { method: 'POST', path: `${PATH}/find`, scope: 'public', handler: (ctx) => search(deps, ctx) },
    { method: 'GET', path: `${PATH}/everybody`, scope: 'public', handler: (ctx) => showEverybody(deps, ctx) },
    { method: 'POST', path: `${PATH}/everybody`, scope: 'public', handler: (ctx) => logOutAll(deps, ctx) },
    { method: 'GET', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => showAccount(deps, ctx) },
    ...ACT_NAMES.flatMap((act): readonly Route[] => [
      { method: 'GET', path: `${PATH}/:sub/${act}`, scope: 'public', handler: (ctx) => showAct(deps, ctx, act) },
      { method: 'POST', path: `${PATH}/:sub/${act}`, scope: 'public', handler: (ctx) => runAct(deps, ctx, act) },
    ]),
  ];
}

async function showSearch(deps: LookUpDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin === null) return;
  const flash = deps.gate.takeFlash(ctx, admin);
  const everybody = flash?.code === 'everybody' ? Number(flash.values?.['sessions']) : null;
  sendSearch(deps, ctx, { admin, typed: {}, faults: [], notFound: flash?.code === 'none', everybody });
}

type Searching = {
  readonly admin: Admin;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
  readonly notFound?: boolean;
  readonly everybody?: number | null;
};

function sendSearch({ gate }: LookUpDeps, ctx: Koa.Context, of: Searching): void {
  const { admin, typed, faults, notFound = false, everybody = null } = of;
  const page = accountsPage(pageFrame(ctx, PATH), { view: gate.view(ctx, admin), typed, faults, notFound, everybody });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function search(deps: LookUpDeps, ctx: Koa.Context): Promise<void> {
  await searchAccount(deps, ctx, {
    duty: 'accounts',
    path: PATH,
    again: (of) => sendSearch(deps, ctx, of),
    hrefOf: (admin, { sub }) => openedHref(deps, admin, { path: PATH, sub }),
  });
}

async function showAccount(deps: LookUpDeps, ctx: Koa.Context): Promise<void> {
  const { gate, db, clock, keys } = deps;
  const admin = await gate.require(ctx, 'accounts');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin, PATH);
  if (account === null) return;
  const document = await findDocument(db, keys, account.sub);
  const sessions = await listSessionsOf(db, account.sub, clock());
  const [last] = await listAuthentications(db, account.id, { limit: 1 });
  const factors = await listFactors(db, account.id);
  const flash = gate.takeFlash(ctx, admin);
  const values = flash?.values ?? {};
  const page = accountPage(pageFrame(ctx), {
    view: gate.view(ctx, admin),
    account: {
      ...account,
      phone: document?.phone === undefined ? null : maskPhone(document.phone),
      code: document?.holder === undefined ? null : maskCode(document.holder.code),
      factors: new Set(factors.map(({ kind }) => kind)).size,
      sessions: sessions.length,
      systems: new Set(sessions.flatMap(({ clients }) => clients.map(({ clientId }) => clientId))).size,
      lastLoginAt: last?.at ?? null,
    },
    hrefOf: (act) => openedHref(deps, admin, { path: PATH, sub: account.sub, act }),
    done:
      flash === null
        ? null
        : { code: flash.code, sessions: Number(values['sessions']), clients: Number(values['clients']) },
  });
  sendPage(ctx, page);
}

async function showAct(deps: LookUpDeps, ctx: Koa.Context, act: AccountAct): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin, PATH);
  if (account !== null) await sendAct(deps, ctx, { admin, account, act, typed: {}, faults: [] });
}

type Acting = Searching & { readonly account: Account; readonly act: AccountAct };

async function sendAct(deps: LookUpDeps, ctx: Koa.Context, of: Acting): Promise<void> {
  const { admin, account, act, typed, faults } = of;
  const sessions = await listSessionsOf(deps.db, account.sub, deps.clock());
  const page = accountActPage(pageFrame(ctx, ctx.url), {
    view: deps.gate.view(ctx, admin),
    act,
    name: account.name,
    sessions: sessions.length,
    action: openedHref(deps, admin, { path: PATH, sub: account.sub, act }),
    backHref: openedHref(deps, admin, { path: PATH, sub: account.sub }),
    typed,
    faults,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function runAct(deps: LookUpDeps, ctx: Koa.Context, act: AccountAct): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'accounts', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const account = await openAccount(deps, ctx, admin, PATH);
  if (account === null) return;
  const { lang } = pageFrame(ctx);
  const by = admin.session.account.sub;
  const faults = act === 'freeze' && account.sub === by ? [ownFault(lang)] : reasonFaults(lang, form);
  if (faults.length > 0) return sendAct(deps, ctx, { admin, account, act, typed: form, faults });
  const { sub } = account;
  const reason = parseReason(form['reason'] ?? '');
  const ended = { sessions: 0, clients: 0 };
  if (act === 'logout') Object.assign(ended, await logOutAccount(deps, { sub, by, reason }));
  else if (act === 'freeze') await freezeAccount(deps, { sub, actor: by, reason });
  else await unfreezeAccount(deps, { sub, actor: by, reason });
  gate.leaveFor(ctx, admin, openedHref(deps, admin, { path: PATH, sub }), { code: act, values: ended });
}

async function showEverybody(deps: LookUpDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin !== null) await sendEverybody(deps, ctx, { admin, typed: {}, faults: [] });
}

async function sendEverybody(deps: LookUpDeps, ctx: Koa.Context, of: Searching): Promise<void> {
  const { admin, typed, faults } = of;
  const sessions = await countLiveSessions(deps.db, deps.clock());
  const page = everybodyPage(pageFrame(ctx), { view: deps.gate.view(ctx, admin), sessions, typed, faults });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function logOutAll(deps: LookUpDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.gate.requireForm(ctx, 'accounts', `${PATH}/everybody`);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const frame = pageFrame(ctx);
  const confirmed = Object.values(EVERYBODY_WORDS).includes((form['confirm'] ?? '').trim());
  const faults = [...(confirmed ? [] : [confirmFault(frame)]), ...reasonFaults(frame.lang, form)];
  if (faults.length > 0) return sendEverybody(deps, ctx, { admin, typed: form, faults });
  const by = admin.session.account.sub;
  const { sessions } = await logOutEverybody(deps, { by, reason: form['reason'] ?? '' });
  deps.gate.leaveFor(ctx, admin, PATH, { code: 'everybody', values: { sessions } });
}

function ownFault(lang: Lang): Fault {
  const words = lang === 'zh' ? '不能冻结自己的账号，请由另一位安全管理员操作' : 'Nobody freezes his own account';
  return { field: 'reason', words };
}
