// Threads that hold private keys, so that a key is where it is used and the event loop stays free (one-shot signing in the
// thread pool of Node does not give standard SM2 signatures). They start when first needed and take in and forget keys while
// they run. Not for legal effect: a certified device belongs behind the same port. A thread that dies takes what it was asked
// along; the next question starts another.
import type { KeyObject } from 'node:crypto';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { DEFAULT_USER_ID, type Sm2PrivateKey } from '../crypto/sm2.ts';
import { TrustError } from '../errors.ts';
import { type Line, openLine } from '../threads/line.ts';
import type { BirthKeys, KeyQuestion } from './serve-keys.ts';
import type { Signer } from './signer.ts';

export type KeyThreads = Signer & {
  /** The idlest thread, for questions of its own. `stopping` after `close`. */
  readonly pick: () => KeyThread;
};

export type KeyThread = {
  readonly line: Line;
  /** What lies in it beside open questions; its users count. */
  held: number;
};

export type KeyThreadsOptions = {
  /** A module that calls `serveKeys`. */
  readonly entry: URL;
  readonly keys: ReadonlyMap<string, Sm2PrivateKey>;
  /** From 1 to 64. */
  readonly threads: number;
  readonly resourceLimits?: WorkerOptions['resourceLimits'];
  /** What the threads ask. */
  readonly answer?: (question: unknown) => unknown;
};

type Running = KeyThread & { readonly worker: Worker };

export function openKeyThreads(options: KeyThreadsOptions): KeyThreads {
  const most = options.threads;
  if (!Number.isInteger(most) || most < 1 || most > 64) throw new RangeError('threads: from 1 to 64');
  const keys = new Map([...options.keys].map(([keyRef, key]) => [keyRef, key.keyObject]));
  const threads = new Set<Running>();
  let isClosed = false;

  const pick = (): Running => {
    if (isClosed) throw new TrustError('stopping', 'the signer is closed');
    const idlest = [...threads].toSorted((a, b) => loadOf(a) - loadOf(b))[0];
    if (idlest && (loadOf(idlest) === 0 || threads.size >= most)) return idlest;
    const thread = startThread(options, keys, () => threads.delete(thread));
    threads.add(thread);
    return thread;
  };
  const change = (keyRef: string, key: KeyObject | null): void => {
    for (const { line } of threads) line.tell({ kind: 'key', keyRef, key } satisfies KeyQuestion);
  };

  return {
    pick,
    load: (keyRef, key) => {
      keys.set(keyRef, key.keyObject);
      change(keyRef, key.keyObject);
    },
    unload: (keyRef) => {
      if (keys.delete(keyRef)) change(keyRef, null);
    },
    sign: async (keyRef, message, userId = DEFAULT_USER_ID) => {
      if (!isClosed && !keys.has(keyRef))
        throw new TrustError('key-not-found', `there is no signing key "${keyRef}" here`);
      const question: KeyQuestion = { kind: 'sign', keyRef, message: message.slice(), userId };
      return (await pick().line.ask(question)) as Uint8Array;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...threads].map(({ line }) => line.settled()));
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

const loadOf = ({ line, held }: KeyThread): number => line.open() + held;

function startThread(
  { entry, resourceLimits, answer = () => undefined }: KeyThreadsOptions,
  keys: BirthKeys['keys'],
  forget: () => void,
): Running {
  const worker = new Worker(entry, {
    workerData: { keys } satisfies BirthKeys,
    env: {}, // what is in the environment is none of a thread's business
    ...(resourceLimits ? { resourceLimits } : {}),
  });
  // An idle thread does not keep the process alive; one with work does.
  const line = openLine(worker, answer, (open) => (open > 0 ? worker.ref() : worker.unref()));
  worker.unref();
  const end = (cause: TrustError): void => {
    forget();
    line.cut(cause);
  };
  worker.on('error', (cause) => end(new TrustError('internal', 'a thread that holds keys died', { cause })));
  worker.once('exit', (code) => end(new TrustError('internal', `a thread that holds keys ended with code ${code}`)));
  return { worker, line, held: 0 };
}
