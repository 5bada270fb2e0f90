// Sessions end, for whatever reason, in one way: nobody finds them again, what was granted in them is revoked, and every
// client that took part is told by back channel, through the queue (logout-queue.ts). All of it is one transaction.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { enqueue, enqueueAll } from '../../common/queue/enqueue.ts';
import { type EndReason, keepsLastingGrants } from '../domain/session-end.ts';
import { deleteSession, revokeAllGrantsOf, revokeGrants } from '../store/artifacts.ts';
import { insertEndedSession, isEndedSession } from '../store/ended-sessions.ts';
import { insertEvent } from '../store/events.ts';
import { type EndedPart, insertNotices } from '../store/logout-notices.ts';
import { leaveAllSessions, leaveSession, listParticipations } from '../store/session-clients.ts';
import { findSessionSub, listSessionUids } from '../store/sessions.ts';

/** `db` may be a transaction of the caller: the sessions then end with it. */
export type EndDeps = { readonly db: Knex; readonly clock: Clock };

export const LOGOUT_QUEUE = { schema: 'identity', queue: 'logout' } as const;
export const STRAGGLERS_QUEUE = { schema: 'identity', queue: 'logout-stragglers' } as const;

/** Clients that will be told; none when the session had ended before. */
export type Ended = { readonly sessions: number; readonly clients: number };

export async function endSession(
  { db, clock }: EndDeps,
  {
    sessionUid,
    reason,
    ...given
  }: { readonly sessionUid: string; readonly reason: EndReason; readonly sub?: string | undefined },
): Promise<Ended> {
  return db.transaction(async (trx) => {
    const now = clock();
    // 1. From the commit on no code of this session is exchanged, because the session is not found any more.
    const isNew = await insertEndedSession(trx, sessionUid, now);
    const sub = given.sub ?? (await findSessionSub(trx, sessionUid));
    await deleteSession(trx, sessionUid); // also what a request under way wrote back after the end
    if (!isNew) return { sessions: 0, clients: 0 };
    if (sub === null) return { sessions: 1, clients: 0 };
    // 2. Who takes part is told; what was granted is revoked.
    const about = { sessionUid, sub, reason, now };
    const clients = await tellClients(trx, about);
    // 3. A hop that was under way may join until the commit: a job looks once more, after it.
    await enqueue(trx, { ...STRAGGLERS_QUEUE, now, payload: { session_uid: sessionUid, sub, reason } });
    await insertEvent(trx, { at: now, kind: 'session.ended', sub, detail: { reason, clients } });
    return { sessions: 1, clients };
  });
}

/**
 * Ends every session of an account, or all but one. Unless the reason leaves lasting grants alone, everything else that was
 * granted in the person's name is revoked too.
 */
export async function endSessionsOf(
  { db, clock }: EndDeps,
  {
    sub,
    exceptSessionUid,
    reason,
  }: { readonly sub: string; readonly exceptSessionUid?: string | undefined; readonly reason: EndReason },
): Promise<Ended> {
  let sessions = 0;
  let clients = 0;
  for (const sessionUid of await listSessionUids(db, sub)) {
    if (sessionUid === exceptSessionUid) continue;
    const ended = await endSession({ db, clock }, { sessionUid, reason, sub });
    sessions += ended.sessions;
    clients += ended.clients;
  }
  if (!keepsLastingGrants(reason)) {
    const kept = exceptSessionUid === undefined ? new Map() : await listParticipations(db, exceptSessionUid);
    const grants = [...kept.values()].flatMap(({ grantId }) => (grantId === null ? [] : [grantId as string]));
    await revokeAllGrantsOf(db, sub, grants);
  }
  return { sessions, clients };
}

/** One client leaves a session that goes on, and is told so. Its grant is the caller's to revoke. */
export async function leaveAlone(
  { db, clock }: EndDeps,
  part: { readonly sessionUid: string; readonly clientId: string; readonly sid: string; readonly sub: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    const now = clock();
    await leaveSession(trx, { ...part, now });
    await enqueueNotices(trx, { reason: 'logout', now }, [part]);
  });
}

/**
 * One client leaves every session, which all go on: what was granted to it there is revoked, and it is told of each login
 * that it loses. Returns how many sessions it left.
 */
export async function leaveEverywhere({ db, clock }: EndDeps, clientId: string): Promise<number> {
  return db.transaction(async (trx) => {
    const now = clock();
    const parts = await leaveAllSessions(trx, { clientId, now });
    await revokeGrants(
      trx,
      parts.flatMap(({ grantId }) => grantId ?? []),
    );
    // Of a session that is gone it was told at its end.
    const lost = parts.flatMap(({ sub, ...part }) => (sub === null ? [] : [{ ...part, clientId, sub }]));
    await enqueueNotices(trx, { reason: 'admin', now }, lost);
    return parts.length;
  });
}

/** Once more after the end: a client that joined while the end was being written. Repeating it tells nobody twice. */
export async function tellStragglers(
  { db, clock }: EndDeps,
  about: { readonly sessionUid: string; readonly sub: string; readonly reason: EndReason },
): Promise<void> {
  await db.transaction(async (trx) => {
    if (await isEndedSession(trx, about.sessionUid)) await tellClients(trx, { ...about, now: clock() });
  });
}

type About = { readonly sessionUid: string; readonly sub: string; readonly reason: EndReason; readonly now: Date };

async function tellClients(trx: Knex, about: About): Promise<number> {
  const parts = [...(await listParticipations(trx, about.sessionUid))];
  const lasting = keepsLastingGrants(about.reason);
  await revokeGrants(
    trx,
    parts.flatMap(([, { grantId, persistsLogout }]) =>
      grantId === null || (persistsLogout && lasting) ? [] : [grantId],
    ),
  );
  return enqueueNotices(
    trx,
    about,
    parts.map(([clientId, { sid }]) => ({ sessionUid: about.sessionUid, sub: about.sub, clientId, sid })),
  );
}

async function enqueueNotices(
  trx: Knex,
  why: Pick<About, 'reason' | 'now'>,
  parts: readonly EndedPart[],
): Promise<number> {
  const asked = await insertNotices(trx, why, parts);
  await enqueueAll(
    trx,
    { ...LOGOUT_QUEUE, now: why.now },
    asked.map(({ sessionUid, clientId, sid, sub }) => ({
      key: clientId,
      payload: { session_uid: sessionUid, client_id: clientId, sid, sub },
    })),
  );
  return asked.length;
}
