// Latency at an offered rate: calls begin when they are due, however long earlier ones take, and each is timed from when it was
// due. So a stall is counted for everyone who would have come meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';

export type Act = () => Promise<unknown>;

/** Milliseconds of each call. */
export async function offer(act: Act, perSecond: number, seconds: number): Promise<readonly number[]> {
  const count = Math.max(1, Math.round(perSecond * seconds));
  const times: number[] = [];
  const begin = performance.now();
  const calls: Promise<unknown>[] = [];
  while (calls.length < count) {
    const due = begin + (calls.length / perSecond) * 1000;
    if (performance.now() < due) {
      await sleep(1);
      continue;
    }
    calls.push(act().then(() => times.push(performance.now() - due)));
  }
  await Promise.all(calls);
  return times;
}

/** Calls a second that so many callers get, each beginning when it has its answer; at most `most` calls. */
export async function findCapacity(
  act: Act,
  callers: number,
  seconds: number,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let [begun, done] = [0, 0];
  const call = async (): Promise<void> => {
    while (performance.now() < end && begun < most) {
      begun += 1;
      await act();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (done * 1000) / (performance.now() - begin);
}

export function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
}
