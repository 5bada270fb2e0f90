// identity.logout_notices: receipts of back-channel logout. One row says that a client is to be told of the end of its part
// in a session, how often that was tried, and when it was told. Rows are made with the end itself, in its transaction.
import type { Knex } from 'knex';
import type { EndReason } from '../domain/session-end.ts';

/** One client's part in one session. */
export type NoticeKey = { readonly sessionUid: string; readonly clientId: string; readonly sid: string };

export type NoticeState = 'waiting' | 'delivered' | 'dead';

export type LogoutNotice = NoticeKey & {
  readonly clientName: string;
  readonly state: NoticeState;
  readonly tries: number;
  readonly lastError: string | null;
  readonly askedAt: Date;
  readonly deliveredAt: Date | null;
};

type Row = {
  session_uid: string;
  client_id: string;
  sid: string;
  name: string | null;
  state: NoticeState;
  tries: number;
  last_error: string | null;
  asked_at: Date;
  delivered_at: Date | null;
};

/** A part that ended, and whose session it was in. */
export type EndedPart = NoticeKey & { readonly sub: string };

/** For the clients that want to be told and were not asked for before, suspended ones included; returns these. */
export async function insertNotices(
  db: Knex,
  { reason, now }: { readonly reason: EndReason; readonly now: Date },
  parts: readonly EndedPart[],
): Promise<readonly EndedPart[]> {
  if (parts.length === 0) return [];
  const { rows } = await db.raw<{ rows: { session_uid: string; client_id: string; sid: string; sub: string }[] }>(
    `insert into identity.logout_notices (session_uid, client_id, sid, sub, reason, asked_at)
     select part.session_uid, part.client_id, part.sid, part.sub, ?, ?
     from unnest(?::text[], ?::text[], ?::text[], ?::text[]) as part (session_uid, client_id, sid, sub)
     join identity.clients client on client.client_id = part.client_id
     where client.backchannel_logout_uri is not null
     on conflict do nothing returning session_uid, client_id, sid, sub`,
    [
      reason,
      now,
      parts.map(({ sessionUid }) => sessionUid),
      parts.map(({ clientId }) => clientId),
      parts.map(({ sid }) => sid),
      parts.map(({ sub }) => sub),
    ],
  );
  return rows.map(({ session_uid, client_id, sid, sub }) => ({
    sessionUid: session_uid,
    clientId: client_id,
    sid,
    sub,
  }));
}

/** Writes what a try came to. */
export async function markNotice(
  db: Knex,
  { sessionUid, clientId, sid }: NoticeKey,
  to: { readonly state: NoticeState; readonly tries: number; readonly error: string | null; readonly now: Date },
): Promise<void> {
  const query = db.raw(
    `update identity.logout_notices set state = ?, tries = ?, last_error = ?, delivered_at = ?
     where session_uid = ? and client_id = ? and sid = ? and state <> 'delivered'`,
    [to.state, to.tries, to.error, to.state === 'delivered' ? to.now : null, sessionUid, clientId, sid],
  );
  await query.options({ name: 'logout-notice-mark' });
}

export async function isDelivered(db: Knex, { sessionUid, clientId, sid }: NoticeKey): Promise<boolean> {
  const query = db.raw<{ rows: unknown[] }>(
    `select 1 from identity.logout_notices
     where session_uid = ? and client_id = ? and sid = ? and state = 'delivered'`,
    [sessionUid, clientId, sid],
  );
  const { rows } = await query.options({ name: 'logout-notice-delivered' });
  return rows.length > 0;
}

/** How many of a session's clients were not tried yet. */
export async function countUntried(db: Knex, sessionUid: string): Promise<number> {
  const query = db.raw<{ rows: { n: number }[] }>(
    `select count(*) as n from identity.logout_notices where session_uid = ? and state = 'waiting' and tries = 0`,
    [sessionUid],
  );
  const { rows } = await query.options({ name: 'logout-notices-untried' });
  return rows[0]?.n ?? 0;
}

/** The receipts of a session, by name of the client. */
export async function listNotices(db: Knex, sessionUid: string, since: Date): Promise<readonly LogoutNotice[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select session_uid, notice.client_id, sid, client.name, state, tries, last_error, asked_at, delivered_at
     from identity.logout_notices notice left join identity.clients client on client.client_id = notice.client_id
     where session_uid = ? and asked_at >= ? order by client.name, notice.client_id`,
    [sessionUid, since],
  );
  return rows.map((row) => ({
    sessionUid: row.session_uid,
    clientId: row.client_id,
    sid: row.sid,
    clientName: row.name ?? row.client_id,
    state: row.state,
    tries: row.tries,
    lastError: row.last_error,
    askedAt: row.asked_at,
    deliveredAt: row.delivered_at,
  }));
}

export type OpenNotices = {
  /** Tried and not told yet; tried again by themselves. */
  readonly waiting: number;
  /** Given up. */
  readonly dead: number;
  /** Of the newest of both. */
  readonly lastError: string | null;
};

/** What a client was not told. */
export async function countOpenNotices(db: Knex, clientId: string): Promise<OpenNotices> {
  const { rows } = await db.raw<{ rows: { waiting: number; dead: number; last_error: string | null }[] }>(
    `select count(*) filter (where state = 'waiting')::integer as waiting, count(*) filter (where state = 'dead')::integer as dead,
       (array_agg(last_error order by asked_at desc))[1] as last_error
     from identity.logout_notices where client_id = ? and state <> 'delivered' and tries > 0`,
    [clientId],
  );
  const { waiting = 0, dead = 0, last_error: lastError = null } = rows[0] ?? {};
  return { waiting, dead, lastError };
}

/** Those that were given up wait again. */
export async function reviveNotices(trx: Knex, clientId: string): Promise<void> {
  await trx.raw(`update identity.logout_notices set state = 'waiting' where client_id = ? and state = 'dead'`, [
    clientId,
  ]);
}

/** At most `limit` receipts from before `before`, those still waiting excepted; returns how many went. */
export async function deleteOldNotices(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.logout_notices where ctid = any(array(
       select ctid from identity.logout_notices where asked_at < ? and state <> 'waiting' limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
