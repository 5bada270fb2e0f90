// A line between a thread and who started it: both ask and both answer, each question once, in any order.
// Ownership: what is posted is copied, shared memory is not. A view takes the whole buffer behind it along, so who posts
// one cuts it out first.
import { errorOf, type JobReply, replyTo } from './replies.ts';

/** One end: a Worker, or the port of a thread to its parent. */
export type LineEnd = {
  postMessage(message: LineMessage): void;
  on(event: 'message', heard: (message: LineMessage) => void): unknown;
};

export type LineMessage =
  | { readonly ask: number; readonly question: unknown }
  | { readonly told: unknown }
  | { readonly to: number; readonly reply: JobReply };

export type Line = {
  /** Rejects with what the other end threw, or with what `cut` says. */
  ask(question: unknown): Promise<unknown>;
  /** The same without an answer; in order with the questions. */
  tell(message: unknown): void;
  /** Questions that wait for their answers. */
  readonly open: () => number;
  /** Resolves when no question is open. */
  readonly settled: () => Promise<void>;
  /** The other end is gone: every question, and each to come, is rejected. */
  cut(cause: Error): void;
};

type Waiting = { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };

/** `answer` is called with questions and with what is told; `changed` whenever the number of open questions did. */
export function openLine(end: LineEnd, answer: (question: unknown) => unknown, changed = (_open: number) => {}): Line {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let gone: Error | null = null;

  let whenSettled: (() => void)[] = [];
  const change = (): void => {
    changed(waiting.size);
    if (waiting.size > 0) return;
    for (const resolve of whenSettled) resolve();
    whenSettled = [];
  };
  const settle = (to: number, reply: JobReply): void => {
    const asker = waiting.get(to);
    waiting.delete(to);
    if ('answer' in reply) asker?.resolve(reply.answer);
    else asker?.reject(errorOf(reply));
    change();
  };
  end.on('message', (message) => {
    if ('to' in message) return settle(message.to, message.reply);
    if ('told' in message) return void answer(message.told);
    void replyTo(message.question, answer).then((reply) => end.postMessage({ to: message.ask, reply }));
  });

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        last += 1;
        end.postMessage({ ask: last, question });
        waiting.set(last, { resolve, reject });
        change();
      }),
    tell: (message) => end.postMessage({ told: message }),
    open: () => waiting.size,
    settled: () => (waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => whenSettled.push(resolve))),
    cut: (cause) => {
      gone = cause;
      for (const { reject } of waiting.values()) reject(cause);
      waiting.clear();
      change();
    },
  };
}
