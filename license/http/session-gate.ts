// The session on the room's pages: a cookie with a random token, its hash in the table, the person in a box: in whose name he
// acts and which roles he had when he logged in. The identity room ends it by back-channel logout; it ends by itself after
// half an hour, and so does a role that was taken away meanwhile.
import type Koa from 'koa';
import { utf8 } from '../../common/bytes.ts';
import type { Role } from '../../common/contract/roles.ts';
import { type BoxKey, closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isDatabaseUnavailable } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { makeCsrf } from '../../common/http/csrf.ts';
import { makeToken } from '../../common/ids.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { deleteSession, findSession, insertSession, isSessionEnded } from '../store/sessions.ts';
import type { LastLists } from './last-lists.ts';

export const SESSION_SECONDS = 30 * 60;
const COOKIE = 'session';

export type Unit = { readonly code: string; readonly name: string };

/** What a session knows of its person; lies in a box. */
export type SessionPerson = {
  readonly name: string;
  /** For the logout at the identity room. */
  readonly idToken: string;
  /** In whose name he acts (`acting_for`); null for himself. */
  readonly unit: Unit | null;
  readonly roles: readonly Role[];
};
export type HolderSession = SessionPerson & {
  readonly token: string;
  /** The account, one in all our rooms. */
  readonly sub: string;
  /** Of the person, or of the unit in whose name he acts. */
  readonly holderKey: Uint8Array;
  readonly expiresAt: Date;
};
export type NewSession = SessionPerson & {
  readonly sub: string;
  readonly sid: string | null;
  readonly holderKey: Uint8Array;
};

export type SessionGate = {
  /** Throws session-missing. */
  require(ctx: Koa.Context): Promise<HolderSession>;
  /** The session that `require` found in this request. */
  sessionOf(ctx: Koa.Context): HolderSession;
  find(ctx: Koa.Context): Promise<HolderSession | null>;
  /** Opens a session; throws session-missing when the identity room has ended it meanwhile. */
  open(ctx: Koa.Context, session: NewSession): Promise<void>;
  close(ctx: Koa.Context): Promise<void>;
  csrfToken(ctx: Koa.Context): string;
  /** Throws csrf-failed. */
  checkCsrf(ctx: Koa.Context, form: Readonly<Record<string, string>>): void;
};

export function makeSessionGate(
  deps: Pick<LicenseDeps, 'db' | 'clock' | 'keys'>,
  cookies: Cookies,
  origin: string,
  lastLists: LastLists,
): SessionGate {
  const found = new WeakMap<object, HolderSession>();
  const csrf = makeCsrf(cookies, origin);
  const missing = () => new TrustError('session-missing', 'there is no session, or it has ended');
  const sessionOf = (ctx: Koa.Context): HolderSession => {
    const session = found.get(ctx.req);
    if (!session) throw missing();
    return session;
  };
  const read = async (token: string): Promise<HolderSession | null> => {
    try {
      const row = await findSession(deps.db, hashOf(token), deps.clock());
      if (!row) {
        lastLists.forget(token);
        return null;
      }
      const { sub, holderKey, expiresAt } = row;
      const session = { token, sub, holderKey, expiresAt, ...openPerson(deps.keys.sessionBox, row.personBox, sub) };
      lastLists.seen(session);
      return session;
    } catch (error) {
      // What a session may see without the database is its last list (wallet.ts); everything else fails by itself.
      const last = isDatabaseUnavailable(error) ? lastLists.recallSession(token) : null;
      if (last === null) throw error;
      return last;
    }
  };
  const find = async (ctx: Koa.Context): Promise<HolderSession | null> => {
    const token = cookies.read(ctx, COOKIE);
    if (token === undefined) return null;
    const session = await read(token);
    if (session) found.set(ctx.req, session);
    return session;
  };
  return {
    find,
    sessionOf,
    require: async (ctx) => {
      const session = await find(ctx);
      if (!session) throw missing();
      return session;
    },
    open: async (ctx, { name, idToken, unit, roles, ...who }) => {
      const token = makeToken(26);
      const now = deps.clock();
      await insertSession(deps.db, hashOf(token), {
        ...who,
        personBox: closePerson(deps.keys.sessionBox, { name, idToken, unit, roles }, who.sub),
        createdAt: now,
        expiresAt: new Date(now.getTime() + SESSION_SECONDS * 1000),
      });
      // The logout may have come between the login and this row: then it did not see the row, but we see its note.
      if (who.sid !== null && (await isSessionEnded(deps.db, who.sid))) {
        await deleteSession(deps.db, hashOf(token));
        throw missing();
      }
      cookies.write(ctx, COOKIE, token);
    },
    close: async (ctx) => {
      const token = cookies.read(ctx, COOKIE);
      if (token !== undefined) {
        lastLists.forget(token);
        await deleteSession(deps.db, hashOf(token));
      }
      cookies.clear(ctx, COOKIE);
    },
    csrfToken: (ctx) => csrf.token(ctx, sessionOf(ctx).token),
    checkCsrf: (ctx, form) => csrf.check(ctx, form, sessionOf(ctx).token),
  };
}

function closePerson(key: BoxKey, person: SessionPerson, sub: string): Uint8Array {
  return closeBox(key, utf8(JSON.stringify(person)), `license.sessions.person ${sub}`);
}

function openPerson(key: BoxKey, box: Uint8Array, sub: string): SessionPerson {
  return JSON.parse(new TextDecoder().decode(openBox(key, box, `license.sessions.person ${sub}`))) as SessionPerson;
}

function hashOf(token: string): Uint8Array {
  return sm3(utf8(token));
}
