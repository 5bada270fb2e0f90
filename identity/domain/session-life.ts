// How long a session lives: it ends when it was not used for a while, and however much it is used, it ends after a day's work.

import type { SessionEnd } from '../../common/session-end.ts';

export type SessionLife = {
  readonly idleSeconds: number;
  /** From its begin (`iat`) on. */
  readonly maxSeconds: number;
};

/** How long a session that is used now may still live. At least a second, since the provider takes no less. */
export function sessionSeconds(life: SessionLife, iat: number | undefined, nowSeconds: number): number {
  return Math.max(1, Math.min(life.idleSeconds, (iat ?? nowSeconds) + life.maxSeconds - nowSeconds));
}

/** The end of a session that was written so (seconds since 1970), and the latest that it can have. */
export function sessionEnd(
  life: SessionLife,
  { iat, exp }: { readonly iat?: number; readonly exp: number },
): SessionEnd {
  const last = iat === undefined ? exp : iat + life.maxSeconds;
  return { endsAt: new Date(exp * 1000), lastsUntil: new Date(Math.max(exp, last) * 1000) };
}

/** The end of a session is written anew only when it moves by more than a tenth of its life, or by five minutes. */
export function isEndMoved(movedSeconds: number, lifeSeconds: number): boolean {
  return movedSeconds > Math.min(END_MOVED_SECONDS, lifeSeconds / 10);
}
const END_MOVED_SECONDS = 300;
