// The session behind our own pages (user centre, administration): it is the provider's session itself, so that a kick, a
// logout or an expiry ends it at once and nothing has to be kept in step. Who has none, or has not proven enough, is led
// through the provider's login as the built-in client and comes back to the same page.
// A handler that gets null has nothing more to do: the answer is on its way.

import type Koa from 'koa';
import type { Session } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { CSRF_FIELD, type Csrf } from '../../common/http/csrf.ts';
import type { Flash, Flashes } from '../../common/http/flash.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm, type UploadForm } from '../../common/http/upload.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { type Level, type Proof, parseAcr } from '../domain/assurance.ts';
import { type SessionLife, sessionSeconds } from '../domain/session-life.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { KeptForms, Typed } from './kept-forms.ts';
import type { OwnLogin } from './own-login.ts';

export type OwnSession = {
  readonly account: Account;
  /** Of the provider; never shown. */
  readonly sessionUid: string;
  /** What this session has proven. */
  readonly level: Level;
  readonly proofs: readonly Proof[];
};

export type SessionNeed = {
  /** The session must have proven this much, or the person is asked for what is missing. */
  readonly minLevel?: Level;
  /** Where login leads back to; default this address, for a POST its path. */
  readonly back?: string;
};

export type OwnSessions = {
  /** Null: the answer leads to login, or to what is missing for `minLevel`. */
  requireSession(ctx: Koa.Context, need?: SessionNeed): Promise<OwnSession | null>;
  /** Who is logged in, asking nobody; null for nobody. */
  findSession(ctx: Koa.Context): Promise<OwnSession | null>;
  /**
   * The form of a POST and its session. Throws csrf-failed. When the session has lapsed, the fields named in `keep` wait
   * for the person at `back`, where `takeKept` finds them; never name passwords or codes.
   */
  requireForm(
    ctx: Koa.Context,
    need?: SessionNeed & { readonly keep?: readonly string[] },
  ): Promise<{ readonly session: OwnSession; readonly form: Typed } | null>;
  /** The same for a form with files, `maxBytes` in all. A lapsed session keeps none of them. */
  requireUpload(
    ctx: Koa.Context,
    need: SessionNeed & { readonly maxBytes: number },
  ): Promise<({ readonly session: OwnSession } & UploadForm) | null>;
  /** Hidden fields of every form. */
  formFields(ctx: Koa.Context, session: OwnSession): Readonly<Record<string, string>>;
  /** What was typed on this page when the session had lapsed, once; mostly nothing. */
  takeKept(ctx: Koa.Context, session: OwnSession): Promise<Typed>;
  /** 303 to `target`, where `takeFlash` finds the message. */
  leaveFor(ctx: Koa.Context, session: OwnSession, target: string, flash?: Flash): void;
  takeFlash(ctx: Koa.Context, session: OwnSession): Flash | null;
};

export type OwnSessionDeps = {
  readonly provider: CurrentProvider;
  readonly sessionLife: SessionLife;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly cookies: Cookies;
  readonly flashes: Flashes;
  readonly keptForms: KeptForms;
  readonly ownLogin: OwnLogin;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listProofs: (sessionUid: string) => Promise<readonly { readonly proof: Proof }[]>;
};

/** Name of the hidden field that says whose form it is. */
const OWNER_FIELD = 'owner';

export function makeOwnSessions(deps: OwnSessionDeps): OwnSessions {
  const { csrf, cookies, flashes, keptForms, ownLogin } = deps;
  const ownerText = ({ account }: OwnSession): string => `form owner:${account.sub}`;
  const find = (ctx: Koa.Context): Promise<OwnSession | null> => findSession(deps, ctx);
  return {
    findSession: find,
    requireSession: async (ctx, need = {}) => {
      const session = await find(ctx);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return session;
      ownLogin.begin(ctx, { back: ctx.method === 'POST' ? ctx.path : ctx.url, ...need });
      return null;
    },
    requireForm: async (ctx, { keep = [], ...need } = {}) => {
      const form = await readForm(ctx);
      const owner = form[OWNER_FIELD] ?? '';
      csrf.check(ctx, form, owner);
      const session = await find(ctx);
      // Another person logged in meanwhile: the form is not his.
      if (session !== null && !cookies.isSigned(ownerText(session), owner)) csrf.check(ctx, {}, owner);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return { session, form };
      const values = Object.fromEntries(keep.flatMap((name) => (form[name] ? [[name, form[name]]] : [])));
      const back = need.back ?? ctx.path;
      if (keep.length > 0) await keptForms.keep(ctx, { path: back.split('?')[0]!, owner, values });
      ownLogin.begin(ctx, { ...need, back });
      return null;
    },
    requireUpload: async (ctx, { maxBytes, ...need }) => {
      const form = await readUploadForm(ctx, maxBytes);
      const owner = form.texts[OWNER_FIELD] ?? '';
      csrf.check(ctx, form.texts, owner);
      const session = await find(ctx);
      if (session !== null && !cookies.isSigned(ownerText(session), owner)) csrf.check(ctx, {}, owner);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return { session, ...form };
      ownLogin.begin(ctx, { ...need, back: need.back ?? ctx.path });
      return null;
    },
    formFields: (ctx, session) => {
      const owner = cookies.sign(ownerText(session));
      return { [CSRF_FIELD]: csrf.token(ctx, owner), [OWNER_FIELD]: owner };
    },
    takeKept: (ctx, session) => keptForms.take(ctx, ctx.path, (owner) => cookies.isSigned(ownerText(session), owner)),
    leaveFor: (ctx, session, target, flash) => {
      if (flash !== undefined) flashes.leave(ctx, flash, session.sessionUid);
      seeOther(ctx, target);
    },
    takeFlash: (ctx, session) => flashes.take(ctx, session.sessionUid),
  };
}

async function findSession(deps: OwnSessionDeps, ctx: Koa.Context): Promise<OwnSession | null> {
  const { provider, clock, findAccount } = deps;
  const session = await provider().Session.get(ctx);
  if (session.accountId === undefined) return null;
  const account = await findAccount(session.accountId);
  if (account === null || !mayLogIn(account)) {
    await session.destroy(); // the provider would take its account for logged in
    return null;
  }
  await slide(session, deps.sessionLife, clock());
  const proofs = (await deps.listProofs(session.uid)).map(({ proof }) => proof);
  return { account, sessionUid: session.uid, level: parseAcr(session.acr ?? '') ?? 2, proofs };
}

/** Using our pages keeps the session alive as using a system does; like there, not written more often than needed. */
async function slide(session: Session, life: SessionLife, now: Date): Promise<void> {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const seconds = sessionSeconds(life, session.iat, nowSeconds);
  if (session.exp - nowSeconds < seconds - SLIDE_SECONDS) await session.save(seconds);
}
const SLIDE_SECONDS = 5 * 60;
