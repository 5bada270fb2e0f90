// The other end of bounded-pool.ts: a thread that answers one message with one message.
import { parentPort } from 'node:worker_threads';
import { replyTo } from './replies.ts';

/** Called once, by the entry of a thread. */
export function answerJobs<Question, Answer>(work: (question: Question) => Answer | Promise<Answer>): void {
  const port = parentPort;
  if (!port) throw new Error('this file is the entry of a worker thread');
  port.on('message', (question: Question) => {
    void replyTo(question, work).then((reply) => port.postMessage(reply));
  });
}
