// Somebody uses his login on the pages of another room of ours: the session lives on as by a use of our own pages, no longer.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Role } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import type { SessionEnd } from '../../common/session-end.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { isEndMoved, type SessionLife, sessionEnd, sessionSeconds } from '../domain/session-life.ts';
import { listLiveRoles } from '../store/roles.ts';
import { findSessionBySid, moveSessionEnd, type UsedSession } from '../store/session-uses.ts';

export type UseSessionDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly sessionLife: SessionLife;
  readonly findAccount: (sub: string) => Promise<Account | null>;
};

/** By the license room's `sid`: when the session ends now, and who the person is for whom. Throws session-missing. */
export async function useSession(
  deps: UseSessionDeps,
  sid: string,
): Promise<{ readonly end: SessionEnd; readonly roles: readonly Role[] }> {
  const now = deps.clock();
  // 1. The session, alive, in which the room takes part, of somebody who may still log in.
  const session = await findSessionBySid(deps.db, sid, now);
  const account = session && (await deps.findAccount(session.accountSub));
  if (session === null || account === null || !mayLogIn(account)) throw gone();
  // 2. Its end.
  const end = await moveEnd(deps, session, now);
  // 3. The roles as they stand: what was taken away meanwhile ends over there with this answer.
  return { end, roles: await listLiveRoles(deps.db, account.sub, now) };
}

async function moveEnd({ db, sessionLife }: UseSessionDeps, session: UsedSession, now: Date): Promise<SessionEnd> {
  const { sessionUid, iat, exp } = session;
  const seconds = Math.floor(now.getTime() / 1000);
  const life = sessionSeconds(sessionLife, iat, seconds);
  const begun = iat === undefined ? {} : { iat };
  if (!isEndMoved(seconds + life - exp, life)) return sessionEnd(sessionLife, { ...begun, exp });
  if (!(await moveSessionEnd(db, sessionUid, seconds + life, now))) throw gone();
  return sessionEnd(sessionLife, { ...begun, exp: seconds + life });
}

function gone(): TrustError {
  return new TrustError('session-missing', 'There is no such session, or it has ended.');
}
