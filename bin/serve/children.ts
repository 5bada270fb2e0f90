// The processes of the house: forked with an IPC channel, told to stop by a message, killed when they do not.
// The parent alone hears signals. A child that dies ends the tree; children stop by themselves when the channel closes.
import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';

/** What a child may tell its parent; the counterpart is common/http/run-room.ts. */
const childMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('failed'), detail: z.string(), exitCode: z.int() }),
]);

export type ChildPlan = { readonly name: string; readonly main: URL; readonly env: NodeJS.ProcessEnv };
/** Why the tree has to end. */
export type ChildEnd = { readonly name: string; readonly reason: string; readonly exitCode: number };

export type Children = {
  /** Starts children; resolves when all of them said that they are ready, rejects never: watch `ended`. */
  start(plans: readonly ChildPlan[]): Promise<void>;
  /** The first child that ended without being told to. */
  readonly ended: Promise<ChildEnd>;
  /** Tells all to stop, last started first, and waits; after `stopSeconds` they are killed. */
  stop(): Promise<void>;
  /** At once, for a second Ctrl-C. */
  kill(): void;
};

const EXIT_UNEXPECTED = 1;
/**
 * A room keeps some 40 MB for good (fonts, catalogues, code), and V8 would look through all of it after every 10 MB of files
 * and buffers that pass: a seventh of the work of issuing. It looks when a heap is four times what was left the last time.
 */
export const ENGINE: readonly string[] = ['--heap-growing-percent=300'];

export function makeChildren({ stopSeconds }: { readonly stopSeconds: number }): Children {
  const running = new Map<string, { readonly child: ChildProcess; readonly exited: Promise<void> }>();
  const end = Promise.withResolvers<ChildEnd>();
  let stopping = false;

  function startOne({ name, main, env }: ChildPlan): Promise<void> {
    const execArgv = [...process.execArgv, ...ENGINE];
    const child = fork(main, { env, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ready = Promise.withResolvers<void>();
    let told: ChildEnd | undefined;
    child.on('message', (raw) => {
      const message = childMessage.safeParse(raw).data;
      if (message?.type === 'ready') ready.resolve();
      if (message?.type === 'failed') told = { name, reason: message.detail, exitCode: message.exitCode };
    });
    const exited = new Promise<void>((resolve) => {
      const gone = (reason: string): void => {
        running.delete(name);
        if (!stopping) end.resolve(told ?? { name, reason, exitCode: EXIT_UNEXPECTED });
        resolve();
      };
      child.once('error', (error) => gone(error.message));
      child.once('exit', (code, signal) => {
        const reason = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
        afterLastMessage(child, () => gone(reason));
      });
    });
    running.set(name, { child, exited });
    return ready.promise;
  }

  return {
    start: async (plans) => {
      if (!stopping) await Promise.all(plans.map(startOne));
    },
    ended: end.promise,
    async stop() {
      stopping = true;
      const all = [...running.values()].reverse();
      const kill = setTimeout(() => {
        for (const { child } of all) child.kill('SIGKILL');
      }, stopSeconds * 1000);
      for (const { child } of all) if (child.connected) child.send({ type: 'stop' }, () => undefined);
      await Promise.all(all.map(({ exited }) => exited));
      clearTimeout(kill);
    },
    kill() {
      stopping = true;
      for (const { child } of running.values()) child.kill('SIGKILL');
    },
  };
}

/** The end of a process may be heard before what it said last; the channel closes behind that. */
function afterLastMessage(child: ChildProcess, act: () => void): void {
  if (child.connected) child.once('disconnect', () => setImmediate(act));
  else setImmediate(act);
}
