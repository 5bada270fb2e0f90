// The only place that makes RFC 9457 problem documents. Codes, titles and hints come from common/errors.ts; the text of an
// unknown error is withheld and its cause goes to the log. OAuth endpoints keep their own form and do not come here.
import type { ProblemDocument } from '../contract/problem.ts';
import { isTrustError, PROBLEMS, type ProblemCode, TrustError } from '../errors.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The statuses that koa and its parts throw by themselves, as codes of the house. */
const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  415: 'unsupported-media-type',
  501: 'method-not-allowed',
};

/** Any thrown value as a `TrustError`; what is not known becomes `internal` with its text withheld. */
export function toTrustError(error: unknown): TrustError {
  if (isTrustError(error)) return error;
  const status = statusOf(error);
  const code = status === undefined ? undefined : CODE_OF_STATUS[status];
  if (code !== undefined) return new TrustError(code, PROBLEMS[code].title, { cause: error });
  return new TrustError('internal', 'The request could not be completed; the cause is in the log.', { cause: error });
}

/** The problem document for an error. `requestId` becomes `instance`, the number a person can tell the operator. */
export function problemFor(error: unknown, requestId: string): ProblemDocument {
  const { code, message, hint, pointer, successor } = toTrustError(error);
  const row = PROBLEMS[code];
  return {
    type: `urn:xinji:problem:${code}`,
    title: row.title,
    title_zh: row.titleZh,
    status: row.status,
    detail: message,
    code,
    hint,
    ...(pointer === undefined ? {} : { pointer }),
    ...(successor === undefined ? {} : { successor }),
    instance: requestId,
  };
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  // A malformed escape in a path: decodeURIComponent throws it while the route is matched.
  if (error instanceof URIError) return 400;
  if ('code' in error && (error.code === 'ECONNRESET' || error.code === 'ECONNABORTED')) return 400;
  const status = 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status < 500 ? status : undefined;
}
