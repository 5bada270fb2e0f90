// One named statement on the hot path, past knex's builder and its copies: on a connection of the same pool, or of the
// transaction that is given. Values go as pg takes them: Date, Buffer, arrays, null; objects as JSON.
// Not for statements that are put together: a name stands for one text, for as long as the connection lives.
import type { Knex } from 'knex';

export type Statement = {
  /** Prepared under this name, once on each connection. */
  readonly name: string;
  /** With $1, $2 …. */
  readonly text: string;
};

export type StatementResult<R> = { readonly rows: readonly R[]; readonly rowCount: number };

/**
 * A common table expression, `flushed_later`, for a statement whose rows nobody acts on outside before a later commit on the
 * same server: that one flushes them too, since the log is written in order. Until then a server that crashes may forget
 * them; a client that crashes changes nothing. Join it, or it is not evaluated.
 */
export const FLUSHED_LATER = `flushed_later as (select set_config('synchronous_commit', 'off', true) as mode)`;

type Connection = {
  query<R>(config: Statement & { readonly values: readonly unknown[] }): Promise<StatementResult<R>>;
};
type Pool = { acquireConnection(): Promise<Connection>; releaseConnection(connection: Connection): Promise<void> };

/** Errors are pg's own, with `code`. */
export async function runStatement<R>(
  db: Knex,
  statement: Statement,
  values: readonly unknown[],
): Promise<StatementResult<R>> {
  const pool: Pool = db.client;
  const connection = await pool.acquireConnection();
  try {
    return await connection.query<R>({ name: statement.name, text: statement.text, values });
  } finally {
    await pool.releaseConnection(connection);
  }
}
