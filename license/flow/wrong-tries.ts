// Facts of a license could be tried one after another, from many addresses: after some wrong ones for one license it cannot
// be checked by facts for a while. In the memory of this process; several instances count apart.
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';

/** Wrong tries for one license within WINDOW_SECONDS. */
export const MOST_WRONG_TRIES = 20;
export const WINDOW_SECONDS = 3600;
const MOST_LICENSES = 10_000;

/** `tried`: the license, or who tries and the license. */
export type WrongTries = {
  /** Throws `too-many-requests` while the license cannot be checked by facts. */
  check(tried: string): void;
  count(tried: string): void;
};

export function makeWrongTries(clock: Clock): WrongTries {
  const tries = new Map<string, { readonly since: number; readonly count: number }>();
  const live = (tried: string) => {
    const found = tries.get(tried);
    return found && clock().getTime() < found.since + WINDOW_SECONDS * 1000 ? found : undefined;
  };
  return {
    check: (tried) => {
      if ((live(tried)?.count ?? 0) < MOST_WRONG_TRIES) return;
      throw new TrustError('too-many-requests', 'this license was checked with wrong facts too often', {
        hint: 'Try again in an hour, or check the file or the code of its face.',
      });
    },
    count: (tried) => {
      const found = live(tried) ?? { since: clock().getTime(), count: 0 };
      tries.delete(tried);
      if (tries.size >= MOST_LICENSES) tries.delete(tries.keys().next().value as string);
      tries.set(tried, { ...found, count: found.count + 1 });
    },
  };
}
