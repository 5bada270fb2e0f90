// license.sessions: who is logged in to the holder's pages. The cookie holds a random token, the table its hash.
import type { Knex } from 'knex';

export type Session = {
  readonly sub: string;
  /** The session at the identity room, for logout by `sid`. */
  readonly sid: string | null;
  readonly holderKey: Uint8Array;
  /** Closed: name for the header, ID token for the logout. */
  readonly personBox: Uint8Array;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

type Row = {
  sub: string;
  sid: string | null;
  holder_key: Uint8Array;
  person_box: Uint8Array;
  created_at: Date;
  expires_at: Date;
};

export async function insertSession(db: Knex, sessionHash: Uint8Array, session: Session): Promise<void> {
  await db('license.sessions').insert({
    session_hash: sessionHash,
    sub: session.sub,
    sid: session.sid,
    holder_key: session.holderKey,
    person_box: session.personBox,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
  });
}

/** The session, unless it has expired at `now`. */
export async function findSession(db: Knex, sessionHash: Uint8Array, now: Date): Promise<Session | null> {
  const rows = await db('license.sessions')
    .options({ name: 'session' })
    .select<Row[]>('sub', 'sid', 'holder_key', 'person_box', 'created_at', 'expires_at')
    .where({ session_hash: sessionHash })
    .where('expires_at', '>', now);
  const row = rows[0];
  if (!row) return null;
  return {
    sub: row.sub,
    sid: row.sid,
    holderKey: row.holder_key,
    personBox: row.person_box,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** A later end and what is known of the person now; false when it has ended meanwhile. An end is never moved back. */
export async function updateSession(
  db: Knex,
  sessionHash: Uint8Array,
  { personBox, expiresAt }: Pick<Session, 'personBox' | 'expiresAt'>,
  now: Date,
): Promise<boolean> {
  const count = await db('license.sessions')
    .where({ session_hash: sessionHash })
    .where('expires_at', '>', now)
    .update({ person_box: personBox, expires_at: db.raw('greatest(expires_at, ?)', [expiresAt]) });
  return count === 1;
}

export async function deleteSession(db: Knex, sessionHash: Uint8Array): Promise<void> {
  await db('license.sessions').where({ session_hash: sessionHash }).delete();
}

/** Ends the sessions of a subject, or only those of one session at the identity room; tells how many. */
export async function deleteSessions(
  db: Knex,
  whose: { readonly sub?: string | undefined; readonly sid?: string | undefined },
): Promise<number> {
  if (whose.sid !== undefined) return db('license.sessions').where({ sid: whose.sid }).delete();
  if (whose.sub !== undefined) return db('license.sessions').where({ sub: whose.sub }).delete();
  return 0;
}

/** Notes that a session at the identity room is over, so that a login which is just finishing does not outlive it. */
export async function insertEndedSession(db: Knex, sid: string, now: Date): Promise<void> {
  await db('license.ended_sessions').insert({ sid, ended_at: now }).onConflict(['sid']).ignore();
}

export async function isSessionEnded(db: Knex, sid: string): Promise<boolean> {
  const rows = await db('license.ended_sessions').select('sid').where({ sid });
  return rows.length > 0;
}

/** Removes at most `limit` sessions that expired before `before`; tells how many. */
export async function deleteExpiredSessions(db: Knex, before: Date, limit: number): Promise<number> {
  const stale = db('license.sessions').select('session_hash').where('expires_at', '<', before).limit(limit);
  return db('license.sessions').whereIn('session_hash', stale).delete();
}

/** Removes at most `limit` notes of ended sessions that are older than `before`; tells how many. */
export async function deleteEndedSessions(db: Knex, before: Date, limit: number): Promise<number> {
  const stale = db('license.ended_sessions').select('sid').where('ended_at', '<', before).limit(limit);
  return db('license.ended_sessions').whereIn('sid', stale).delete();
}
