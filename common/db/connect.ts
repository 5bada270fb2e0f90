// A pool to PostgreSQL. The same path for the embedded server and for any other of version 15 or later.
// Column types: `timestamptz` is Date, `date` is text YYYY-MM-DD (a day has no time zone), `int8` is number, `bytea` is Buffer.
import knex, { type Knex } from 'knex';
import pg from 'pg';

export type ConnectOptions = {
  /** Seen in pg_stat_activity, for example `xinji license`. */
  readonly applicationName: string;
  /** Connections at most; 10 unless told. None is kept open while idle for half a minute. */
  readonly poolMax?: number;
  /** Connections kept open while idle, for a session that holds locks; none unless told. */
  readonly poolMin?: number;
  /**
   * Statements here find rows by key: passes over a table are avoided. A plan that was made while a table was empty, where a
   * pass costs nothing, is kept by the session until the table is analysed.
   */
  readonly byKey?: boolean;
};

const DATE = 1082;
const INT8 = 20;
const ACQUIRE_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const BY_KEY = ['seqscan', 'hashjoin', 'mergejoin'].map((way) => `-c enable_${way}=off`).join(' ');

/** What knex would print reaches the caller as an error anyway; a room logs it in its own form. */
const SILENT = { warn: () => undefined, error: () => undefined, deprecate: () => undefined, debug: () => undefined };

/** Opens nothing yet: the first query does. The caller ends it with `destroy()`. */
export function connect(url: string, options: ConnectOptions): Knex {
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: options.applicationName,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      keepAlive: true,
      ...(options.byKey ? { options: BY_KEY } : {}),
      types: { getTypeParser },
    } as Knex.PgConnectionConfig,
    pool: { min: options.poolMin ?? 0, max: options.poolMax ?? 10 },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: SILENT,
  });
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary' && oid === DATE) return (text: string) => text;
  if (format !== 'binary' && oid === INT8) return parseInt8;
  return pg.types.getTypeParser(oid, format as 'text');
}

function parseInt8(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('an int8 beyond 2^53 does not fit a number');
  return number;
}
