// identity.session_clients: which clients take part in a session. Insert-only: parallel hops of one browser add rows side
// by side and none overwrites another. Of one client the row with the highest turn counts; without sid it says "left".
// The primary key lets exactly one of two writers take a turn.
import type { Knex } from 'knex';
import { FLUSHED_LATER, runStatement } from '../../common/db/statement.ts';
import {
  artifactRow,
  ELSE_UPDATE,
  INTO_ARTIFACTS,
  type NewArtifact,
  ROW_PARAMETERS,
  rowsFrom,
  upsertArtifact,
} from './artifacts.ts';
import { type Authentication, proving, provingValues } from './authentications.ts';

export type Participation = {
  readonly sid: string;
  readonly grantId: string | null;
  readonly persistsLogout: boolean;
};

type Row = { client_id: string; turn: number; sid: string | null; grant_id: string | null; persists_logout: boolean };

const LATEST = `select distinct on (client_id) client_id, turn, sid, grant_id, persists_logout
  from identity.session_clients where session_uid = ?`;

const LAST = {
  name: 'participation',
  text: `select client_id, turn, sid, grant_id, persists_logout from identity.session_clients
    where session_uid = $1 and client_id = $2 order by turn desc limit 1`,
};

const INSERT_TURN = {
  name: 'participation-turn',
  text: `insert into identity.session_clients (session_uid, client_id, turn, sid, grant_id, persists_logout, at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
};

const TURN_PARAMETERS = 7;

const TURN_LATER = `insert into identity.session_clients (session_uid, client_id, turn, sid, grant_id, persists_logout, at)
    select $1::text, $2::text, $3::integer, $4::text, $5::text, $6::boolean, $7::timestamptz from flushed_later
    on conflict do nothing`;

/** For who comes: whoever takes part has a code to exchange, and that exchange is flushed. */
const INSERT_TURN_LATER = { name: 'participation-turn-later', text: `with ${FLUSHED_LATER} ${TURN_LATER}` };

const issuedWithTurn = (count: number): string => `turn as (${TURN_LATER} returning 1)
    ${INTO_ARTIFACTS} select issued.* from turn cross join (values ${rowsFrom(TURN_PARAMETERS + 1, count)}) as issued
    ${ELSE_UPDATE}`;

/** With the grant and what else is issued under it; 2: grant and code, 3: the session as well. */
const INSERT_TURN_WITH = [2, 3].map((count) => ({
  name: `participation-turn-with-${count}`,
  text: `with ${FLUSHED_LATER}, ${issuedWithTurn(count)}`,
}));

/** The same at a login, with what was proven. */
const INSERT_TURN_AND_PROOF_WITH = [2, 3].map((count) => ({
  name: `participation-turn-and-proof-with-${count}`,
  text: `with ${FLUSHED_LATER}, ${proving(TURN_PARAMETERS + count * ROW_PARAMETERS + 1)}, ${issuedWithTurn(count)}`,
}));

/** Clients that take part now, by client id. */
export async function listParticipations(db: Knex, sessionUid: string): Promise<ReadonlyMap<string, Participation>> {
  const query = db.raw<{ rows: Row[] }>(`${LATEST} order by client_id, turn desc`, [sessionUid]);
  const { rows } = await query.options({ name: 'participations' });
  return new Map(rows.flatMap((row) => (row.sid === null ? [] : [[row.client_id, toParticipation(row, row.sid)]])));
}

/**
 * Lets a client take part, and returns how it does: of two at once both get the first one's sid and grant.
 * A participation whose grant is no longer wanted (`replacing`) is superseded; its sid stays. `grant`: that of `wanted`, when
 * it is not written yet; it is afterwards, whoever came first.
 */
export async function joinSession(
  db: Knex,
  at: { sessionUid: string; clientId: string; now: Date },
  wanted: Participation,
  { replacing = null, grant = null }: { readonly replacing?: string | null; readonly grant?: NewArtifact | null } = {},
): Promise<Participation> {
  if (grant !== null) await upsertArtifact(db, grant, { isFlushedLater: true });
  // Most often it comes for the first time.
  if (replacing === null && (await insertTurn(db, at, 1, wanted, INSERT_TURN_LATER))) return wanted;
  for (;;) {
    const last = await findLast(db, at.sessionUid, at.clientId);
    const current = last && last.sid !== null ? toParticipation(last, last.sid) : null;
    if (current && (current.grantId === wanted.grantId || current.grantId !== replacing)) return current;
    const next = { ...wanted, sid: current?.sid ?? wanted.sid };
    if (await insertTurn(db, at, (last?.turn ?? 0) + 1, next, INSERT_TURN_LATER)) return next;
  }
}

/** What was proven in the request, and the interaction that ends with it. */
export type ProofGiven = { readonly proof: Authentication; readonly ended: string | null };

/**
 * As `joinSession` where a client takes part for the first time, with the grant and one or two that are issued under it. False,
 * and nothing but what was proven is written, when it takes part already.
 */
export async function joinWith(
  db: Knex,
  at: { sessionUid: string; clientId: string; now: Date },
  wanted: Participation,
  { issued, given = null }: { readonly issued: readonly NewArtifact[]; readonly given?: ProofGiven | null },
): Promise<boolean> {
  const statement = (given === null ? INSERT_TURN_WITH : INSERT_TURN_AND_PROOF_WITH)[issued.length - 2];
  if (statement === undefined) throw new RangeError(`${issued.length} artifacts with a part`);
  const proven = given === null ? [] : provingValues(given.proof, given.ended);
  const values = [...turnValues(at, 1, wanted), ...issued.flatMap(artifactRow), ...proven];
  return (await runStatement(db, statement, values)).rowCount === issued.length;
}

/** Records that a client left; nothing when it does not take part. */
export async function leaveSession(db: Knex, at: { sessionUid: string; clientId: string; now: Date }): Promise<void> {
  for (;;) {
    const last = await findLast(db, at.sessionUid, at.clientId);
    if (!last || last.sid === null) return;
    if (await insertTurn(db, at, last.turn + 1, null)) return;
  }
}

/** Records that the client's tokens outlive the session. */
export async function markPersistsLogout(
  db: Knex,
  at: { sessionUid: string; clientId: string; now: Date },
): Promise<void> {
  for (;;) {
    const last = await findLast(db, at.sessionUid, at.clientId);
    if (!last || last.sid === null || last.persists_logout) return;
    if (await insertTurn(db, at, last.turn + 1, { ...toParticipation(last, last.sid), persistsLogout: true })) return;
  }
}

/** A part that a client had in a session. `sub`: whose session it is; null when it is gone. */
export type FormerPart = Pick<Participation, 'sid' | 'grantId'> & {
  readonly sessionUid: string;
  readonly sub: string | null;
};

/** Records that a client left every session; returns what part it had in them. */
export async function leaveAllSessions(
  db: Knex,
  { clientId, now }: { readonly clientId: string; readonly now: Date },
): Promise<readonly FormerPart[]> {
  type Left = { session_uid: string; sid: string; grant_id: string | null; sub: string | null };
  const { rows } = await db.raw<{ rows: Left[] }>(
    `with latest as (
       select distinct on (session_uid) session_uid, turn, sid, grant_id from identity.session_clients
       where client_id = :clientId order by session_uid, turn desc),
     left_now as (
       insert into identity.session_clients (session_uid, client_id, turn, at)
       select session_uid, :clientId, turn + 1, :now from latest where sid is not null
       on conflict do nothing returning session_uid)
     select session_uid, sid, grant_id, (
       select account_id from identity.oidc_artifacts
       where model = 'Session' and session_uid = latest.session_uid and account_id is not null limit 1) as sub
     from latest join left_now using (session_uid)`,
    { clientId, now },
  );
  return rows.map(({ session_uid, sid, grant_id, sub }) => ({ sessionUid: session_uid, sid, grantId: grant_id, sub }));
}

/** At most `limit` rows of sessions that are gone, older than `before`; returns how many went. */
export async function deleteStaleParticipations(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.session_clients where ctid = any(array(
       select ctid from identity.session_clients part where at < ? and not exists (
         select 1 from identity.oidc_artifacts where model = 'Session' and session_uid = part.session_uid)
       limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

async function findLast(db: Knex, sessionUid: string, clientId: string): Promise<Row | null> {
  const { rows } = await runStatement<Row>(db, LAST, [sessionUid, clientId]);
  return rows[0] ?? null;
}

async function insertTurn(
  db: Knex,
  at: { sessionUid: string; clientId: string; now: Date },
  turn: number,
  state: Participation | null,
  statement = INSERT_TURN,
): Promise<boolean> {
  return (await runStatement(db, statement, turnValues(at, turn, state))).rowCount === 1;
}

function turnValues(
  at: { sessionUid: string; clientId: string; now: Date },
  turn: number,
  state: Participation | null,
): unknown[] {
  const { sid = null, grantId = null, persistsLogout = false } = state ?? {};
  return [at.sessionUid, at.clientId, turn, sid, grantId, persistsLogout, at.now];
}

function toParticipation(row: Row, sid: string): Participation {
  return { sid, grantId: row.grant_id, persistsLogout: row.persists_logout };
}
