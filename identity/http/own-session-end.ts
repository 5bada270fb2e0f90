// How long the session behind our own pages lasts, and whose forms are whose. Using our pages keeps it alive as using a system
// does; looking when it ends does not. Nothing keeps it longer than a day's work (domain/session-life.ts).

import type Koa from 'koa';
import type { Session } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { CSRF_FIELD, type Csrf } from '../../common/http/csrf.ts';
import type { SessionDoor } from '../../common/http/session-routes.ts';
import { canProlong, type SessionEnd } from '../../common/session-end.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { isEndMoved, type SessionLife, sessionEnd, sessionSeconds } from '../domain/session-life.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { IDENTITY_SERVICE } from '../web/service.ts';
import type { OwnLogin } from './own-login.ts';

export type SessionEndDeps = {
  readonly provider: CurrentProvider;
  readonly sessionLife: SessionLife;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly cookies: Cookies;
  readonly ownLogin: OwnLogin;
  readonly findAccount: (sub: string) => Promise<Account | null>;
};

/** Of the provider, with its account. */
export type LiveSession = { readonly session: Session; readonly account: Account };

/** Name of the hidden field that says whose form it is. */
export const OWNER_FIELD = 'owner';

const ownerText = ({ sub }: Account): string => `form owner:${sub}`;

/** Hidden fields of every form. */
export function ownerFields(
  { cookies, csrf }: Pick<SessionEndDeps, 'cookies' | 'csrf'>,
  ctx: Koa.Context,
  account: Account,
): Readonly<Record<string, string>> {
  const owner = cookies.sign(ownerText(account));
  return { [CSRF_FIELD]: csrf.token(ctx, owner), [OWNER_FIELD]: owner };
}

/** True for the owner of a form of this account. */
export function isOwnedBy(cookies: Cookies, account: Account, owner: string): boolean {
  return cookies.isSigned(ownerText(account), owner);
}

/** The session behind the request, as it is; null when nobody is logged in. */
export async function readLiveSession(
  { provider, findAccount }: Pick<SessionEndDeps, 'provider' | 'findAccount'>,
  ctx: Koa.Context,
): Promise<LiveSession | null> {
  const session = await provider().Session.get(ctx);
  if (session.accountId === undefined) return null;
  const account = await findAccount(session.accountId);
  if (account !== null) return { session, account };
  await session.destroy(); // the provider would take its account for logged in
  return null;
}

/** Moves the end of a session that is used now; like the provider, it writes no more often than needed. */
export async function useSession(
  { sessionLife, clock }: Pick<SessionEndDeps, 'sessionLife' | 'clock'>,
  session: Session,
): Promise<SessionEnd> {
  const now = Math.floor(clock().getTime() / 1000);
  const seconds = sessionSeconds(sessionLife, session.iat, now);
  if (!isEndMoved(now + seconds - session.exp, seconds)) return sessionEnd(sessionLife, session);
  await session.save(seconds);
  return sessionEnd(sessionLife, { iat: session.iat, exp: now + seconds });
}

/** What the pages ask of their session, and prolong it by. */
export function makeSessionDoor(deps: SessionEndDeps): SessionDoor {
  const { csrf, cookies, ownLogin, clock, sessionLife } = deps;
  const read = async (ctx: Koa.Context): Promise<LiveSession | null> => {
    const live = await readLiveSession(deps, ctx);
    return live !== null && mayLogIn(live.account) ? live : null;
  };
  return {
    clock,
    look: async (ctx) => {
      const live = await read(ctx);
      return live && sessionEnd(sessionLife, live.session);
    },
    keep: async (ctx, form) => {
      const owner = form[OWNER_FIELD] ?? '';
      csrf.check(ctx, form, owner);
      const live = await read(ctx);
      if (live === null) return null;
      // Another person logged in meanwhile: the form is not his.
      if (!isOwnedBy(cookies, live.account, owner)) csrf.check(ctx, {}, owner);
      if (!canProlong(sessionEnd(sessionLife, live.session)))
        throw new TrustError('session-at-its-end', 'The session has reached the longest life that it may have.');
      return useSession(deps, live.session);
    },
    leadToLogin: (ctx, back) => ownLogin.begin(ctx, { back }),
    service: IDENTITY_SERVICE,
  };
}
