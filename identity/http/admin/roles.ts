// 角色管理: the list by organisation, giving and ending. Nobody changes roles of his own.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import { beginOfChinaDate, isCalendarDate } from '../../../common/codes/calendar-date.ts';
import { isRoleName } from '../../../common/contract/roles.ts';
import { isTrustError, TrustError } from '../../../common/errors.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { DocumentKeys } from '../../domain/document-box.ts';
import type { AssignedRole } from '../../domain/role.ts';
import { addRole, endRole } from '../../flow/assign-role.ts';
import { listAssignedRoles } from '../../store/roles.ts';
import type { Typed } from '../../web/admin/client-fields.ts';
import { type NamedRole, type RoleState, roleEndPage, roleNewPage, rolesPage } from '../../web/admin/roles-page.ts';
import type { Admin, AdminGate } from './gate.ts';
import { reasonFaults, textOf } from './typed.ts';

export type RolePagesDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly gate: AdminGate;
};

const PATH = '/admin/roles';
const PAGE = 50;
const DAY_MS = 86_400_000;

const FAULTS = {
  login: { zh: '没有正在使用的账号叫这个用户名', en: 'There is no active account of this name' },
  org: { zh: '统一社会信用代码不正确，请逐位核对', en: 'This code is not right; check each character' },
  unit: { zh: '请填写内设机构，1 至 100 字', en: 'State the unit, 1 to 100 characters' },
  from: { zh: '日期不存在，如 2026 年 12 月 31 日', en: 'There is no such date' },
  to: { zh: '截止日期不存在，或早于开始日期', en: 'There is no such date, or it is before the beginning' },
  exists: { zh: '此人在这段时间已有该角色', en: 'The person has this role at some of that time already' },
  apart: {
    zh: '系统、安全、审计管理员须由三人分任，此人已任其中一项',
    en: 'System, security and audit administrators are three persons; this one is one of them already',
  },
  own: { zh: '不能变更自己的角色，请由另一位安全管理员操作', en: 'Nobody changes roles of his own' },
} satisfies Texts;

export function roleRoutes(deps: RolePagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showList(deps, ctx) },
    { method: 'GET', path: `${PATH}/new`, scope: 'public', handler: (ctx) => showNew(deps, ctx) },
    { method: 'POST', path: `${PATH}/new`, scope: 'public', handler: (ctx) => add(deps, ctx) },
    { method: 'GET', path: `${PATH}/end`, scope: 'public', handler: (ctx) => showEnd(deps, ctx) },
    { method: 'POST', path: `${PATH}/end`, scope: 'public', handler: (ctx) => end(deps, ctx) },
  ];
}

async function showList({ db, keys, clock, gate }: RolePagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await gate.require(ctx, 'roles');
  if (admin === null) return;
  const org = textOf(ctx.query['org']).toUpperCase();
  const loginName = textOf(ctx.query['login']).toLowerCase();
  const whose = { ...(org === '' ? {} : { org }), ...(loginName === '' ? {} : { loginName }) };
  const now = clock();
  const all = (await listAssignedRoles(db, keys, whose))
    .map((role) => ({ ...role, state: stateOf(role, now), endHref: endHrefOf(role) }))
    .toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || a.org.localeCompare(b.org));
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const page = Math.max(1, Math.min(pages, Number.parseInt(textOf(ctx.query['page']), 10) || 1));
  const code = gate.takeFlash(ctx, admin)?.code;
  const shown = rolesPage(pageFrame(ctx), {
    view: gate.view(ctx, admin),
    rows: all.slice((page - 1) * PAGE, page * PAGE),
    total: all.length,
    ...{ page, pages, org, loginName },
    done: code === 'added' || code === 'ended' ? code : null,
  });
  sendPage(ctx, shown);
}

const ORDER: Readonly<Record<RoleState, number>> = { live: 0, coming: 1, over: 2 };

function stateOf({ beginsAt, endsAt }: AssignedRole, now: Date): RoleState {
  if (endsAt !== null && endsAt <= now) return 'over';
  return beginsAt > now ? 'coming' : 'live';
}

function endHrefOf({ loginName: login, org, unit, role }: AssignedRole): string {
  return `${PATH}/end?${new URLSearchParams({ login, org, unit, role })}`;
}

type Sent = { readonly admin: Admin; readonly typed: Typed; readonly faults: readonly Fault[] };

async function showNew(deps: RolePagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'roles');
  if (admin !== null) sendNew(deps, ctx, { admin, typed: {}, faults: [] });
}

function sendNew({ gate }: RolePagesDeps, ctx: Koa.Context, { admin, typed, faults }: Sent): void {
  const page = roleNewPage(pageFrame(ctx), { view: gate.view(ctx, admin), typed, faults });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function add(deps: RolePagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'roles', `${PATH}/new`);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const { lang } = pageFrame(ctx);
  const from = readDate(form, 'from');
  const until = readDate(form, 'to');
  const wrong = [
    ...(isOwn(admin, form) ? [faultIn(lang, 'login', FAULTS.own)] : []),
    ...(from === null ? [faultIn(lang, 'from', FAULTS.from)] : []),
    ...(until === null ? [faultIn(lang, 'to', FAULTS.to)] : []),
    ...reasonFaults(lang, form),
  ];
  if (wrong.length > 0) return sendNew(deps, ctx, { admin, typed: form, faults: wrong });
  try {
    const to = until ? new Date(until.getTime() + DAY_MS) : undefined;
    await addRole(deps, { ...requestOf(admin, form), from: from ?? undefined, to });
  } catch (error) {
    const fault = faultOfFlow(lang, error);
    if (fault === null) throw error;
    return sendNew(deps, ctx, { admin, typed: form, faults: [fault] });
  }
  gate.leaveFor(ctx, admin, PATH, { code: 'added' });
}

async function showEnd(deps: RolePagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'roles');
  if (admin !== null) sendEnd(deps, ctx, { admin, typed: namesIn(ctx.query), faults: [] });
}

function sendEnd({ gate }: RolePagesDeps, ctx: Koa.Context, { admin, typed, faults }: Sent): void {
  const { login = '', org = '', unit = '', role = '' } = typed;
  if (!isRoleName(role)) throw new TrustError('role-not-found', 'There is no such role.');
  const named: NamedRole = { login, org, unit, role };
  const page = roleEndPage(pageFrame(ctx, ctx.method === 'POST' ? PATH : ctx.url), {
    ...{ view: gate.view(ctx, admin), typed, faults, named },
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function end(deps: RolePagesDeps, ctx: Koa.Context): Promise<void> {
  const { gate } = deps;
  const accepted = await gate.requireForm(ctx, 'roles', PATH);
  if (accepted === null) return;
  const { admin, form } = accepted;
  const { lang } = pageFrame(ctx);
  const faults = isOwn(admin, form) ? [faultIn(lang, 'reason', FAULTS.own)] : reasonFaults(lang, form);
  if (faults.length > 0) return sendEnd(deps, ctx, { admin, typed: form, faults });
  await endRole(deps, requestOf(admin, form));
  gate.leaveFor(ctx, admin, PATH, { code: 'ended' });
}

function requestOf({ session }: Admin, form: Typed) {
  const text = (name: string): string => (form[name] ?? '').trim();
  return {
    loginName: text('login'),
    org: text('org').toUpperCase(),
    unit: text('unit'),
    role: text('role'),
    by: session.account.sub,
    reason: text('reason'),
  };
}

function isOwn({ session }: Admin, form: Typed): boolean {
  return (form['login'] ?? '').trim().toLowerCase() === session.account.loginName;
}

function faultIn(lang: Lang, field: string, words: Text): Fault {
  return { field, words: sayIn(lang)(words) };
}

function faultOfFlow(lang: Lang, error: unknown): Fault | null {
  if (isTrustError(error, 'account-not-found')) return faultIn(lang, 'login', FAULTS.login);
  if (isTrustError(error, 'role-exists')) return faultIn(lang, 'login', FAULTS.exists);
  if (isTrustError(error, 'roles-apart')) return faultIn(lang, 'login', FAULTS.apart);
  if (isTrustError(error, 'code-check')) return faultIn(lang, 'org', FAULTS.org);
  if (!isTrustError(error, 'invalid-request')) return null;
  if (error.pointer === '/unit') return faultIn(lang, 'unit', FAULTS.unit);
  return error.pointer === '/to' ? faultIn(lang, 'to', FAULTS.to) : null;
}

/** The begin of a day in China; undefined when all boxes are empty, null when there is no such day. */
function readDate(form: Typed, name: string): Date | null | undefined {
  const parts = ['year', 'month', 'day'].map((part) => (form[`${name}-${part}`] ?? '').normalize('NFKC').trim());
  if (parts.every((part) => part === '')) return undefined;
  const [year = '', month = '', day = ''] = parts;
  const text = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return text.startsWith('20') && isCalendarDate(text) ? beginOfChinaDate(text) : null;
}

function namesIn(query: Koa.Context['query']): Typed {
  return Object.fromEntries(['login', 'org', 'unit', 'role'].map((name) => [name, textOf(query[name])]));
}
