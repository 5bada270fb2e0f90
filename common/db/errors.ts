// What the errors of PostgreSQL and of its pool mean to the house.
import { TrustError } from '../errors.ts';

/** SQLSTATE or system code of an error of pg, knex or the socket; undefined for others. */
export function databaseErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** True when a unique index refused the row (SQLSTATE 23505), optionally that index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (databaseErrorCode(error) !== '23505') return false;
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}

/** True when the database could not be reached or ended the connection: repeating later can help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  const code = databaseErrorCode(error) ?? '';
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code)) return true;
  if (/^(08|57P0|53300)/.test(code)) return true; // connection exceptions; server stopping or starting; no connection left
  const { name, message } = (error ?? {}) as Error;
  return (
    name === 'KnexTimeoutError' ||
    /(^| - )(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
      message ?? '',
    )
  );
}

/** The same error, or `database-unavailable` in its place when that is what it means. */
export function asDatabaseProblem(error: unknown): unknown {
  if (!isDatabaseUnavailable(error)) return error;
  return new TrustError('database-unavailable', 'PostgreSQL does not answer', { cause: error });
}
