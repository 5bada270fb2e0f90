// What a running room does by itself: resume issues that were left, remove what has expired. One round at a time.
import type { LicenseDeps } from './deps.ts';
import { resumeIssues } from './resume-issues.ts';
import { sweepExpired } from './sweep.ts';

export type Housekeeping = {
  /** The first round at once, then one every ten seconds. */
  start(): void;
  /** Resolves when the round that is under way has finished its issue. */
  stop(): Promise<void>;
};

const ROUND_MS = 10_000;

export function makeHousekeeping(deps: LicenseDeps): Housekeeping {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    try {
      await resumeIssues(deps, stopping.signal);
      await sweepExpired(deps);
    } catch (error) {
      deps.log.warn({ err: error }, 'housekeeping failed');
    }
    if (!stopping.signal.aborted) timer = setTimeout(next, ROUND_MS);
  };
  const next = (): void => {
    round = run();
  };
  return {
    start: next,
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await round;
    },
  };
}
