// A job of the durable queue, and what becomes of a try. Pure: time and chance come in as arguments.

/** What is put into a queue. No secret in clear and no person's code belongs into the payload. */
export type NewJob = {
  /** Whom the job concerns, for example a client: at most so many jobs of one key run at once. */
  readonly key?: string | undefined;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Not before; at once unless given. */
  readonly runAfter?: Date | undefined;
};

export type JobState = 'waiting' | 'running' | 'done' | 'dead';

/** A job as a handler gets it. */
export type Job = {
  readonly id: number;
  readonly queue: string;
  readonly key: string | null;
  /** As it was put in; the handler parses it. */
  readonly payload: unknown;
  /** 1 at the first try. */
  readonly tries: number;
  /** The same at every try: what a receiver or a table tells repetitions by. */
  readonly idempotencyKey: string;
  readonly enqueuedAt: Date;
};

/** What a try came to. A job that is waiting is tried again after `runAfter`; a dead one when somebody requeues it. */
export type Outcome =
  | { readonly state: 'done' }
  | { readonly state: 'waiting'; readonly error: string; readonly runAfter: Date }
  | { readonly state: 'dead'; readonly error: string };

export type RetryPolicy = {
  /** Seconds to wait after the first, second … failed try; after the last of them the job is dead. */
  readonly delaysSeconds: readonly number[];
  /** 0.2 spreads each delay over 80 to 120 percent, so that what failed together does not come back together. */
  readonly jitter: number;
};

const MAX_ERROR_CHARACTERS = 500;

/** What follows from a failed try. `chance` lies in [0, 1). */
export function judgeFailure(
  policy: RetryPolicy,
  { tries }: Pick<Job, 'tries'>,
  error: unknown,
  now: Date,
  chance: number,
): Outcome {
  const text = sayError(error);
  const delay = policy.delaysSeconds[tries - 1];
  if (delay === undefined) return { state: 'dead', error: text };
  const spread = 1 + policy.jitter * (2 * chance - 1);
  return { state: 'waiting', error: text, runAfter: new Date(now.getTime() + Math.round(delay * spread * 1000)) };
}

/** The words of an error, short enough for a row. */
export function sayError(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return `${message}${why}`.replaceAll('\0', '').slice(0, MAX_ERROR_CHARACTERS);
}
