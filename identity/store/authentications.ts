// identity.authentications: what was proven in which session, insert-only. A login begins a session's proofs anew; what a
// step-up adds counts together with what went before it in that login.
import type { Knex } from 'knex';
import { FLUSHED_LATER, runStatement } from '../../common/db/statement.ts';
import type { Level, Method, Proof } from '../domain/assurance.ts';
import { digestOf } from './artifacts.ts';

export type Authentication = {
  /** Made where the proof was judged; the same one is written once. */
  readonly proofId: string;
  readonly accountId: number;
  readonly sessionUid: string;
  /** True for a login, false for a step-up. */
  readonly begins: boolean;
  readonly proof: Proof;
  /** Level of the session from here on. */
  readonly level: Level;
  readonly at: Date;
  readonly clientId: string | null;
  readonly address: string | null;
  /** Browser and system in words. */
  readonly device: string | null;
};

/** A proof and when it was given. */
export type TimedProof = { readonly proof: Proof; readonly at: Date };

type Row = {
  id: number;
  proof_id: string;
  account_id: number;
  session_uid: string;
  begins: boolean;
  method: Method;
  user_verified: boolean;
  scan_level: Level | null;
  level: Level;
  at: Date;
  client_id: string | null;
  address: string | null;
  device: string | null;
};

const TYPES = [
  ...[
    'text',
    'bigint',
    'text',
    'boolean',
    'text',
    'boolean',
    'integer',
    'integer',
    'timestamptz',
    'text',
    'text',
    'text',
  ],
];

/**
 * Common table expressions of a statement that has `flushed_later`: write the proof and end the interaction in which it was
 * given, with the parameters of `provingValues` from `first` on.
 */
export function proving(first: number): string {
  return `ended as (delete from identity.oidc_artifacts where model = 'Interaction' and id_digest = $${first}::bytea),
    proven as (insert into identity.authentications
      (proof_id, account_id, session_uid, begins, method, user_verified, scan_level, level, at, client_id, address, device)
    select ${TYPES.map((type, at) => `$${first + 1 + at}::${type}`).join(', ')}
    from flushed_later on conflict (proof_id) do nothing)`;
}

const INSERT = { name: 'authentication-insert', text: `with ${FLUSHED_LATER}, ${proving(1)} select 1` };

const PROOFS = {
  name: 'proofs-of-session',
  text: `select method, user_verified, scan_level, at from identity.authentications
    where session_uid = $1 and id >= coalesce(
      (select max(id) from identity.authentications where session_uid = $1 and begins), 0)
    order by id limit 50`,
};

/**
 * `ended`: the interaction in which it was given, which goes with it. Flushed with what its session is flushed with, and so
 * never without it: a server that loses its power then may forget the login, or the step of it.
 */
export async function insertAuthentication(db: Knex, one: Authentication, ended: string | null = null): Promise<void> {
  await runStatement(db, INSERT, provingValues(one, ended));
}

/** Of `proving`. */
export function provingValues(one: Authentication, ended: string | null): unknown[] {
  const { method, userVerified = false, level: scanLevel = null } = one.proof;
  return [
    ended === null ? null : digestOf(ended),
    ...[one.proofId, one.accountId, one.sessionUid, one.begins, method, userVerified, scanLevel],
    ...[one.level, one.at, one.clientId, one.address, one.device],
  ];
}

/** What stands proven in a session: since its last login, oldest first. */
export async function listProofs(db: Knex, sessionUid: string): Promise<readonly TimedProof[]> {
  const { rows } = await runStatement<Row>(db, PROOFS, [sessionUid]);
  return rows.map((row) => ({ proof: toProof(row), at: row.at }));
}

/** Login history of an account, newest first; `before` is the id of the last entry of the page before, `offset` leaves out the newest. */
export async function listAuthentications(
  db: Knex,
  accountId: number,
  { limit, before, offset }: { readonly limit: number; readonly before?: number; readonly offset?: number },
): Promise<readonly (Authentication & { readonly id: number })[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select id, proof_id, account_id, session_uid, begins, method, user_verified, scan_level, level, at, client_id,
       address, device
     from identity.authentications where account_id = ? and id < ? order by id desc limit ? offset ?`,
    [accountId, before ?? Number.MAX_SAFE_INTEGER, limit, offset ?? 0],
  );
  return rows.map(toAuthentication);
}

/** Where sessions were logged in, by session: the newest login of each. */
export async function listOrigins(
  db: Knex,
  sessionUids: readonly string[],
): Promise<ReadonlyMap<string, { readonly device: string | null; readonly address: string | null }>> {
  const { rows } = await db.raw<{ rows: Pick<Row, 'session_uid' | 'device' | 'address'>[] }>(
    `select distinct on (session_uid) session_uid, device, address from identity.authentications
     where session_uid = any (?) and begins order by session_uid, id desc`,
    [[...sessionUids]],
  );
  return new Map(rows.map(({ session_uid, device, address }) => [session_uid, { device, address }]));
}

/** How many entries the login history of an account has. */
export async function countAuthentications(db: Knex, accountId: number): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: number }[] }>(
    'select count(*)::integer as count from identity.authentications where account_id = ?',
    [accountId],
  );
  return rows[0]?.count ?? 0;
}

/** At most `limit` rows from before `before`; the database keeps what is younger than 180 days. */
export async function deleteOldAuthentications(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.authentications where ctid = any(array(
       select ctid from identity.authentications where at < ? and at < now() - interval '180 days'
       limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toProof({ method, user_verified, scan_level }: Row): Proof {
  return {
    method,
    ...(user_verified ? { userVerified: true } : {}),
    ...(scan_level === null ? {} : { level: scan_level }),
  };
}

function toAuthentication(row: Row): Authentication & { readonly id: number } {
  return {
    id: row.id,
    proofId: row.proof_id,
    accountId: row.account_id,
    sessionUid: row.session_uid,
    begins: row.begins,
    proof: toProof(row),
    level: row.level,
    at: row.at,
    clientId: row.client_id,
    address: row.address,
    device: row.device,
  };
}
