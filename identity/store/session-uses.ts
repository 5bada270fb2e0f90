// The session in which the license room takes part under a `sid`, and its end, which moves when the room says that it is used.
// The tables are those of session-clients.ts, artifacts.ts and ended-sessions.ts.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

export type UsedSession = {
  readonly sessionUid: string;
  readonly accountSub: string;
  /** Seconds since 1970. */
  readonly iat: number | undefined;
  readonly exp: number;
};

type Row = { session_uid: string; account_id: string; iat: number | null; exp: number };

// The client is written out: the index is of its rows only.
const FIND = {
  name: 'session-of-license-sid',
  text: `select session_uid, account_id, (payload ->> 'iat')::float8 as iat, (payload ->> 'exp')::float8 as exp
    from identity.oidc_artifacts
    where model = 'Session' and account_id is not null and expires_at > $2 and session_uid = (
        select session_uid from identity.session_clients part
        where client_id = 'license' and sid = $1 and not exists (
          select 1 from identity.session_clients later
          where later.session_uid = part.session_uid and later.client_id = 'license'
            and later.turn > part.turn and later.sid is distinct from part.sid)
        limit 1)
      and not exists (
        select 1 from identity.ended_sessions ended where ended.session_uid = oidc_artifacts.session_uid)
    order by created_at desc limit 1`,
};

const MOVE = {
  name: 'session-end-move',
  text: `update identity.oidc_artifacts
    set expires_at = to_timestamp($2::bigint), payload = jsonb_set(payload, '{exp}', to_jsonb($2::bigint))
    where model = 'Session' and session_uid = $1 and expires_at > $3 and expires_at < to_timestamp($2::bigint)
    returning 1`,
};

/** Null: there is none, it has ended, or the room does not take part in it any more. */
export async function findSessionBySid(db: Knex, sid: string, now: Date): Promise<UsedSession | null> {
  const { rows } = await runStatement<Row>(db, FIND, [sid, now]);
  const row = rows[0];
  if (!row) return null;
  return { sessionUid: row.session_uid, accountSub: row.account_id, iat: row.iat ?? undefined, exp: row.exp };
}

/** Moves the end of a living session to a later one, in seconds since 1970; false when it ended meanwhile. */
export async function moveSessionEnd(db: Knex, sessionUid: string, exp: number, now: Date): Promise<boolean> {
  const { rowCount } = await runStatement(db, MOVE, [sessionUid, exp, now]);
  return (rowCount ?? 0) > 0;
}
