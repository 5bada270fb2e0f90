// Many callers, one statement: what is asked while a batch is at work, and shortly behind it (company.ts), gathers and goes with
// the next one. A batch that fails is asked again one by one, so that one bad question refuses its own caller only.
// Not for statements that must not run twice: a failed batch may not have changed anything.
import { makeCompany } from './company.ts';
import { isDatabaseUnavailable } from './errors.ts';

export type BatchOptions = {
  /** Inputs handed over at once, at most; 64 unless given. */
  readonly size?: number;
  /** How long a batch waits for company; that of company.ts unless given. */
  readonly gatherMs?: number;
};

type Job<I, O> = {
  readonly input: I;
  readonly resolve: (output: O) => void;
  readonly reject: (error: unknown) => void;
};

const SIZE = 64;

/** `run` answers every input, in order, with all or nothing done. */
export function makeBatch<I, O>(
  run: (inputs: readonly I[]) => Promise<readonly O[]>,
  { size = SIZE, gatherMs }: BatchOptions = {},
): (input: I) => Promise<O> {
  const waiting: Job<I, O>[] = [];
  const company = makeCompany(gatherMs);
  let isPumping = false;

  const settle = async (jobs: readonly Job<I, O>[]): Promise<void> => {
    try {
      const outputs = await run(jobs.map(({ input }) => input));
      for (const [i, job] of jobs.entries()) job.resolve(outputs[i] as O);
    } catch (error) {
      if (jobs.length === 1 || isDatabaseUnavailable(error)) for (const job of jobs) job.reject(error);
      else for (const job of jobs) await settle([job]);
    }
  };

  const pump = async (): Promise<void> => {
    isPumping = true;
    await Promise.resolve(); // what is asked in the same turn goes into the same batch
    while (waiting.length > 0) {
      if (waiting.length < size) await company.gather(waiting.length);
      const jobs = waiting.splice(0, size);
      await settle(jobs);
      company.left(jobs.length);
    }
    isPumping = false;
  };

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isPumping) void pump();
    });
}
