// How often a password may be tried for one login from one address. Counted before the password is looked at, so that
// parallel guesses count too; a right password forgets the count. Unknown accounts count alike.

/** Wrong tries in one window before login pauses. */
export const MAX_TRIES = 10;
export const WINDOW_SECONDS = 15 * 60;

/** Told to the person from here on. */
const WARN_FROM = 3;

export type Tries = {
  /** This one included. */
  readonly tries: number;
  readonly windowEndsAt: Date;
};

/** The time until which login pauses, or null when this try may go on. */
export function pausedUntil({ tries, windowEndsAt }: Tries): Date | null {
  return tries > MAX_TRIES ? windowEndsAt : null;
}

/** Tries that are left after a wrong one, when they are few enough to be told. */
export function triesLeft({ tries }: Tries): number | null {
  const left = Math.max(0, MAX_TRIES - tries);
  return left <= WARN_FROM ? left : null;
}
