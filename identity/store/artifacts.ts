// identity.oidc_artifacts: what oidc-provider keeps. Ids are bearer secrets (codes, opaque tokens, session cookies):
// only their SM3 digest is stored, and the id is put back into what was found by it.
// Expired rows are found too: the library judges expiry itself, and a code that is shown again late must still be known.
import type { Knex } from 'knex';
import { sm3OfText } from '../../common/crypto/sm3.ts';
import { FLUSHED_LATER, runStatement } from '../../common/db/statement.ts';

export type Payload = Readonly<Record<string, unknown>>;

export type NewArtifact = {
  readonly model: string;
  readonly id: string;
  readonly payload: Payload;
  readonly expiresAt: Date;
};

export type Artifact = {
  readonly payload: Payload;
  readonly consumedAt: Date | null;
  readonly sessionUid: string | null;
};

type Row = { payload: Payload; consumed_at: Date | null; session_uid: string | null };

const TYPES = ['text', 'bytea', 'text', 'text', 'text', 'text', 'text', 'jsonb', 'timestamptz'];

/** How many parameters one row takes. */
export const ROW_PARAMETERS = TYPES.length;

export const INTO_ARTIFACTS = `insert into identity.oidc_artifacts as old
    (model, id_digest, grant_id, session_uid, user_code, account_id, client_id, payload, expires_at)`;

/** `$1::text, $2::bytea, …`: where a statement takes the row of an artifact, from this parameter on. */
export function artifactValues(first: number): string {
  return TYPES.map((type, index) => `$${first + index}::${type}`).join(', ');
}

/** `($4::text, …), ($13::text, …)`: the same for the rows of several. */
export function rowsFrom(first: number, count: number): string {
  return Array.from({ length: count }, (_, row) => `(${artifactValues(first + row * ROW_PARAMETERS)})`).join(', ');
}

const INSERT = `${INTO_ARTIFACTS} values (${artifactValues(1)})`;

export const ELSE_UPDATE = `on conflict (model, id_digest) do update set
      (grant_id, session_uid, user_code, account_id, client_id, payload, expires_at) =
      (excluded.grant_id, excluded.session_uid, excluded.user_code, excluded.account_id, excluded.client_id,
       excluded.payload, excluded.expires_at)`;

/** The same, flushed with the next commit that waits for the disk. */
const INSERT_LATER = `with ${FLUSHED_LATER} ${INTO_ARTIFACTS} select ${artifactValues(1)} from flushed_later`;

const UPSERT = { name: 'artifact-upsert', text: `${INSERT}\n    ${ELSE_UPDATE}` };
const UPSERT_LATER = { name: 'artifact-upsert-later', text: `${INSERT_LATER}\n    ${ELSE_UPDATE}` };

const UPSERT_TWO = {
  name: 'artifact-upsert-two',
  text: `${INSERT}, (${artifactValues(1 + ROW_PARAMETERS)})\n    ${ELSE_UPDATE}`,
};
const UPSERT_TWO_LATER = {
  name: 'artifact-upsert-two-later',
  text: `with ${FLUSHED_LATER} ${INTO_ARTIFACTS}
    select two.* from flushed_later
    cross join (values (${artifactValues(1)}), (${artifactValues(1 + ROW_PARAMETERS)})) as two
    ${ELSE_UPDATE}`,
};

/** $10: now. */
export const UNLESS_LIVING = `on conflict (model, id_digest) do update
    set (payload, expires_at) = (excluded.payload, excluded.expires_at) where old.expires_at <= $10
    returning 1`;

const INSERT_ONCE = { name: 'artifact-once', text: `${INSERT}\n    ${UNLESS_LIVING}` };
const INSERT_ONCE_LATER = { name: 'artifact-once-later', text: `${INSERT_LATER}\n    ${UNLESS_LIVING}` };

const UPDATE_LATER = {
  name: 'artifact-update-later',
  text: `with ${FLUSHED_LATER}
    update identity.oidc_artifacts set (payload, expires_at) = ($3::jsonb, $4::timestamptz) from flushed_later
    where model = $1 and id_digest = $2`,
};

const FIND = {
  name: 'artifact-by-id',
  text: 'select payload, consumed_at, session_uid from identity.oidc_artifacts where model = $1 and id_digest = $2',
};

const CONSUME = {
  name: 'artifact-consume',
  text: `update identity.oidc_artifacts set consumed_at = $1
    where model = $2 and id_digest = $3 and consumed_at is null returning 1`,
};

const DELETE = {
  name: 'artifact-delete',
  text: 'delete from identity.oidc_artifacts where model = $1 and id_digest = $2',
};

/** `isFlushedLater`: nothing depends on it before the next commit that waits for the disk (common/db/statement.ts). */
export type Flush = { readonly isFlushedLater?: boolean };

export async function upsertArtifact(
  db: Knex,
  artifact: NewArtifact,
  { isFlushedLater = false }: Flush = {},
): Promise<void> {
  await runStatement(db, isFlushedLater ? UPSERT_LATER : UPSERT, artifactRow(artifact));
}

/** Changes one that is there still; false when it is gone. Flushed with the next commit that waits for the disk. */
export async function updateArtifactLater(db: Knex, { model, id, payload, expiresAt }: NewArtifact): Promise<boolean> {
  const { jti: _, ...rest } = payload;
  const values = [model, digestOf(id), JSON.stringify(rest), expiresAt];
  return (await runStatement(db, UPDATE_LATER, values)).rowCount === 1;
}

/** All or none of them. No two may be the same. */
export async function upsertArtifacts(db: Knex, artifacts: readonly NewArtifact[], flush: Flush = {}): Promise<void> {
  const [first, second, ...others] = artifacts;
  if (first === undefined) return;
  if (second === undefined) return upsertArtifact(db, first, flush);
  const two = flush.isFlushedLater ? UPSERT_TWO_LATER : UPSERT_TWO;
  if (others.length === 0) return void (await runStatement(db, two, [...artifactRow(first), ...artifactRow(second)]));
  await db.transaction(async (trx) => {
    for (const artifact of artifacts) await upsertArtifact(trx, artifact, flush);
  });
}

/** Writes the artifact only if no living one has its id; false when one has. The database decides between two at once. */
export async function insertArtifactOnce(
  db: Knex,
  artifact: NewArtifact,
  now: Date,
  { isFlushedLater = false }: Flush = {},
): Promise<boolean> {
  const statement = isFlushedLater ? INSERT_ONCE_LATER : INSERT_ONCE;
  const { rowCount } = await runStatement(db, statement, [...artifactRow(artifact), now]);
  return rowCount === 1;
}

export async function findArtifact(db: Knex, model: string, id: string): Promise<Artifact | null> {
  const { rows } = await runStatement<Row>(db, FIND, [model, digestOf(id)]);
  return rows[0] ? toArtifact(rows[0], id) : null;
}

/** By the session's uid; of several ids of one session the newest. The id itself is not in the answer. */
export async function findSessionByUid(db: Knex, uid: string): Promise<Artifact | null> {
  const query = db.raw<{ rows: Row[] }>(
    `select payload, consumed_at, session_uid from identity.oidc_artifacts
     where model = 'Session' and session_uid = ? order by created_at desc limit 1`,
    [uid],
  );
  const { rows } = await query.options({ name: 'session-by-uid' });
  return rows[0] ? toArtifact(rows[0]) : null;
}

export async function findArtifactByUserCode(db: Knex, model: string, userCode: string): Promise<Artifact | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    'select payload, consumed_at, session_uid from identity.oidc_artifacts where model = ? and user_code = ?',
    [model, userCode],
  );
  return rows[0] ? toArtifact(rows[0]) : null;
}

/** Changes what was found by a user code, whose id only its holder knows; once a person stands in it, nothing is changed any more. */
export async function updateByUserCode(db: Knex, userCode: string, artifact: NewArtifact): Promise<void> {
  const { payload } = artifact;
  const { jti: _, ...rest } = payload;
  await db.raw(
    `update identity.oidc_artifacts
     set (grant_id, session_uid, account_id, payload) = (?, ?, ?, ?) where model = ? and user_code = ? and payload ->> 'accountId' is null`,
    [
      textOrNull(payload['grantId']),
      textOrNull(payload['sessionUid']),
      textOrNull(payload['accountId']),
      JSON.stringify(rest),
      artifact.model,
      userCode,
    ],
  );
}

/** Compare-and-set: true for the one caller that consumed it, false for every other one. */
export async function markConsumed(db: Knex, model: string, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await runStatement(db, CONSUME, [now, model, digestOf(id)]);
  return rowCount === 1;
}

export async function deleteArtifact(db: Knex, model: string, id: string): Promise<void> {
  await runStatement(db, DELETE, [model, digestOf(id)]);
}

/** All ids of one session. */
export async function deleteSession(db: Knex, uid: string): Promise<void> {
  await db.raw(`delete from identity.oidc_artifacts where model = 'Session' and session_uid = ?`, [uid]);
}

/** Tokens and codes of one model under a grant. */
export async function deleteByGrant(db: Knex, model: string, grantId: string): Promise<void> {
  await db.raw('delete from identity.oidc_artifacts where model = ? and grant_id = ?', [model, grantId]);
}

/** The grant and everything under it, except consumed codes, which must still be recognised, and what is being asked. */
export async function revokeGrant(db: Knex, grantId: string): Promise<void> {
  await db.raw(
    `delete from identity.oidc_artifacts
     where (grant_id = ? and consumed_at is null and model <> 'Interaction') or (model = 'Grant' and id_digest = ?)`,
    [grantId, digestOf(grantId)],
  );
}

/** Many grants in one statement. */
export async function revokeGrants(db: Knex, grantIds: readonly string[]): Promise<void> {
  if (grantIds.length === 0) return;
  await db.raw(
    `delete from identity.oidc_artifacts
     where (grant_id = any (?) and consumed_at is null) or (model = 'Grant' and id_digest = any (?))`,
    [[...grantIds], grantIds.map(digestOf)],
  );
}

/** Every grant of an account, and everything under them, but those named. */
export async function revokeAllGrantsOf(db: Knex, accountId: string, kept: readonly string[]): Promise<void> {
  await db.raw(
    `delete from identity.oidc_artifacts
     where account_id = ? and ((grant_id is not null and grant_id <> all (?) and consumed_at is null)
       or (model = 'Grant' and id_digest <> all (?)))`,
    [accountId, [...kept], kept.map(digestOf)],
  );
}

/** All grants of a person to a client in all his sessions, and everything under them, except consumed codes. */
export async function revokeGrantsOf(
  db: Knex,
  { accountSub, clientId }: { readonly accountSub: string; readonly clientId: string },
): Promise<void> {
  await db.raw(
    `delete from identity.oidc_artifacts
     where account_id = ? and client_id = ? and model not in ('Session', 'Interaction') and consumed_at is null`,
    [accountSub, clientId],
  );
}

/** At most `limit` rows of what persons had granted before `before`, except consumed codes; returns how many went. */
export async function deleteGrantsBefore(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.oidc_artifacts where ctid = any(array(
       select ctid from identity.oidc_artifacts
       where account_id is not null and model not in ('Session', 'Interaction') and created_at <= ? and consumed_at is null
       limit ?))`,
    [before, limit],
  );
  return rowCount;
}

/** At most `limit` rows that expired before `before`; returns how many went. */
export async function deleteExpiredArtifacts(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.oidc_artifacts where ctid = any(array(
       select ctid from identity.oidc_artifacts where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

/** Under which an id is stored. */
export function digestOf(id: string): Buffer {
  return sm3OfText(id);
}

/** What `artifactValues` takes. A grant carries its own id where its tokens name it, so that one statement reads both. */
export function artifactRow({ model, id, payload, expiresAt }: NewArtifact): unknown[] {
  const { jti: _, ...rest } = payload;
  return [
    model,
    digestOf(id),
    model === 'Grant' ? id : textOrNull(payload['grantId']),
    textOrNull(model === 'Session' ? payload['uid'] : payload['sessionUid']),
    textOrNull(payload['userCode']),
    textOrNull(payload['accountId']),
    textOrNull(payload['clientId']),
    JSON.stringify(rest),
    expiresAt,
  ];
}

function toArtifact(row: Row, id?: string): Artifact {
  return {
    payload: id === undefined ? row.payload : { ...row.payload, jti: id },
    consumedAt: row.consumed_at,
    sessionUid: row.session_uid,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
