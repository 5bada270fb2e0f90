// <schema>.audit_entries, and the advisory locks that give each writing session a chain of its own.
// A lock only spares writers from meeting: that a chain has one row a number is kept by the primary key.
import type { Knex } from 'knex';
import { databaseErrorCode } from '../../db/errors.ts';
import { runStatement, type Statement } from '../../db/statement.ts';
import type { AuditRow, Head } from '../entry.ts';

const LOCK_WAIT = '5s';
const LOCK_NOT_AVAILABLE = '55P03';

/** $1 to $10 are the columns of the rows. */
const rowsInto = (schema: string, when = ''): string => `written as (
      insert into ${schema}.audit_entries (chain, number, at, kind, subject, actor, request_id, detail, previous, hash)
      select chain, number, at, kind, subject, actor, request_id, detail::json, decode(previous, 'hex'), decode(hash, 'hex')
      from unnest($1::integer[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[]) as row (chain, number, at, kind, subject, actor, request_id, detail, previous, hash) ${when})`;
const FIRST_OF_ACT = 11;

const insertInto = (schema: string): Statement => ({
  name: `audit-insert-${schema}`,
  text: `with ${rowsInto(schema)} select pg_backend_pid() as pid`,
});

/** What is done in the statement that writes the rows, and the condition on which both are done. */
export type ActPart = {
  readonly name: string;
  /** Common table expressions whose values begin with $`first`; one, `agreed`, has the row `ok`, and without it they do nothing. */
  readonly expressions: (first: number) => string;
};

const insertBeside = (schema: string, { name, expressions }: ActPart): Statement => ({
  name: `audit-insert-${schema}-${name}`,
  text: `with ${expressions(FIRST_OF_ACT)}, ${rowsInto(schema, 'where (select ok from agreed)')}
    select pg_backend_pid() as pid, (select ok from agreed) as ok`,
});

/** Inserts rows in one statement; the process id of the session that wrote them. */
export async function insertRows(db: Knex, schema: string, rows: readonly AuditRow[]): Promise<number> {
  const { rows: answer } = await runStatement<{ pid: number }>(db, insertInto(schema), columnsOf(rows));
  return answer[0]!.pid;
}

/** The same beside an act; null: the act was not agreed to, and nothing was done. */
export async function insertRowsBeside(
  db: Knex,
  schema: string,
  rows: readonly AuditRow[],
  act: ActPart & { readonly values: readonly unknown[] },
): Promise<number | null> {
  const values = [...columnsOf(rows), ...act.values];
  const { rows: answer } = await runStatement<{ pid: number; ok: boolean }>(db, insertBeside(schema, act), values);
  return answer[0]!.ok ? answer[0]!.pid : null;
}

function columnsOf(rows: readonly AuditRow[]): readonly unknown[] {
  const column = <T>(read: (row: AuditRow) => T): T[] => rows.map(read);
  return [
    column(({ chain }) => chain),
    column(({ number }) => number),
    column(({ at }) => at.toISOString()),
    column(({ kind }) => kind),
    column(({ subject }) => subject),
    column(({ actor }) => actor),
    column(({ requestId }) => requestId),
    column(({ detail }) => detail),
    column(({ previous }) => previous),
    column(({ hash }) => hash),
  ];
}

/** The lowest chain that no session holds, now held by this one. */
export async function takeFreeChain(db: Knex, schema: string): Promise<number> {
  for (let chain = 1; ; chain++) {
    const { rows } = await db.raw<{ rows: { taken: boolean }[] }>(
      'select pg_try_advisory_lock(hashtext(?), ?) as taken',
      [lockName(schema), chain],
    );
    if (rows[0]!.taken) return chain;
  }
}

/** Waits for a chain that this process held in another session; false when somebody holds it for long. */
export async function takeChain(db: Knex, schema: string, chain: number): Promise<boolean> {
  try {
    await db.transaction(async (trx) => {
      await trx.raw(`set local lock_timeout = '${LOCK_WAIT}'`);
      await trx.raw('select pg_advisory_lock(hashtext(?), ?)', [lockName(schema), chain]);
    });
    return true;
  } catch (error) {
    if (databaseErrorCode(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

export async function sessionId(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
  return rows[0]!.pid;
}

/** The last committed row of a chain, or null when it has none. */
export async function findHead(db: Knex, schema: string, chain: number): Promise<Head | null> {
  const rows: Head[] = await db(`${schema}.audit_entries`)
    .select('chain', 'number', db.raw(`encode(hash, 'hex') as hash`))
    .where({ chain })
    .orderBy('number', 'desc')
    .limit(1);
  return rows[0] ?? null;
}

/** The last row of every chain; costs one look-up a chain, not a pass over the table. */
export async function listHeads(db: Knex, schema: string): Promise<readonly Head[]> {
  const { rows } = await db.raw<{ rows: Head[] }>(
    `with recursive chains (chain) as (
       select min(chain) from ??.audit_entries
       union all
       select (select min(e.chain) from ??.audit_entries e where e.chain > c.chain) from chains c where c.chain is not null)
     select c.chain, h.number, encode(h.hash, 'hex') as hash from chains c
     cross join lateral (select number, hash from ??.audit_entries e where e.chain = c.chain order by number desc limit 1) h
     where c.chain is not null order by c.chain`,
    [schema, schema, schema],
  );
  return rows;
}

/** Of these places in chains the ones that hold a row with that hash. */
export async function findMatching(db: Knex, schema: string, places: readonly Head[]): Promise<readonly Head[]> {
  const { rows } = await db.raw<{ rows: Head[] }>(
    `select e.chain, e.number, encode(e.hash, 'hex') as hash
     from unnest(?::integer[], ?::bigint[], ?::text[]) as p (chain, number, hash)
     join ??.audit_entries e on e.chain = p.chain and e.number = p.number and e.hash = decode(p.hash, 'hex')`,
    [places.map(({ chain }) => chain), places.map(({ number }) => number), places.map(({ hash }) => hash), schema],
  );
  return rows;
}

/** Rows of a chain behind `after`, in order, at most `limit`. */
export async function listRows(
  db: Knex,
  schema: string,
  chain: number,
  after: number,
  limit: number,
): Promise<readonly AuditRow[]> {
  return db(`${schema}.audit_entries`)
    .select({ chain: 'chain', number: 'number', at: 'at', kind: 'kind', subject: 'subject', actor: 'actor' })
    .select({ requestId: 'request_id' })
    .select(db.raw(`detail::text as detail, encode(previous, 'hex') as previous, encode(hash, 'hex') as hash`))
    .where({ chain })
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit);
}

/** Where a row stands in time. */
export type RowPlace = Pick<AuditRow, 'at' | 'chain' | 'number'>;

/** Rows about a subject, newest first, those before `before`. */
export async function listRowsAbout(
  db: Knex,
  schema: string,
  { subject, before, limit }: { readonly subject: string; readonly before: RowPlace | null; readonly limit: number },
): Promise<readonly Omit<AuditRow, 'hash' | 'previous'>[]> {
  const { rows } = await db.raw<{ rows: Omit<AuditRow, 'hash' | 'previous'>[] }>(
    `select chain, number, at, kind, subject, actor, request_id as "requestId", detail::text
     from :schema:.audit_entries
     where subject = :subject and (:at::timestamptz is null or (at, chain, number) < (:at, :chain, :number))
     order by at desc, chain desc, number desc
     limit :limit`,
    { schema, subject, at: before?.at ?? null, chain: before?.chain ?? null, number: before?.number ?? null, limit },
  );
  return rows.map((row) => ({ ...row, number: Number(row.number) }));
}

const lockName = (schema: string): string => `xinji audit ${schema}`;
