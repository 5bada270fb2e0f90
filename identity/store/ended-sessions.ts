// identity.ended_sessions: sessions that were logged out. A request that was under way may still write the session's row;
// this table outlives it, and no session in it is ever found again.
import type { Knex } from 'knex';

/** False when it had ended before. */
export async function insertEndedSession(db: Knex, uid: string, now: Date): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    'insert into identity.ended_sessions (session_uid, ended_at) values (?, ?) on conflict do nothing returning 1',
    [uid, now],
  );
  return rows.length === 1;
}

export async function isEndedSession(db: Knex, uid: string): Promise<boolean> {
  const query = db.raw<{ rows: unknown[] }>('select 1 from identity.ended_sessions where session_uid = ?', [uid]);
  const { rows } = await query.options({ name: 'ended-session' });
  return rows.length > 0;
}

/** At most `limit` rows that ended before `before`; returns how many went. */
export async function deleteEndedSessions(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.ended_sessions where ctid = any(array(
       select ctid from identity.ended_sessions where ended_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
