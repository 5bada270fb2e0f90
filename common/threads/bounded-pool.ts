// Threads for work that may not end well, such as reading what strangers send. One job a thread at a time; a job that
// passes its deadline, or the memory of its thread, is ended together with the thread, and the next one starts another. What
// waits is bounded as well. Memory outside of the heap (buffers) is bounded by what the work counts for itself.
import { type Transferable, Worker } from 'node:worker_threads';
import { TrustError } from '../errors.ts';
import { errorOf, type JobReply } from './replies.ts';

export type BoundedPoolOptions = {
  /** A module that calls `answerJobs`. */
  readonly entry: URL;
  /** Handed to every thread at its birth. */
  readonly workerData?: unknown;
  readonly threads: number;
  /** Jobs that may wait; one more is refused with `busy`. */
  readonly queue: number;
  readonly deadlineMs: number;
  readonly heapMegabytes: number;
  /** Calls `fire` after `ms` unless cancelled; the clock of the process unless given. */
  readonly timer?: Timer;
};

/** Returns what cancels it. */
export type Timer = (fire: () => void, ms: number) => () => void;

export type BoundedPool<Question, Answer> = {
  /** Codes: `busy`, `document-too-costly`, and what the work itself throws. `transfer`: buffers that go over and are gone here. */
  run(question: Question, transfer?: readonly Transferable[]): Promise<Answer>;
  /** Ends every thread; jobs in hand and waiting are `stopping`. */
  close(): Promise<void>;
};

type Job = {
  readonly question: unknown;
  readonly transfer: readonly Transferable[];
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
};
type Thread = { readonly worker: Worker; readonly run: (job: Job) => void };

const STACK_MEGABYTES = 4;

/** Threads start when they are first needed. */
export function makeBoundedPool<Question, Answer>(options: BoundedPoolOptions): BoundedPool<Question, Answer> {
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: Job[] = [];
  let isClosed = false;

  const isFree = (thread: Thread): void => {
    const job = waiting.shift();
    if (job) thread.run(job);
    else idle.push(thread);
  };
  const isGone = (thread: Thread): void => {
    all.delete(thread);
    const at = idle.indexOf(thread);
    if (at >= 0) idle.splice(at, 1);
    const job = isClosed ? undefined : waiting.shift();
    if (job) take(job);
  };
  const take = (job: Job): void => {
    const thread = idle.pop() ?? (all.size < options.threads ? start() : null);
    if (thread) thread.run(job);
    else if (waiting.length < options.queue) waiting.push(job);
    else job.reject(new TrustError('busy', `${waiting.length} other requests of this kind are waiting`));
  };
  const start = (): Thread => {
    const thread = startThread(options, { isFree, isGone });
    all.add(thread);
    return thread;
  };

  return {
    run: (question, transfer = []) =>
      new Promise<Answer>((resolve, reject) => {
        if (isClosed) return reject(new TrustError('stopping', 'no more work is taken'));
        take({ question, transfer, resolve: (answer) => resolve(answer as Answer), reject });
      }),
    close: async () => {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(new TrustError('stopping', 'the work was not begun'));
      await Promise.all([...all].map(({ worker }) => worker.terminate()));
    },
  };
}

type Life = { readonly isFree: (thread: Thread) => void; readonly isGone: (thread: Thread) => void };

function startThread(options: BoundedPoolOptions, { isFree, isGone }: Life): Thread {
  const { entry, workerData, deadlineMs, heapMegabytes, timer = processTimer } = options;
  const worker = new Worker(entry, {
    workerData,
    env: {}, // what is in the environment is none of a stranger's document's business
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, stackSizeMb: STACK_MEGABYTES },
  });
  let job: Job | null = null;
  let cancel = (): void => {};
  let ending: TrustError | null = null;
  const finish = (settle: (job: Job) => void): void => {
    cancel();
    const done = job;
    job = null;
    worker.unref(); // an idle thread does not keep the process alive
    if (done) settle(done);
  };
  const thread: Thread = {
    worker,
    run: (next) => {
      job = next;
      worker.ref();
      cancel = timer(() => {
        ending = new TrustError(
          'document-too-costly',
          `The work took longer than ${deadlineMs / 1000} s and was ended`,
        );
        void worker.terminate();
      }, deadlineMs);
      worker.postMessage(next.question, next.transfer);
    },
  };
  worker.unref();
  worker.on('message', (reply: JobReply) => {
    if (ending) return; // too late
    finish((done) => settleJob(done, reply));
    isFree(thread);
  });
  worker.on('error', (cause: Error) => {
    ending ??= failureOf(cause, heapMegabytes);
  });
  worker.once('exit', (code) => {
    finish(({ reject }) =>
      reject(ending ?? new TrustError('stopping', `the thread was ended with the service (exit code ${code})`)),
    );
    isGone(thread);
  });
  return thread;
}

function settleJob({ resolve, reject }: Job, reply: JobReply): void {
  if ('answer' in reply) resolve(reply.answer);
  else reject(errorOf(reply));
}

function failureOf(cause: Error, heapMegabytes: number): TrustError {
  if ('code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new TrustError('document-too-costly', `The work needed more than ${heapMegabytes} MB and was ended`);
  return new TrustError('internal', 'a thread died of its work', { cause });
}

const processTimer: Timer = (fire, ms) => {
  const timeout = setTimeout(fire, ms);
  return () => clearTimeout(timeout);
};
