// How often a password may be tried for one login from one address, and for one account from all addresses together.
// Counted before the password is looked at, so that parallel guesses count too; a right password forgets the first count
// and gives its own try back to the second. Unknown accounts count alike.

/** Wrong tries in one window before login pauses. */
export const MAX_TRIES = 10;
export const WINDOW_SECONDS = 15 * 60;

/**
 * Tries for one account from everywhere. The pause is short, and a browser in which the person has logged in before is
 * counted apart from strangers, so that nobody locks an owner out by guessing.
 */
export const MAX_ACCOUNT_TRIES = 30;
export const ACCOUNT_WINDOW_SECONDS = 5 * 60;

/** Stand in the place of an address. */
export const FROM_STRANGERS = '*';
export const FROM_KNOWN_BROWSERS = '+';

/** Told to the person from here on. */
const WARN_FROM = 3;

export type Tries = {
  /** This one included. */
  readonly tries: number;
  readonly windowEndsAt: Date;
};

/** The time until which login pauses, or null when this try may go on. */
export function pausedUntil({ tries, windowEndsAt }: Tries, max = MAX_TRIES): Date | null {
  return tries > max ? windowEndsAt : null;
}

/** Tries that are left after a wrong one, when they are few enough to be told. */
export function triesLeft({ tries }: Tries): number | null {
  const left = Math.max(0, MAX_TRIES - tries);
  return left <= WARN_FROM ? left : null;
}
