// What one request carries through the process without being passed by hand: its id and its log.
// Clients of other rooms read the id here and send it on as X-Request-Id.
import { AsyncLocalStorage } from 'node:async_hooks';
import { makeId } from '../ids.ts';
import type { Log } from '../log.ts';

export type RequestContext = {
  readonly requestId: string;
  /** Bound to the id; most requests never ask for it. */
  readonly log: Log;
};

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` so that everything it awaits sees this request's id and log. */
export function runWithRequest<T>(request: RequestContext, work: () => T): T {
  return storage.run(request, work);
}

/** The id of the request being served, or undefined outside of one (start, resume, tests). */
export function currentRequestId(): string | undefined {
  return storage.getStore()?.requestId;
}

/** The log of the request being served, bound to its id. */
export function currentLog(): Log | undefined {
  return storage.getStore()?.log;
}

/** A caller's X-Request-Id when it is harmless to print, else a new one. */
export function acceptRequestId(header: string | undefined): string {
  return header !== undefined && /^[A-Za-z0-9_-]{8,64}$/.test(header) ? header : makeId('req');
}
