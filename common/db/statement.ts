// One named statement on the hot path, past knex's builder and its copies: on a connection of the same pool, or of the
// transaction that is given. Values go as pg takes them: Date, Buffer, arrays, null; objects as JSON.
// Not for statements that are put together: a name stands for one text, for as long as the connection lives.
import type { Knex } from 'knex';
import { PreparedQuery, type Statement, type StatementResult } from './prepared-query.ts';

export type { Statement, StatementResult } from './prepared-query.ts';

/**
 * A common table expression, `flushed_later`, for a statement whose rows nobody acts on outside before a later commit on the
 * same server: that one flushes them too, since the log is written in order. Until then a server that crashes may forget
 * them; a client that crashes changes nothing. Join it, or it is not evaluated.
 */
export const FLUSHED_LATER = `flushed_later as (select set_config('synchronous_commit', 'off', true) as mode)`;

/** A connection of knex's; `__knex__disposed` once it is broken. */
type Connection = { query(query: PreparedQuery): unknown; readonly __knex__disposed?: unknown };
type Idle = { readonly resource: Connection };

/** Of the pool under knex (tarn): connections that nobody uses, those in use, and who waits for one. */
type Pool = {
  readonly free: Idle[];
  readonly used: Idle[];
  readonly pendingAcquires: readonly unknown[];
  readonly destroyed: boolean;
  release(connection: Connection): boolean;
};

/** A transaction's has no pool. */
type Client = {
  readonly pool?: Pool;
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
};

/** Errors are pg's own, with `code`. */
export async function runStatement<R>(
  db: Knex,
  statement: Statement,
  values: readonly unknown[],
): Promise<StatementResult<R>> {
  const client: Client = db.client;
  const { pool } = client;
  const connection = takeIdle(pool) ?? (await client.acquireConnection());
  try {
    return (await execute(connection, statement, values)) as StatementResult<R>;
  } catch (error) {
    // Otherwise it begins where the socket was read.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  } finally {
    if (pool) pool.release(connection);
    else await client.releaseConnection(connection);
  }
}

/**
 * A connection that is free at this moment; undefined: the pool makes one, or lets us wait. To wait for what is there costs a
 * dozen promises and two timers, for each statement.
 */
function takeIdle(pool: Pool | undefined): Connection | undefined {
  if (pool === undefined || pool.destroyed || pool.pendingAcquires.length > 0) return undefined;
  const idle = pool.free.at(-1);
  // What is broken the pool ends by itself.
  if (idle === undefined || idle.resource.__knex__disposed !== undefined) return undefined;
  pool.free.pop();
  pool.used.push(idle);
  return idle.resource;
}

function execute(
  connection: Connection,
  statement: Statement,
  values: readonly unknown[],
): Promise<StatementResult<unknown>> {
  return new Promise((resolve, reject) => {
    const query = new PreparedQuery(statement, values, (error) =>
      error === null ? resolve(query.result) : reject(error),
    );
    connection.query(query);
  });
}
