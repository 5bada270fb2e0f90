// Who may act on the administrators' pages: a session at level 3 of an account whose role stands at this moment. Roles are
// read for every request, so that a role that was ended counts no more. Without a second factor nothing else is done.
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import {
  ADMIN_DUTIES,
  type AdminDuty,
  adminDutiesOf,
  CONSOLE_ROLES,
  type ConsoleRole,
  isConsoleRole,
  type Role,
} from '../../../common/contract/roles.ts';
import { requestIdOf } from '../../../common/http/app.ts';
import type { Flash } from '../../../common/http/flash.ts';
import { sendLapsedForm } from '../../../common/http/lapsed-form.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Account } from '../../domain/account.ts';
import { type Level, type Method, waysTo } from '../../domain/assurance.ts';
import { adminForbiddenPage, adminUnreadyPage } from '../../web/admin/home-page.ts';
import { ADMIN_SERVICE, type AdminView } from '../../web/admin/layout.ts';
import type { Typed } from '../kept-forms.ts';
import type { OwnSession, OwnSessions } from '../own-session.ts';

export type Admin = {
  readonly session: OwnSession;
  readonly roles: readonly ConsoleRole[];
  readonly duties: readonly AdminDuty[];
};

export type AdminForm = { readonly admin: Admin; readonly form: Typed };

export type AdminGate = {
  /** Null: the answer is on its way. `duty` null: any administrator. */
  require(ctx: Koa.Context, duty: AdminDuty | null): Promise<Admin | null>;
  /** The same for a POST; `back` is the page of the form. Throws csrf-failed. */
  requireForm(ctx: Koa.Context, duty: AdminDuty, back: string): Promise<AdminForm | null>;
  view(ctx: Koa.Context, admin: Admin): AdminView;
  /** 303, with a message for the page that comes. */
  leaveFor(ctx: Koa.Context, admin: Admin, target: string, flash?: Flash): void;
  takeFlash(ctx: Koa.Context, admin: Admin): Flash | null;
};

export type AdminGateDeps = {
  readonly own: OwnSessions;
  readonly clock: Clock;
  readonly listRoles: (sub: string) => Promise<readonly Role[]>;
  /** Methods that the account could use now. */
  readonly methodsOf: (account: Account) => Promise<readonly Method[]>;
};

const NEEDED: Level = 3;
const FACTORS_PATH = '/account/factors';
const HOME_PATH = '/admin';

export function makeAdminGate(deps: AdminGateDeps): AdminGate {
  const { own } = deps;
  return {
    require: async (ctx, duty) => {
      const session = await own.requireSession(ctx);
      return session && judge(deps, ctx, session, { duty, back: ctx.url });
    },
    requireForm: async (ctx, duty, back) => {
      const accepted = await own.requireForm(ctx, { back, offerAgain: HOME_PATH });
      if (accepted === null) return null;
      const { session, form } = accepted;
      const admin = await judge(deps, ctx, session, { duty, back, form });
      return admin && { admin, form };
    },
    view: (ctx, { session, duties }) => ({
      viewer: session.account,
      duties,
      formFields: own.formFields(ctx, session),
    }),
    leaveFor: (ctx, { session }, target, flash) => own.leaveFor(ctx, session, target, flash),
    takeFlash: (ctx, { session }) => own.takeFlash(ctx, session),
  };
}

async function judge(
  deps: AdminGateDeps,
  ctx: Koa.Context,
  session: OwnSession,
  { duty, back, form }: { readonly duty: AdminDuty | null; readonly back: string; readonly form?: Typed },
): Promise<Admin | null> {
  const { own, clock } = deps;
  const { account, proofs } = session;
  const roles = await deps.listRoles(account.sub);
  const duties = adminDutiesOf(roles);
  const refusal = { reference: requestIdOf(ctx), at: clock() };
  // 1. The role.
  if (duty === null ? duties.length === 0 : !duties.includes(duty)) {
    const needed = CONSOLE_ROLES.filter((role) => duty === null || ADMIN_DUTIES[role].includes(duty));
    sendPage(ctx, adminForbiddenPage(pageFrame(ctx, back), { ...refusal, roles: needed }), 403);
    return null;
  }
  // 2. The level: whoever can reach it is asked for what is missing, whoever cannot gets what he lacks first.
  if (session.level < NEEDED) {
    const ways = waysTo(NEEDED, account.level, proofs, await deps.methodsOf(account));
    if (ways.outcome !== 'unreachable' && form !== undefined) {
      // A fresh login by less: the home of the console asks for the rest before the form is sent again.
      const values = Object.entries(form);
      sendLapsedForm(ctx, { service: ADMIN_SERVICE, hasFiles: false, values, loginHref: HOME_PATH });
      return null;
    }
    if (ways.outcome !== 'unreachable') {
      await own.requireSession(ctx, { minLevel: NEEDED, back });
      return null;
    }
    const lacking = { ...refusal, lacks: ways.because, factorsHref: FACTORS_PATH };
    sendPage(ctx, adminUnreadyPage(pageFrame(ctx, back), lacking), 403);
    return null;
  }
  const names = [...new Set(roles.map(({ role }) => role))].filter(isConsoleRole);
  return { session, roles: names, duties };
}
