// The sealing threads of a room: whole sealings beside each other, so that the thread of the room has time for its callers.
// The software signer is in them, since private keys are only where they are used; what has another signer is asked of it.
// A thread that dies takes what lies in it along; its calls fail, and the next document gets another thread.
import type { Sm2PrivateKey } from '../../common/crypto/sm2.ts';
import type { Place } from '../../common/files/spool.ts';
import { type KeyThread, openKeyThreads } from '../../common/keys/key-threads.ts';
import type { Signer } from '../../common/keys/signer.ts';
import { errorOf } from '../../common/threads/replies.ts';
import type { DocumentQuestion, LodgedDocument, MadeRevision, MakingQuestion } from '../flow/lodged-document.ts';
import { answerThread, type ThreadJob } from './answer-thread.ts';
import type { MakingAnswer, RoomQuestion, ThreadQuestion, ThreadRevision } from './messages.ts';
import { nameParty } from './party-name.ts';

export type SealingThreads = Signer & {
  /** A place for one more document. */
  readonly lodge: () => LodgedDocument;
};

/** A document that is hashed while it comes is told of in such steps. */
const STEP_BYTES = 1 << 20;
const HEAP_MEGABYTES = 512;

/** `workers`: from 1 to 64; started when first needed. */
export function openSealingThreads(keys: ReadonlyMap<string, Sm2PrivateKey>, workers: number): SealingThreads {
  const jobs = new Map<number, ThreadJob>();
  let last = 0;

  const { pick, ...signer } = openKeyThreads({
    entry: new URL('./entry.ts', import.meta.url),
    keys,
    threads: workers,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    answer: (question) => answerThread(jobs, question as RoomQuestion),
  });
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

  return {
    ...signer,
    lodge: () => {
      last += 1;
      return lodgeDocument(last, pick, work);
    },
  };
}

type Work = <T>(job: ThreadJob, ask: (id: number) => Promise<T>) => Promise<T>;

/** A thread is chosen when the first bytes are there. */
function lodgeDocument(document: number, pick: () => KeyThread, work: Work): LodgedDocument {
  let thread: KeyThread | null = null;
  let told = 0;
  let slot: SharedArrayBuffer | null = null;
  let asked = 0;
  /** Whole, and where: so that a thread which let it go can take it in again. */
  let whole: { readonly place: Place; readonly size: number } | null = null;
  let isGone = false;
  const ask = async (question: ThreadQuestion): Promise<unknown> => {
    asked += 1;
    try {
      return await lodgeIn().line.ask(question);
    } finally {
      asked -= 1;
    }
  };
  const lodgeIn = (): KeyThread => {
    if (!thread) {
      thread = pick();
      thread.held += 1;
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
      whole = { place, size };
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
      // Rare: made before, and its release was taken over by another attempt, whose bytes are made now.
      if (isGone && whole) await ask({ kind: 'finish', document, ...whole });
      const answer = await work(question, (job) => ask({ kind: 'make', document, job, password, orders, drawn }));
      isGone = 'revisions' in (answer as MakingAnswer);
      return revisionsOf(answer as MakingAnswer, question, slot);
    },
    leave: async () => {
      if (!thread) return;
      thread.held -= 1;
      const { line } = thread;
      thread = null;
      if (isGone && asked === 0) return;
      const question = { kind: 'leave', document } satisfies ThreadQuestion;
      // Nothing was told and every question is answered: the thread is at nothing. One that has ended looks at nothing either.
      if (asked === 0 && told === 0) line.tell(question);
      else await line.ask(question).catch(() => undefined);
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
