// 账号管理. A look-up opens one account to this session of the administrator: the address of its page bears a signature that no
// other session has, so that nobody comes to an account without a reason on record.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import { isTrustError, TrustError } from '../../../common/errors.ts';
import type { Cookies } from '../../../common/http/cookies.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { Lang } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import type { DocumentKeys } from '../../domain/document-box.ts';
import { maskCode } from '../../domain/mask.ts';
import { maskPhone } from '../../domain/message.ts';
import { parseReason } from '../../domain/reason.ts';
import { freezeAccount, unfreezeAccount } from '../../flow/close-account.ts';
import { logOutAccount, logOutEverybody } from '../../flow/end-all-sessions.ts';
import { lookUpAccount } from '../../flow/look-up-account.ts';
import { findAccountBySub, findDocument } from '../../store/accounts.ts';
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
  typedFault,
} from '../../web/admin/accounts-page.ts';
import type { Typed } from '../../web/admin/client-fields.ts';
import { reasonFault } from '../../web/admin/fields.ts';
import { textOf } from './clients.ts';
import type { Admin, AdminGate } from './gate.ts';

export type AccountPagesDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly cookies: Cookies;
  readonly gate: AdminGate;
};

const PATH = '/admin/accounts';
const ACT_NAMES: readonly AccountAct[] = ['freeze', 'unfreeze', 'logout'];

export function accountAdminRoutes(deps: AccountPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showSearch(deps, ctx) },
    { method: 'POST', path: `${PATH}/find`, scope: 'public', handler: (ctx) => find(deps, ctx) },
    { method: 'GET', path: `${PATH}/everybody`, scope: 'public', handler: (ctx) => showEverybody(deps, ctx) },
    { method: 'POST', path: `${PATH}/everybody`, scope: 'public', handler: (ctx) => logOutAll(deps, ctx) },
    { method: 'GET', path: `${PATH}/:sub`, scope: 'public', handler: (ctx) => showAccount(deps, ctx) },
    ...ACT_NAMES.flatMap((act): readonly Route[] => [
      { method: 'GET', path: `${PATH}/:sub/${act}`, scope: 'public', handler: (ctx) => showAct(deps, ctx, act) },
      { method: 'POST', path: `${PATH}/:sub/${act}`, scope: 'public', handler: (ctx) => runAct(deps, ctx, act) },
    ]),
  ];
}

async function showSearch(deps: AccountPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin === null) return;
  const flash = deps.gate.takeFlash(ctx, admin);
  const everybody = flash?.code === 'everybody' ? Number(flash.values?.['sessions']) : null;
  sendSearch(deps, ctx, { admin, typed: {}, faults: [], notFound: flash?.code === 'none', everybody });
}

type Search = {
  readonly admin: Admin;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
  readonly notFound?: boolean;
  readonly everybody?: number | null;
};

function sendSearch({ gate }: AccountPagesDeps, ctx: Koa.Context, of: Search): void {
  const { admin, typed, faults, notFound = false, everybody = null } = of;
  const page = accountsPage(pageFrame(ctx, PATH), { view: gate.view(ctx, admin), typed, faults, notFound, everybody });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function find(deps: AccountPagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'accounts', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const typed = (form['typed'] ?? '').trim();
  const frame = pageFrame(ctx, PATH);
  const wrong = [...(typed === '' ? [typedFault(frame)] : []), ...reasonFaults(frame.lang, form)];
  if (wrong.length > 0) return sendSearch(deps, ctx, { admin, typed: form, faults: wrong });
  const account = await lookUpAccount(deps, { typed, by: admin.session.account.sub, reason: form['reason'] ?? '' });
  if (account === null) return gate.leaveFor(ctx, admin, PATH, { code: 'none' });
  gate.leaveFor(ctx, admin, hrefOf(deps, admin, account.sub));
}

async function showAccount(deps: AccountPagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate, db, clock, keys } = deps;
  const admin = await gate.require(ctx, 'accounts');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin);
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
    hrefOf: (act) => hrefOf(deps, admin, account.sub, act),
    done:
      flash === null
        ? null
        : { code: flash.code, sessions: Number(values['sessions']), clients: Number(values['clients']) },
  });
  sendPage(ctx, page);
}

async function showAct(deps: AccountPagesDeps, ctx: Koa.Context, act: AccountAct): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin);
  if (account !== null) await sendAct(deps, ctx, { admin, account, act, typed: {}, faults: [] });
}

type Acting = Search & { readonly account: Account; readonly act: AccountAct };

async function sendAct(deps: AccountPagesDeps, ctx: Koa.Context, of: Acting): Promise<void> {
  const { admin, account, act, typed, faults } = of;
  const sessions = await listSessionsOf(deps.db, account.sub, deps.clock());
  const page = accountActPage(pageFrame(ctx, ctx.url), {
    view: deps.gate.view(ctx, admin),
    act,
    name: account.name,
    sessions: sessions.length,
    action: hrefOf(deps, admin, account.sub, act),
    backHref: hrefOf(deps, admin, account.sub),
    typed,
    faults,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function runAct(deps: AccountPagesDeps, ctx: Koa.Context, act: AccountAct): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'accounts', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const account = await openAccount(deps, ctx, admin);
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
  gate.leaveFor(ctx, admin, hrefOf(deps, admin, sub), { code: act, values: ended });
}

async function showEverybody(deps: AccountPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'accounts');
  if (admin !== null) await sendEverybody(deps, ctx, { admin, typed: {}, faults: [] });
}

async function sendEverybody(deps: AccountPagesDeps, ctx: Koa.Context, of: Search): Promise<void> {
  const { admin, typed, faults } = of;
  const sessions = await countLiveSessions(deps.db, deps.clock());
  const page = everybodyPage(pageFrame(ctx), { view: deps.gate.view(ctx, admin), sessions, typed, faults });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function logOutAll(deps: AccountPagesDeps, ctx: Koa.Context): Promise<void> {
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

/** The account of the address when this session looked it up; else null, and the answer leads to the search. */
async function openAccount(
  { db, keys, cookies, gate }: AccountPagesDeps,
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

function hrefOf({ cookies }: AccountPagesDeps, admin: Admin, sub: string, act?: AccountAct): string {
  const path = act === undefined ? `${PATH}/${sub}` : `${PATH}/${sub}/${act}`;
  return `${path}?${new URLSearchParams({ look: cookies.sign(lookUpOf(admin, sub)) })}`;
}

function lookUpOf({ session }: Admin, sub: string): string {
  return `account look-up:${session.sessionUid}:${sub}`;
}

export function reasonFaults(lang: Lang, form: Typed): readonly Fault[] {
  try {
    parseReason(form['reason'] ?? '');
    return [];
  } catch (error) {
    if (!isTrustError(error, 'invalid-request')) throw error;
    return [reasonFault(lang)];
  }
}

function ownFault(lang: Lang): Fault {
  const words = lang === 'zh' ? '不能冻结自己的账号，请由另一位安全管理员操作' : 'Nobody freezes his own account';
  return { field: 'reason', words };
}
