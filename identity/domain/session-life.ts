// How long a session lives: it ends when it was not used for a while, and however much it is used, it ends after a day's work.

export type SessionLife = {
  readonly idleSeconds: number;
  /** From its begin (`iat`) on. */
  readonly maxSeconds: number;
};

/** How long a session that is used now may still live. At least a second, since the provider takes no less. */
export function sessionSeconds(life: SessionLife, iat: number | undefined, nowSeconds: number): number {
  return Math.max(1, Math.min(life.idleSeconds, (iat ?? nowSeconds) + life.maxSeconds - nowSeconds));
}
