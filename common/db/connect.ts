// A pool to PostgreSQL. The same path for the embedded server and for any other of version 15 or later.
import knex, { type Knex } from 'knex';
import { getTypeParser } from './column-types.ts';

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
