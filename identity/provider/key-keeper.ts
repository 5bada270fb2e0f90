// What the keys need while nobody asks: every second a look at what others changed, every minute at their age.
import type { Log } from '../../common/log.ts';
import { type KeepDeps, keepSigningKeys } from '../flow/rotate-signing-key.ts';
import type { Keyring } from './keyring.ts';

export type KeyKeeper = { start(): void; stop(): Promise<void> };

const REFRESH_MS = 1000;
const KEEP_MS = 60_000;

export function makeKeyKeeper(keyring: Keyring, deps: KeepDeps & { readonly log: Log }): KeyKeeper {
  const timers: NodeJS.Timeout[] = [];
  let running: Promise<void> = Promise.resolve();
  const every = (milliseconds: number, work: () => Promise<void>): void => {
    const pass = (): Promise<void> =>
      work().catch((error: unknown) => deps.log.warn({ err: error }, 'keeping the signing keys failed'));
    const timer = setInterval(() => {
      running = running.then(pass);
    }, milliseconds);
    timers.push(timer.unref());
  };
  return {
    start: () => {
      if (timers.length > 0) return;
      every(REFRESH_MS, () => keyring.refresh());
      every(KEEP_MS, () => keepSigningKeys(deps));
    },
    stop: async () => {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await running;
    },
  };
}
