// How often a password may be tried: for one login from one place, for one account from all places, from one address and from
// one browser for all accounts together. Counted before the password is looked at, so that parallel guesses count too; a right
// password forgets the first count and gives its own try back to the others. Unknown accounts count alike.
// A browser in which the person has logged in before is counted apart from strangers and from its address: nobody locks an
// owner out by guessing, not even from the next desk.

/** Wrong tries of one login from one place in one window before login pauses. */
export const MAX_TRIES = 10;
export const WINDOW_SECONDS = 15 * 60;

/** Tries for one account from everywhere; the pause is short. */
export const MAX_ACCOUNT_TRIES = 30;
export const ACCOUNT_WINDOW_SECONDS = 5 * 60;

/** Wrong tries from one network address, whichever accounts they were for: a hall full of people stays below. */
export const MAX_ADDRESS_TRIES = 100;
/** The same of one browser that keeps its cookie. */
export const MAX_DEVICE_TRIES = 30;

/** Stand in the place of an address. */
export const FROM_STRANGERS = '*';
export const FROM_KNOWN_BROWSERS = '+';
const FROM_ANY_LOGIN = '@';

/** Told to the person from here on. */
const WARN_FROM = 3;

export type Counter = {
  /** What is counted for. */
  readonly key: Uint8Array;
  /** From where. */
  readonly place: string;
  readonly max: number;
  readonly windowSeconds: number;
};

export type Tries = {
  /** This one included. */
  readonly tries: number;
  readonly windowEndsAt: Date;
};

export type TryPlace = {
  /** Keyed digest of what was typed. */
  readonly loginKey: Uint8Array;
  /** Keyed digest of the account that answers to it, or of what was typed when there is none. */
  readonly accountKey: Uint8Array;
  /** Network address, and the digests that stand for it and for the browser when they are counted by themselves. */
  readonly address: string;
  readonly addressKey: Uint8Array;
  readonly deviceKey: Uint8Array;
  /** The person has logged in with this browser before. */
  readonly isKnownDevice: boolean;
};

/** What a try counts for; the first is the one whose rest is told. */
export function countersOf(at: TryPlace): readonly Counter[] {
  const { loginKey, accountKey, isKnownDevice } = at;
  const window = { windowSeconds: WINDOW_SECONDS } as const;
  const account = { key: accountKey, max: MAX_ACCOUNT_TRIES, windowSeconds: ACCOUNT_WINDOW_SECONDS } as const;
  const device = {
    key: at.deviceKey,
    place: FROM_ANY_LOGIN,
    max: MAX_DEVICE_TRIES,
    ...window,
  } as const;
  if (isKnownDevice) {
    const own = { key: loginKey, place: `=${Buffer.from(at.deviceKey).toString('base64url')}`, max: MAX_TRIES };
    return [{ ...own, ...window }, { ...account, place: FROM_KNOWN_BROWSERS }, device];
  }
  return [
    { key: loginKey, place: at.address, max: MAX_TRIES, ...window },
    { ...account, place: FROM_STRANGERS },
    { key: at.addressKey, place: FROM_ANY_LOGIN, max: MAX_ADDRESS_TRIES, ...window },
    device,
  ];
}

/** The latest time until which login pauses, or null when this try may go on. */
export function pausedUntil(counters: readonly Counter[], tries: readonly Tries[]): Date | null {
  const ends = counters.flatMap(({ max }, at) => {
    const taken = tries[at];
    return taken !== undefined && taken.tries > max ? [taken.windowEndsAt.getTime()] : [];
  });
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}

/** Tries that are left after a wrong one, when they are few enough to be told. */
export function triesLeft({ tries }: Tries): number | null {
  const left = Math.max(0, MAX_TRIES - tries);
  return left <= WARN_FROM ? left : null;
}
