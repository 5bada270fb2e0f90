// How long things live, in seconds, as an operator sets it.

export type Lifetimes = {
  /** An authorization code, and a pushed request; FAPI 2.0 allows 60. */
  readonly codeSeconds: number;
  /** An access token for another room: the longest that the end of a role or a session can lag behind there. */
  readonly roomTokenSeconds: number;
  /** A session that nobody uses. */
  readonly sessionIdleSeconds: number;
  /** A session from the login on, however much it is used. */
  readonly sessionSeconds: number;
  /** All refresh tokens of one login, the rotated ones included. */
  readonly refreshSeconds: number;
  /** So long the refresh token that was just used gives the same successor once more (refresh-grace.ts). */
  readonly refreshGraceSeconds: number;
  /** A device code, and the code that a person types for it. */
  readonly deviceCodeSeconds: number;
};

export const DEFAULT_LIFETIMES: Lifetimes = {
  codeSeconds: 60,
  roomTokenSeconds: 5 * 60,
  sessionIdleSeconds: 30 * 60,
  sessionSeconds: 12 * 60 * 60,
  refreshSeconds: 30 * 24 * 60 * 60,
  refreshGraceSeconds: 10,
  deviceCodeSeconds: 10 * 60,
};

/** How long a session lives from `now` on when nobody uses it: the idle time, and never beyond its whole. `loginTs`: seconds. */
export function sessionSecondsLeft(lifetimes: Lifetimes, loginTs: number | undefined, now: Date): number {
  const seconds = Math.floor(now.getTime() / 1000);
  const left = (loginTs ?? seconds) + lifetimes.sessionSeconds - seconds;
  return Math.max(1, Math.min(lifetimes.sessionIdleSeconds, left));
}
