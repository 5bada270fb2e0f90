// When a batch leaves. Who comes alone goes at once. Where several come at a time, what one statement costs beside its rows
// (a journey, the waking of a process, a flush of the disk) is shared: a batch then waits a few milliseconds behind the one
// before it, so that more gather. It waits for nobody who may not come: behind a batch of one, one alone goes at once.
import { setTimeout as sleep } from 'node:timers/promises';

export type Company = {
  /** Before a batch is taken of `waiting` inputs, one at least. */
  readonly gather: (waiting: number) => Promise<void>;
  /** After a batch of so many has ended. */
  readonly left: (count: number) => void;
};

const GATHER_MS = 4;

export function makeCompany(gatherMs = GATHER_MS): Company {
  let isCrowded = false;
  let ended = Number.NEGATIVE_INFINITY;
  return {
    gather: async (waiting) => {
      const early = ended + gatherMs - performance.now();
      if (early > 0 && (isCrowded || waiting > 1)) await sleep(early);
    },
    left: (count) => {
      isCrowded = count > 1;
      ended = performance.now();
    },
  };
}
