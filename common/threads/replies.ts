// How an answer of a thread crosses: errors of the house by code, others as text for the log.
import { isTrustError, type ProblemCode, TrustError } from '../errors.ts';

export type JobReply =
  | { readonly answer: unknown }
  | {
      readonly code: ProblemCode;
      readonly detail: string;
      readonly hint: string;
      readonly pointer?: string | undefined;
    }
  | { readonly broken: string };

export async function replyTo<Question>(question: Question, work: (question: Question) => unknown): Promise<JobReply> {
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

/** The error that a reply carries. */
export function errorOf(reply: Exclude<JobReply, { readonly answer: unknown }>): Error {
  if ('broken' in reply) return new Error(`the work broke: ${reply.broken}`);
  const { code, detail, hint, pointer } = reply;
  return new TrustError(code, detail, { hint, ...(pointer === undefined ? {} : { pointer }) });
}
