// The session behind our own pages (user centre, administration): it is the provider's session itself, so that a kick, a
// logout or an expiry ends it at once and nothing has to be kept in step. Who has none, or has not proven enough, is led
// through the provider's login as the built-in client and comes back to the same page.
// A handler that gets null has nothing more to do: the answer is on its way.

import type Koa from 'koa';
import { readForm } from '../../common/http/body.ts';
import type { Flash, Flashes } from '../../common/http/flash.ts';
import { sendLapsedForm } from '../../common/http/lapsed-form.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { rememberSession } from '../../common/http/session-end.ts';
import type { SessionDoor } from '../../common/http/session-routes.ts';
import { readUploadForm, type UploadForm } from '../../common/http/upload.ts';
import { warningSeconds } from '../../common/session-end.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { type Level, type Proof, parseAcr } from '../domain/assurance.ts';
import { IDENTITY_SERVICE } from '../web/service.ts';
import type { KeptForms, Typed } from './kept-forms.ts';
import {
  isOwnedBy,
  makeSessionDoor,
  OWNER_FIELD,
  ownerFields,
  readLiveSession,
  type SessionEndDeps,
  useSession,
} from './own-session-end.ts';

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

export type FormNeed = SessionNeed & {
  /** Fields that wait for the person. */
  readonly keep?: readonly string[];
  /** For forms without passwords: the whole form is given back, to be sent once this page has asked for the login anew. */
  readonly offerAgain?: string;
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
    need?: FormNeed,
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
  /** Asks for its end, and prolongs it. */
  readonly door: SessionDoor;
};

export type OwnSessionDeps = SessionEndDeps & {
  readonly flashes: Flashes;
  readonly keptForms: KeptForms;
  readonly listProofs: (sessionUid: string) => Promise<readonly { readonly proof: Proof }[]>;
};

export function makeOwnSessions(deps: OwnSessionDeps): OwnSessions {
  const { csrf, cookies, flashes, keptForms, ownLogin } = deps;
  const isOwner = ({ account }: OwnSession, owner: string): boolean => isOwnedBy(cookies, account, owner);
  const find = (ctx: Koa.Context): Promise<OwnSession | null> => findSession(deps, ctx);
  return {
    findSession: find,
    requireSession: async (ctx, need = {}) => {
      const session = await find(ctx);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return session;
      ownLogin.begin(ctx, { back: ctx.method === 'POST' ? ctx.path : ctx.url, ...need });
      return null;
    },
    requireForm: async (ctx, { keep = [], offerAgain, ...need } = {}) => {
      const form = await readForm(ctx);
      const owner = form[OWNER_FIELD] ?? '';
      csrf.check(ctx, form, owner);
      const session = await find(ctx);
      // Another person logged in meanwhile: the form is not his.
      if (session !== null && !isOwner(session, owner)) csrf.check(ctx, {}, owner);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return { session, form };
      if (offerAgain !== undefined) {
        const values = Object.entries(form);
        sendLapsedForm(ctx, { service: IDENTITY_SERVICE, hasFiles: false, values, loginHref: offerAgain });
        return null;
      }
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
      if (session !== null && !isOwner(session, owner)) csrf.check(ctx, {}, owner);
      if (session !== null && session.level >= (need.minLevel ?? 2)) return { session, ...form };
      ownLogin.begin(ctx, { ...need, back: need.back ?? ctx.path });
      return null;
    },
    formFields: (ctx, session) => ownerFields(deps, ctx, session.account),
    takeKept: (ctx, session) => keptForms.take(ctx, ctx.path, (owner) => isOwner(session, owner)),
    door: makeSessionDoor(deps),
    leaveFor: (ctx, session, target, flash) => {
      if (flash !== undefined) flashes.leave(ctx, flash, session.sessionUid);
      seeOther(ctx, target);
    },
    takeFlash: (ctx, session) => flashes.take(ctx, session.sessionUid),
  };
}

/** The session, used: its end moves, and the pages of this answer say to when. */
async function findSession(deps: OwnSessionDeps, ctx: Koa.Context): Promise<OwnSession | null> {
  const live = await readLiveSession(deps, ctx);
  if (live === null) return null;
  if (!mayLogIn(live.account)) {
    await live.session.destroy(); // the provider would take its account for logged in
    return null;
  }
  const end = await useSession(deps, live.session);
  rememberSession(ctx, {
    ...end,
    now: deps.clock(),
    warningSeconds: warningSeconds(deps.sessionLife.idleSeconds),
    fields: ownerFields(deps, ctx, live.account),
  });
  const { uid, acr = '' } = live.session;
  const proofs = (await deps.listProofs(uid)).map(({ proof }) => proof);
  return { account: live.account, sessionUid: uid, level: parseAcr(acr) ?? 2, proofs };
}
