// The process that is fed: its memory is its own, and whoever hangs it does not hang the tests.
import { readFileSync } from 'node:fs';
import { feed, type Target } from './targets.ts';

export type FuzzCase = { readonly target: Target; readonly bytes: Uint8Array };
export type FuzzAnswer = { readonly fault: string | null; readonly maxRssMegabytes: number };

process.on('message', ({ target, bytes }: FuzzCase) => {
  const fault = feed(target, bytes);
  const answer: FuzzAnswer = { fault, maxRssMegabytes: maxRssMegabytes() };
  process.send?.(answer);
});
/** The most so far, by Linux. `getrusage` will not do: it counts the process that started this one. */
function maxRssMegabytes(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]) / 1024;
  } catch {
    return process.memoryUsage.rss() / 1024 ** 2;
  }
}

process.on('disconnect', () => process.exit());
