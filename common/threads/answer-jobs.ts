// The other end of bounded-pool.ts: a thread that answers one message with one message. Errors of the house go back by code;
// others as text for the log.
import { parentPort } from 'node:worker_threads';
import { isTrustError, type ProblemCode } from '../errors.ts';

export type JobReply =
  | { readonly answer: unknown }
  | {
      readonly code: ProblemCode;
      readonly detail: string;
      readonly hint: string;
      readonly pointer?: string | undefined;
    }
  | { readonly broken: string };

/** Called once, by the entry of a thread. */
export function answerJobs<Question, Answer>(work: (question: Question) => Answer | Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new Error('this file is the entry of a worker thread');
  port.on('message', (question: Question) => {
    void replyTo(question, work).then((reply) => port.postMessage(reply));
  });
}

async function replyTo<Question, Answer>(
  question: Question,
  work: (question: Question) => Answer | Promise<Answer>,
): Promise<JobReply> {
  try {
    return { answer: await work(question) };
  } catch (error) {
    if (isTrustError(error)) {
      const { code, message: detail, hint, pointer } = error;
      return { code, detail, hint, pointer };
    }
    return { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
