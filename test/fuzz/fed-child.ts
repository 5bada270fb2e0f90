// Feeds cases to a child process, one at a time, with a guard against hangs. The guard counts the processor time of the
// child where the system tells it, so that a busy machine ends nothing.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { FuzzAnswer, FuzzCase } from './child.ts';

/** What became of a case; `hang` is more than a second of the processor. */
export type Outcome = { readonly fault: string | null };

const HANG_SECONDS = 1;
/** By the clock, where processor time is not to be had or the child sleeps. */
const LOST_SECONDS = 60;
const LOOK_MS = 250;

export class FedChild {
  #child: ChildProcess | null = null;
  maxRssMegabytes = 0;

  async feed(one: FuzzCase): Promise<Outcome> {
    this.#child ??= await startChild();
    const child = this.#child;
    const before = processorSeconds(child.pid!) ?? 0;
    const began = Date.now();
    return new Promise((resolve) => {
      const end = (fault: string | null): void => {
        clearInterval(guard);
        child.removeAllListeners('message');
        child.removeAllListeners('exit');
        resolve({ fault });
      };
      const guard = setInterval(() => {
        const used = (processorSeconds(child.pid!) ?? before) - before;
        if (used < HANG_SECONDS && Date.now() - began < LOST_SECONDS * 1000) return;
        this.#child = null;
        child.kill('SIGKILL');
        end(`hang: no answer after ${used.toFixed(2)} s of the processor`);
      }, LOOK_MS);
      child.once('message', ({ fault, maxRssMegabytes }: FuzzAnswer) => {
        this.maxRssMegabytes = Math.max(this.maxRssMegabytes, maxRssMegabytes);
        end(fault);
      });
      child.once('exit', (code, signal) => {
        this.#child = null;
        end(`the child ended: ${signal ?? `exit code ${code}`}`);
      });
      child.send(one);
    });
  }

  close(): void {
    this.#child?.removeAllListeners('exit');
    this.#child?.disconnect();
    this.#child = null;
  }
}

/** A child that has read its modules: the first case is not charged with them. */
async function startChild(): Promise<ChildProcess> {
  const child = fork(new URL('./child.ts', import.meta.url), { serialization: 'advanced', silent: false });
  await new Promise((resolve) => {
    child.once('message', resolve);
    child.send({ target: 'pdf', bytes: new Uint8Array() } satisfies FuzzCase);
  });
  return child;
}

/** User and system time of a process, by Linux; null elsewhere. */
function processorSeconds(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}
