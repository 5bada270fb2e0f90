// The session on the room's pages: a cookie with a random token, its hash in the table, the person in a box: in whose name he
// acts and which roles he had when the identity room was asked last. That room ends it by back-channel logout; how long it
// lives by itself is in session-life.ts.
import type Koa from 'koa';
import { toHex } from '../../common/bytes.ts';
import { isDatabaseUnavailable } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { CSRF_FIELD, makeCsrf } from '../../common/http/csrf.ts';
import { rememberSession } from '../../common/http/session-end.ts';
import { makeToken } from '../../common/ids.ts';
import type { SessionEnd } from '../../common/session-end.ts';
import { deleteSession, findSession, insertSession, isSessionEnded } from '../store/sessions.ts';
import type { LastLists } from './last-lists.ts';
import { closePerson, type HolderSession, hashOf, openPerson, type SessionPerson } from './session-box.ts';
import { endOf, newEnd, prolong, type SessionLifeDeps, useOnPage, warningOf } from './session-life.ts';

const COOKIE = 'session';

export type NewSession = Omit<SessionPerson, 'limits'> & Pick<HolderSession, 'sub' | 'sid' | 'holderKey'>;

export type SessionGate = {
  /** Throws session-missing. */
  require(ctx: Koa.Context): Promise<HolderSession>;
  /** The session that `require` found in this request. */
  sessionOf(ctx: Koa.Context): HolderSession;
  /** Opens a session; throws session-missing when the identity room has ended it meanwhile. */
  open(ctx: Koa.Context, session: NewSession): Promise<void>;
  close(ctx: Koa.Context): Promise<void>;
  /** When it ends, without using it; null for nobody. */
  look(ctx: Koa.Context): Promise<SessionEnd | null>;
  /** Prolongs it by a form; null for nobody. Errors: csrf-failed, session-at-its-end, identity-unavailable. */
  keep(ctx: Koa.Context, form: Readonly<Record<string, string>>): Promise<SessionEnd | null>;
  /** Fits this browser and this person, in this name; also after a new login. */
  csrfToken(ctx: Koa.Context): string;
  /** Throws csrf-failed. */
  checkCsrf(ctx: Koa.Context, form: Readonly<Record<string, string>>): void;
};

export function makeSessionGate(
  deps: SessionLifeDeps,
  cookies: Cookies,
  origin: string,
  lastLists: LastLists,
): SessionGate {
  const found = new WeakMap<object, HolderSession>();
  const csrf = makeCsrf(cookies, origin);
  const read = makeReader(deps, lastLists);
  const sessionOf = (ctx: Koa.Context): HolderSession => found.get(ctx.req) ?? refuse();
  const find = async (ctx: Koa.Context): Promise<HolderSession | null> => {
    const token = cookies.read(ctx, COOKIE);
    return token === undefined ? null : read(token);
  };
  return {
    sessionOf,
    require: async (ctx) => {
      const before = await find(ctx);
      const session = before && isPageUse(ctx) ? await useOnPage(deps, before) : before;
      if (!session) throw missing();
      found.set(ctx.req, session);
      const fields = { [CSRF_FIELD]: csrf.token(ctx, ownerOf(session)) };
      rememberSession(ctx, { ...endOf(session), now: deps.clock(), warningSeconds: warningOf(session), fields });
      return session;
    },
    open: async (ctx, session) => {
      cookies.write(ctx, COOKIE, await openSession(deps, session));
    },
    close: async (ctx) => {
      const token = cookies.read(ctx, COOKIE);
      if (token !== undefined) {
        lastLists.forget(token);
        await deleteSession(deps.db, hashOf(token));
      }
      cookies.clear(ctx, COOKIE);
    },
    look: async (ctx) => {
      const session = await find(ctx);
      return session && endOf(session);
    },
    keep: async (ctx, form) => {
      const session = await find(ctx);
      if (!session) return null;
      csrf.check(ctx, form, ownerOf(session));
      const prolonged = await prolong(deps, session);
      return prolonged && endOf(prolonged);
    },
    csrfToken: (ctx) => csrf.token(ctx, ownerOf(sessionOf(ctx))),
    checkCsrf: (ctx, form) => csrf.check(ctx, form, ownerOf(sessionOf(ctx))),
  };
}

/** Not the session: what was typed before a new login of the same person may still be sent. */
function ownerOf({ sub, holderKey }: HolderSession): string {
  return `${sub} ${toHex(holderKey)}`;
}

/** A page that is opened or a form that is sent; not what a script of ours asks for again and again. */
function isPageUse(ctx: Koa.Context): boolean {
  return ctx.accepts('json', 'html') === 'html';
}

function makeReader({ db, clock, keys }: SessionLifeDeps, lastLists: LastLists) {
  return async (token: string): Promise<HolderSession | null> => {
    try {
      const row = await findSession(db, hashOf(token), clock());
      if (!row) {
        lastLists.forget(token);
        return null;
      }
      const { sub, sid, holderKey, expiresAt } = row;
      const session = { token, sub, sid, holderKey, expiresAt, ...openPerson(keys.sessionBox, row.personBox, sub) };
      lastLists.seen(session);
      return session;
    } catch (error) {
      // What a session may see without the database is its last list (wallet.ts); everything else fails by itself.
      const last = isDatabaseUnavailable(error) ? lastLists.recallSession(token) : null;
      if (last === null) throw error;
      return last;
    }
  };
}

/** Writes the session, and returns its token. The identity room says how long it may last; silent, it says so at the next use. */
async function openSession(deps: SessionLifeDeps, { name, idToken, unit, roles, ...who }: NewSession): Promise<string> {
  const { db, clock, keys, log, uses } = deps;
  const token = makeToken(26);
  const use =
    who.sid === null
      ? undefined
      : await uses.use(who.sid).catch((error: unknown) => {
          log.warn({ err: error }, 'the identity room did not say how long a session lasts');
          return undefined;
        });
  if (use === null) throw missing();
  const now = clock();
  const { expiresAt, ...limits } = newEnd(now, use);
  const personBox = closePerson(keys.sessionBox, { name, idToken, unit, roles, ...limits }, who.sub);
  await insertSession(db, hashOf(token), { ...who, personBox, createdAt: now, expiresAt });
  // The logout may have come between the login and this row: then it did not see the row, but we see its note.
  if (who.sid !== null && (await isSessionEnded(db, who.sid))) {
    await deleteSession(db, hashOf(token));
    throw missing();
  }
  return token;
}

function missing(): TrustError {
  return new TrustError('session-missing', 'there is no session, or it has ended');
}

function refuse(): never {
  throw missing();
}
