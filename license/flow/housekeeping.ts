// What a running room does by itself: resume issues that were left, remove what has expired and files that nobody registered,
// make the partitions of the months to come. One round at a time.
import { randomBytes } from 'node:crypto';
import { toHex } from '../../common/bytes.ts';
import { makeEventPartitions } from '../store/event-partitions.ts';
import type { LicenseDeps } from './deps.ts';
import { resumeIssues } from './resume-issues.ts';
import { sweepExpired } from './sweep.ts';
import { makeFileSweep } from './sweep-files.ts';

export type Housekeeping = {
  /** The first round at once, then one every ten seconds. */
  start(): void;
  /** Resolves when the round that is under way has finished its issue. */
  stop(): Promise<void>;
};

const ROUND_MS = 10_000;
/** A month is made weeks before it begins. */
const PARTITION_ROUNDS = 360;

export function makeHousekeeping(deps: LicenseDeps): Housekeeping {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const files = makeFileSweep(deps, toHex(randomBytes(32)));
  let rounds = 0;
  const chores: readonly (() => Promise<unknown>)[] = [
    async () => rounds++ % PARTITION_ROUNDS === 0 && makeEventPartitions(deps.db),
    () => resumeIssues(deps, stopping.signal),
    () => sweepExpired(deps),
    () => files.run(),
  ];
  const run = async (): Promise<void> => {
    for (const chore of chores) {
      if (stopping.signal.aborted) return;
      await chore().catch((error: unknown) => deps.log.warn({ err: error }, 'housekeeping failed'));
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
