// When a login ends, and how early a person is told (WCAG 2.2, 2.2.1: who is timed out is warned, and prolongs by one simple
// act). Pure: what a session is, and how it is prolonged, each room knows for itself.

export type SessionEnd = {
  /** When it ends unless it is used. */
  readonly endsAt: Date;
  /** It lasts no longer than this, however much it is used. */
  readonly lastsUntil: Date;
};

/** Less than this is nothing that somebody could use. */
const LEAST_GAIN_MS = 60_000;
const LEAST_WARNING_SECONDS = 120;
const MOST_WARNING_SECONDS = 300;

/** True when using the session moves its end. */
export function canProlong({ endsAt, lastsUntil }: SessionEnd): boolean {
  return lastsUntil.getTime() - endsAt.getTime() >= LEAST_GAIN_MS;
}

/** How long before its end a session of this idle life is warned of: a third of it, two to five minutes. */
export function warningSeconds(idleSeconds: number): number {
  return Math.max(LEAST_WARNING_SECONDS, Math.min(MOST_WARNING_SECONDS, Math.floor(idleSeconds / 3)));
}
