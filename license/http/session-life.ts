// How long a session of the pages lives: half an hour from its last use, and no longer than the person's session at the identity
// room, which is told of the use, says when it ends, and which roles stand. So who works here is not logged out over there, who
// was logged out there works here no longer, and a role that was taken away ends within the half hour.
import type { SessionUse, SessionUses } from '../../common/client/session-use-client.ts';
import { TrustError } from '../../common/errors.ts';
import { canProlong, type SessionEnd, warningSeconds } from '../../common/session-end.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { deleteSession, updateSession } from '../store/sessions.ts';
import { closePerson, type HolderSession, hashOf, type SessionPerson } from './session-box.ts';

export const SESSION_SECONDS = 30 * 60;
/** Pages that are used in the first half of a session's life do not ask for a longer one. */
const USED_SECONDS = SESSION_SECONDS / 2;

export type SessionLifeDeps = Pick<LicenseDeps, 'db' | 'clock' | 'keys' | 'log'> & { readonly uses: SessionUses };

/** Of a session that begins now, or is used now. `use`: what the identity room says; undefined when it did not. */
export function newEnd(
  now: Date,
  use: SessionUse | undefined,
): { readonly expiresAt: Date } & Pick<SessionPerson, 'limits'> {
  const own = now.getTime() + SESSION_SECONDS * 1000;
  if (use === undefined) return { expiresAt: new Date(own) };
  const limits = { lastsUntil: use.lastsUntil.toISOString(), idleSeconds: use.idleSeconds };
  return { expiresAt: new Date(Math.min(own, use.endsAt.getTime())), limits };
}

export function endOf({ expiresAt, limits, sid }: HolderSession): SessionEnd {
  if (limits !== undefined) return { endsAt: expiresAt, lastsUntil: new Date(limits.lastsUntil) };
  const asked = sid === null ? 0 : SESSION_SECONDS * 1000; // who was not asked may say yes
  return { endsAt: expiresAt, lastsUntil: new Date(expiresAt.getTime() + asked) };
}

/** So long before its end a person is told. */
export function warningOf({ limits }: HolderSession): number {
  return warningSeconds(Math.min(SESSION_SECONDS, limits?.idleSeconds ?? SESSION_SECONDS));
}

/** A person opens a page or sends a form. In the second half of a session's life it is prolonged; null: it has ended. */
export async function useOnPage(deps: SessionLifeDeps, session: HolderSession): Promise<HolderSession | null> {
  const left = session.expiresAt.getTime() - deps.clock().getTime();
  if (left > USED_SECONDS * 1000 || !canProlong(endOf(session))) return session;
  try {
    return await prolong(deps, session);
  } catch (error) {
    deps.log.warn({ err: error }, 'a session could not be prolonged; it lives on to its end');
    return session;
  }
}

/** The session with its new end; null: it has ended. Errors: session-at-its-end, identity-unavailable. */
export async function prolong(deps: SessionLifeDeps, session: HolderSession): Promise<HolderSession | null> {
  const { db, clock, keys } = deps;
  if (session.sid === null || !canProlong(endOf(session)))
    throw new TrustError('session-at-its-end', 'The session has reached the longest life that it may have.');
  const use = await deps.uses.use(session.sid);
  if (use === null) {
    await deleteSession(db, hashOf(session.token));
    return null;
  }
  const now = clock();
  const prolonged = { ...session, ...newEnd(now, use), roles: use.roles };
  const personBox = closePerson(keys.sessionBox, prolonged, session.sub);
  const isLive = await updateSession(db, hashOf(session.token), { personBox, expiresAt: prolonged.expiresAt }, now);
  return isLive ? prolonged : null;
}
