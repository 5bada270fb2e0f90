// The sealing threads of a room: whole sealings beside each other, so that the thread of the room has time for its callers.
// The software signer is in them, since private keys are only where they are used; what has another signer is asked of it.
// A thread that dies takes what lies in it along; its calls fail, and the next document gets another thread.
import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { DEFAULT_USER_ID, type Sm2PrivateKey } from '../../common/crypto/sm2.ts';
import { TrustError } from '../../common/errors.ts';
import type { Place } from '../../common/files/spool.ts';
import type { Signer } from '../../common/keys/signer.ts';
import { type Line, openLine } from '../../common/threads/line.ts';
import { errorOf } from '../../common/threads/replies.ts';
import type { DocumentQuestion, LodgedDocument, MadeRevision, MakingQuestion } from '../flow/lodged-document.ts';
import { answerThread, type ThreadJob } from './answer-thread.ts';
import type { MakingAnswer, RoomQuestion, ThreadKeys, ThreadQuestion, ThreadRevision } from './messages.ts';
import { nameParty } from './party-name.ts';

export type SealingThreads = Signer & {
  /** A place for one more document. */
  readonly lodge: () => LodgedDocument;
};

type Thread = {
  readonly worker: Worker;
  readonly line: Line;
  /** Documents that lie in it. */
  documents: number;
};

/** A document that is hashed while it comes is told of in such steps. */
const STEP_BYTES = 1 << 20;
const HEAP_MEGABYTES = 512;

/** `workers`: from 1 to 64; started when first needed. */
export function openSealingThreads(initial: ReadonlyMap<string, Sm2PrivateKey>, workers: number): SealingThreads {
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) throw new RangeError('workers: from 1 to 64');
  const keys = new Map([...initial].map(([keyRef, key]) => [keyRef, key.keyObject]));
  const threads: Thread[] = [];
  const jobs = new Map<number, ThreadJob>();
  let isClosed = false;
  let last = 0;

  const pick = (): Thread => {
    if (isClosed) throw new TrustError('stopping', 'the signer is closed');
    const idlest = threads.toSorted((a, b) => loadOf(a) - loadOf(b))[0];
    if (idlest && (loadOf(idlest) === 0 || threads.length >= workers)) return idlest;
    const answer = (question: RoomQuestion) => answerThread(jobs, question);
    const thread = startThread(keys, answer, () => threads.splice(threads.indexOf(thread), 1));
    threads.push(thread);
    return thread;
  };
  /** The thread may ask in the name of a job while the job is at work. */
  const work = async <T>(job: ThreadJob, ask: (id: number) => Promise<T>): Promise<T> => {
    last += 1;
    const id = last;
    jobs.set(id, job);
    try {
      return await ask(id);
    } finally {
      jobs.delete(id);
    }
  };
  const change = (keyRef: string, key: KeyObject | null): void => {
    for (const { line } of threads) line.tell({ kind: 'key', keyRef, key } satisfies ThreadQuestion);
  };

  return {
    lodge: () => {
      last += 1;
      return lodgeDocument(last, pick, work);
    },
    load: (keyRef, key) => {
      keys.set(keyRef, key.keyObject);
      change(keyRef, key.keyObject);
    },
    unload: (keyRef) => {
      if (keys.delete(keyRef)) change(keyRef, null);
    },
    sign: async (keyRef, message, userId = DEFAULT_USER_ID) => {
      const { line } = pick();
      if (!keys.has(keyRef)) throw new TrustError('key-not-found', `there is no signing key "${keyRef}" here`);
      const question: ThreadQuestion = { kind: 'sign', keyRef, message: message.slice(), userId };
      return (await line.ask(question)) as Uint8Array;
    },
    close: async () => {
      isClosed = true;
      await Promise.all(threads.map(({ line }) => line.settled()));
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

const loadOf = ({ line, documents }: Thread): number => line.open() + documents;

type Work = <T>(job: ThreadJob, ask: (id: number) => Promise<T>) => Promise<T>;

/** A thread is chosen when the first bytes are there. */
function lodgeDocument(document: number, pick: () => Thread, work: Work): LodgedDocument {
  let thread: Thread | null = null;
  let told = 0;
  let slot: SharedArrayBuffer | null = null;
  const ask = (question: ThreadQuestion): Promise<unknown> => lodgeIn().line.ask(question);
  const lodgeIn = (): Thread => {
    if (!thread) {
      thread = pick();
      thread.documents += 1;
    }
    return thread;
  };
  const ordersFor = ({ orders }: DocumentQuestion) =>
    orders.map(({ party, partySm3, ...order }) => ({ ...order, partyName: nameParty(party, partySm3) }));
  return {
    arrived: (place, size) => {
      if (size - told < STEP_BYTES) return;
      told = size;
      lodgeIn().line.tell({ kind: 'arrived', document, place, size } satisfies ThreadQuestion);
    },
    finish: async (place: Place, size: number) => {
      slot = 'slot' in place ? place.slot : null;
      return (await ask({ kind: 'finish', document, place, size })) as Uint8Array;
    },
    check: async (question) => {
      const { password } = question;
      const orders = ordersFor(question);
      await work({ ...question, outside: null }, (job) => ask({ kind: 'check', document, job, password, orders }));
    },
    make: async (question) => {
      const { password, drawn } = question;
      const orders = ordersFor(question);
      const answer = await work(question, (job) => ask({ kind: 'make', document, job, password, orders, drawn }));
      return revisionsOf(answer as MakingAnswer, question, slot);
    },
    leave: async () => {
      if (!thread) return;
      thread.documents -= 1;
      const { line } = thread;
      thread = null;
      // A thread that has ended looks at nothing.
      await line.ask({ kind: 'leave', document } satisfies ThreadQuestion).catch(() => undefined);
    },
  };
}

function revisionsOf(
  answer: MakingAnswer,
  { drawn }: MakingQuestion,
  slot: SharedArrayBuffer | null,
): readonly MadeRevision[] {
  if ('failure' in answer) {
    Object.assign(drawn.signatures, answer.drawn.signatures);
    drawn.tokenBytes = answer.drawn.tokenBytes;
    throw errorOf(answer.failure);
  }
  return answer.revisions.map(({ appended, ...rest }) => ({ ...rest, appended: bytesOf(appended, slot) }));
}

function bytesOf(appended: ThreadRevision['appended'], slot: SharedArrayBuffer | null): Uint8Array {
  return appended instanceof Uint8Array ? appended : new Uint8Array(slot!, appended.at, appended.length);
}

function startThread(
  keys: ThreadKeys['keys'],
  answer: (question: RoomQuestion) => unknown,
  forget: () => void,
): Thread {
  const workerData: ThreadKeys = { keys };
  const worker = new Worker(new URL('./entry.ts', import.meta.url), {
    workerData,
    env: {}, // what is in the environment is none of a stranger's document's business
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  // An idle thread does not keep the process alive; one with work does.
  const line = openLine(
    worker,
    (question) => answer(question as RoomQuestion),
    (open) => (open > 0 ? worker.ref() : worker.unref()),
  );
  worker.unref();
  worker.on('error', (cause) => line.cut(new TrustError('internal', 'a sealing thread died', { cause })));
  worker.once('exit', (code) => {
    line.cut(new TrustError('internal', `a sealing thread ended with code ${code}`));
    forget();
  });
  return { worker, line, documents: 0 };
}
