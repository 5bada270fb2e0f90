// The sessions among the rows of identity.oidc_artifacts, as a person and the house see them: whose, since when, which
// clients take part. The provider reads and writes the rows themselves (artifacts.ts).
import type { Knex } from 'knex';

export type LiveSession = {
  readonly sessionUid: string;
  /** When the browser began it. */
  readonly startedAt: Date;
  /** When the person logged in, last. */
  readonly loggedInAt: Date | null;
  /** When it ends by itself unless it is used. */
  readonly expiresAt: Date;
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Clients that take part now, in the order they came. */
  readonly clients: readonly { readonly clientId: string; readonly name: string; readonly since: Date }[];
};

type SessionRow = {
  session_uid: string;
  payload: { iat?: number; loginTs?: number; acr?: string; amr?: string[] };
  created_at: Date;
  expires_at: Date;
};

/** Live sessions of an account, the one that lasts longest first. */
export async function listSessionsOf(db: Knex, sub: string, now: Date): Promise<readonly LiveSession[]> {
  const { rows } = await db.raw<{ rows: SessionRow[] }>(
    `select * from (
       select distinct on (session_uid) session_uid, payload, created_at, expires_at from identity.oidc_artifacts session
       where account_id = ? and model = 'Session' and expires_at > ?
         and not exists (select 1 from identity.ended_sessions where session_uid = session.session_uid)
       order by session_uid, created_at desc) live
     order by expires_at desc limit 200`,
    [sub, now],
  );
  const clients = await listClientsOf(
    db,
    rows.map(({ session_uid }) => session_uid),
  );
  return rows.map(({ session_uid, payload, created_at, expires_at }) => ({
    sessionUid: session_uid,
    startedAt: fromSeconds(payload.iat) ?? created_at,
    loggedInAt: fromSeconds(payload.loginTs),
    expiresAt: expires_at,
    acr: payload.acr ?? null,
    amr: payload.amr ?? [],
    clients: clients.get(session_uid) ?? [],
  }));
}

/** Sessions of an account that were not ended, expired ones included. */
export async function listSessionUids(db: Knex, sub: string): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { session_uid: string }[] }>(
    `select distinct session_uid from identity.oidc_artifacts where account_id = ? and model = 'Session'`,
    [sub],
  );
  return rows.map(({ session_uid }) => session_uid);
}

/** At most `limit` sessions of persons of which every row expired before `before`. */
export async function listExpiredSessions(db: Knex, before: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { session_uid: string }[] }>(
    `select distinct session_uid from identity.oidc_artifacts session
     where model = 'Session' and account_id is not null and expires_at < :before and not exists (
       select 1 from identity.oidc_artifacts other
       where other.model = 'Session' and other.session_uid = session.session_uid and other.expires_at >= :before)
     limit :limit`,
    { before, limit },
  );
  return rows.map(({ session_uid }) => session_uid);
}

/** How many sessions of persons live. */
export async function countLiveSessions(db: Knex, now: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: number }[] }>(
    `select count(distinct session_uid)::integer as count from identity.oidc_artifacts
     where model = 'Session' and account_id is not null and expires_at > ?`,
    [now],
  );
  return rows[0]?.count ?? 0;
}

/** At most `limit` sessions of persons that were begun before `before`. */
export async function listSessionsBefore(
  db: Knex,
  before: Date,
  limit: number,
): Promise<readonly { readonly sessionUid: string; readonly sub: string }[]> {
  const { rows } = await db.raw<{ rows: { session_uid: string; account_id: string }[] }>(
    `select distinct session_uid, account_id from identity.oidc_artifacts
     where model = 'Session' and account_id is not null and created_at <= ? limit ?`,
    [before, limit],
  );
  return rows.map((row) => ({ sessionUid: row.session_uid, sub: row.account_id }));
}

/** Whose session it is; null when nobody logged in, or when there is none. */
export async function findSessionSub(db: Knex, sessionUid: string): Promise<string | null> {
  const { rows } = await db.raw<{ rows: { account_id: string }[] }>(
    `select account_id from identity.oidc_artifacts
     where model = 'Session' and session_uid = ? and account_id is not null limit 1`,
    [sessionUid],
  );
  return rows[0]?.account_id ?? null;
}

async function listClientsOf(
  db: Knex,
  sessionUids: readonly string[],
): Promise<ReadonlyMap<string, LiveSession['clients']>> {
  const { rows } = await db.raw<{ rows: { session_uid: string; client_id: string; name: string; since: Date }[] }>(
    `select session_uid, client_id, coalesce(client.name, client_id) as name, since from (
       select session_uid, client_id, (array_agg(sid order by turn desc))[1] as sid, min(at) as since
       from identity.session_clients where session_uid = any (?) group by session_uid, client_id) part
     left join identity.clients client using (client_id)
     where sid is not null order by since, client_id`,
    [[...sessionUids]],
  );
  const bySession = new Map<string, { clientId: string; name: string; since: Date }[]>();
  for (const { session_uid, client_id, name, since } of rows) {
    const list = bySession.get(session_uid) ?? [];
    list.push({ clientId: client_id, name, since });
    bySession.set(session_uid, list);
  }
  return bySession;
}

function fromSeconds(seconds: number | undefined): Date | null {
  return seconds === undefined ? null : new Date(seconds * 1000);
}
