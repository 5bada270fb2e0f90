// How long things live, in seconds, as an operator sets it; sessions in session-life.ts.

export type Lifetimes = {
  /** An authorization code, and a pushed request; FAPI 2.0 allows 60. */
  readonly codeSeconds: number;
  /** An access token for another room: the longest that the end of a role or a session can lag behind there. */
  readonly roomTokenSeconds: number;
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
  refreshSeconds: 30 * 24 * 60 * 60,
  refreshGraceSeconds: 10,
  deviceCodeSeconds: 10 * 60,
};
