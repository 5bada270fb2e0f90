// <schema>.audit_checkpoints, and the advisory lock by which one node at a time makes them.
import type { Knex } from 'knex';
import type { Checkpoint } from '../checkpoint.ts';

type Row = Omit<Checkpoint, 'heads'> & { readonly heads: readonly (readonly [number, number, string])[] };

/** True when this session makes the next checkpoint; given back by `releaseCheckpointLock`. */
export async function takeCheckpointLock(db: Knex, schema: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { taken: boolean }[] }>(
    'select pg_try_advisory_lock(hashtext(?), 0) as taken',
    [lockName(schema)],
  );
  return rows[0]!.taken;
}

export async function releaseCheckpointLock(db: Knex, schema: string): Promise<void> {
  await db.raw('select pg_advisory_unlock(hashtext(?), 0)', [lockName(schema)]);
}

/** False when a checkpoint with this number is there: another node was faster. */
export async function insertCheckpoint(db: Knex, schema: string, checkpoint: Checkpoint): Promise<boolean> {
  const { number, at, heads, previous, certificateSm3, hash, signature } = checkpoint;
  const inserted = await db(`${schema}.audit_checkpoints`)
    .insert({
      number,
      at,
      heads: JSON.stringify(heads.map((head) => [head.chain, head.number, head.hash])),
      previous: Buffer.from(previous, 'hex'),
      certificate_sm3: Buffer.from(certificateSm3, 'hex'),
      hash: Buffer.from(hash, 'hex'),
      signature: Buffer.from(signature, 'hex'),
    })
    .onConflict('number')
    .ignore()
    .returning('number');
  return inserted.length === 1;
}

export async function findLastCheckpoint(db: Knex, schema: string): Promise<Checkpoint | null> {
  const rows = await selectCheckpoints(db, schema).orderBy('number', 'desc').limit(1);
  return rows.map(checkpointOf)[0] ?? null;
}

/** Checkpoints behind number `after`, in order, at most `limit`. */
export async function listCheckpoints(
  db: Knex,
  schema: string,
  after: number,
  limit: number,
): Promise<readonly Checkpoint[]> {
  const rows = await selectCheckpoints(db, schema).where('number', '>', after).orderBy('number').limit(limit);
  return rows.map(checkpointOf);
}

/** Of these checkpoints the numbers that are in the table with that hash. */
export async function findSameCheckpoints(
  db: Knex,
  schema: string,
  checkpoints: readonly Checkpoint[],
): Promise<ReadonlyMap<number, 'same' | 'other'>> {
  const rows: { number: number; hash: string }[] = await db(`${schema}.audit_checkpoints`)
    .select('number', db.raw(`encode(hash, 'hex') as hash`))
    .whereIn(
      'number',
      checkpoints.map(({ number }) => number),
    );
  const found = new Map(rows.map(({ number, hash }) => [number, hash]));
  return new Map(
    checkpoints.flatMap(({ number, hash }) =>
      found.has(number) ? [[number, found.get(number) === hash ? 'same' : 'other'] as const] : [],
    ),
  );
}

/** How many checkpoints carry a time stamp, and the newest that does. */
export async function countTimeStamps(
  db: Knex,
  schema: string,
): Promise<{ readonly stamped: number; readonly last: number | null }> {
  const rows: { stamped: number; last: number | null }[] = await db(`${schema}.audit_checkpoints`)
    .whereNotNull('time_stamp')
    .select(db.raw('count(*) as stamped, max(number) as last'));
  return rows[0]!;
}

/** The newest checkpoint that carries a token, and how many came after it. */
export async function findLastStamped(db: Knex, schema: string) {
  const table = `${schema}.audit_checkpoints`;
  const rows: {
    readonly number: number;
    readonly at: Date;
    readonly hash: string;
    readonly token: Buffer;
    readonly since: number;
  }[] = await db(table)
    .whereNotNull('time_stamp')
    .orderBy('number', 'desc')
    .limit(1)
    .select('number', 'at', 'time_stamp as token', db.raw(`encode(hash, 'hex') as hash`))
    .select(db.raw('(select coalesce(max(number), 0) from ??)::integer - number as since', [table]));
  return rows[0] ?? null;
}

/** Keeps the token of a time-stamp authority over the checkpoint's hash; false when it has one. */
export async function markTimeStamp(db: Knex, schema: string, number: number, token: Uint8Array): Promise<boolean> {
  const count = await db(`${schema}.audit_checkpoints`)
    .where({ number })
    .whereNull('time_stamp')
    .update({ time_stamp: Buffer.from(token) });
  return count === 1;
}

function selectCheckpoints(db: Knex, schema: string): Knex.QueryBuilder<Row, Row[]> {
  return db(`${schema}.audit_checkpoints`)
    .select('number', 'at', 'heads')
    .select(
      db.raw(`encode(previous, 'hex') as previous, encode(certificate_sm3, 'hex') as "certificateSm3",
        encode(hash, 'hex') as hash, encode(signature, 'hex') as signature`),
    );
}

function checkpointOf({ heads, ...row }: Row): Checkpoint {
  return { ...row, heads: heads.map(([chain, number, hash]) => ({ chain, number, hash })) };
}

const lockName = (schema: string): string => `xinji audit ${schema}`;
