// What one request needs to know of a session, in one statement: its row, whether it was ended, whose it is, and how one
// client takes part. Of a login that goes on: whose it is. And of a code or token: its row, its grant, its session with all of that. The tables are those of
// artifacts.ts, ended-sessions.ts, session-clients.ts and accounts.ts.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import { accountOf, type JoinedAccount } from './accounts.ts';
import { type Artifact, digestOf, type Payload } from './artifacts.ts';
import type { Participation } from './session-clients.ts';

export type SessionRead = {
  readonly payload: Payload;
  readonly sessionUid: string;
  /** How the client that was asked about takes part; null: it does not. */
  readonly participation: Participation | null;
  /** The person's row, not opened yet. */
  readonly account: JoinedAccount;
};

export type TokenRead = Artifact & {
  readonly model: string;
  readonly grant: { readonly id: string; readonly payload: Payload } | null;
  /** Null: none, or ended. */
  readonly session: SessionRead | null;
  readonly account: JoinedAccount;
};

type Joined = JoinedAccount & { sid: string | null; joined_grant: string | null; persists_logout: boolean | null };
type SessionRow = Joined & { payload: Payload; session_uid: string };
export type TokenRow = Joined & {
  model: string;
  payload: Payload;
  consumed_at: Date | null;
  session_uid: string | null;
  client_id: string | null;
  grant_id: string | null;
  grant_payload: Payload | null;
  session_payload: Payload | null;
};

const PARTICIPATION = (session: string, client: string): string => `left join lateral (
    select sid, grant_id as joined_grant, persists_logout from identity.session_clients
    where session_uid = ${session} and client_id = ${client} order by turn desc limit 1) part on true`;

const SESSION = {
  name: 'session-read',
  text: `select s.payload, s.session_uid, part.*, account.* from identity.oidc_artifacts s
    ${PARTICIPATION('s.session_uid', '$2')}
    ${accountOf('s.account_id')}
    where s.model = 'Session' and s.id_digest = $1
      and not exists (select 1 from identity.ended_sessions where session_uid = s.session_uid)`,
};

/** Of `a`, the artifact. */
export const TOKEN_READ = `select a.model, a.payload, a.consumed_at, a.session_uid, a.client_id, a.grant_id, g.payload as grant_payload,
      s.payload as session_payload, part.*, account.*
    from identity.oidc_artifacts a
    left join identity.oidc_artifacts g on g.model = 'Grant' and g.grant_id = a.grant_id
    left join lateral (
      select payload from identity.oidc_artifacts where model = 'Session' and session_uid = a.session_uid
        and not exists (select 1 from identity.ended_sessions where session_uid = a.session_uid)
      order by created_at desc limit 1) s on true
    ${PARTICIPATION('a.session_uid', 'a.client_id')}
    ${accountOf('a.account_id')}`;

const TOKEN = { name: 'token-read', text: `${TOKEN_READ} where a.model = $1 and a.id_digest = $2` };
const ANY_TOKEN = { name: 'any-token-read', text: `${TOKEN_READ} where a.model = any($1) and a.id_digest = $2` };

const INTERACTION = {
  name: 'interaction-read',
  text: `select a.payload, a.consumed_at, a.session_uid, account.* from identity.oidc_artifacts a
    ${accountOf(`a.payload #>> '{result,login,accountId}'`)}
    where a.model = 'Interaction' and a.id_digest = $1`,
};

/** A login under way, with the account of whom a page has logged in. */
export async function readInteraction(
  db: Knex,
  id: string,
): Promise<(Artifact & { readonly account: JoinedAccount }) | null> {
  type Row = JoinedAccount & { payload: Payload; consumed_at: Date | null; session_uid: string | null };
  const row = (await runStatement<Row>(db, INTERACTION, [digestOf(id)])).rows[0];
  if (!row) return null;
  const { payload, consumed_at: consumedAt, session_uid: sessionUid } = row;
  return { payload: { ...payload, jti: id }, consumedAt, sessionUid, account: row };
}

/** By the session's cookie, with the part of one client; null when it is gone or was ended. */
export async function readSession(db: Knex, id: string, clientId: string | null): Promise<SessionRead | null> {
  const { rows } = await runStatement<SessionRow>(db, SESSION, [digestOf(id), clientId]);
  const row = rows[0];
  if (!row) return null;
  const { payload, session_uid: sessionUid } = row;
  return { payload: { ...payload, jti: id }, sessionUid, participation: toParticipation(row), account: row };
}

/** A code or token with everything that it depends on. */
export async function readToken(db: Knex, model: string, id: string): Promise<TokenRead | null> {
  const { rows } = await runStatement<TokenRow>(db, TOKEN, [model, digestOf(id)]);
  return rows[0] ? toTokenRead(rows[0], id) : null;
}

/** The same where the caller does not know of which of several models it is. */
export async function readAnyToken(db: Knex, models: readonly string[], id: string): Promise<TokenRead | null> {
  const { rows } = await runStatement<TokenRow>(db, ANY_TOKEN, [models, digestOf(id)]);
  return rows[0] ? toTokenRead(rows[0], id) : null;
}

export function toTokenRead(row: TokenRow, id: string): TokenRead {
  const { grant_id: grantId, grant_payload: grantPayload, session_payload: payload, session_uid: sessionUid } = row;
  return {
    model: row.model,
    payload: { ...row.payload, jti: id },
    consumedAt: row.consumed_at,
    sessionUid,
    grant: grantId && grantPayload ? { id: grantId, payload: { ...grantPayload, jti: grantId } } : null,
    session: payload && sessionUid ? { payload, sessionUid, participation: toParticipation(row), account: row } : null,
    account: row,
  };
}

function toParticipation({
  sid,
  joined_grant: grantId,
  persists_logout: persistsLogout,
}: Joined): Participation | null {
  return sid === null ? null : { sid, grantId, persistsLogout: persistsLogout ?? false };
}
