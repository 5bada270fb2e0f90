// A thread that does whatever it is told, also what no thread should.

import { TrustError } from '../../../common/errors.ts';
import { answerJobs } from '../../../common/threads/answer-jobs.ts';

export type Order = 'answer' | 'refuse' | 'break' | 'stall' | 'hoard' | 'exit' | 'recurse';

answerJobs((order: Order): string => {
  switch (order) {
    case 'answer':
      return `answered, ${Object.keys(process.env).length} words of the environment seen`;
    case 'refuse':
      throw new TrustError('pdf-broken', 'refused', { pointer: '/x', hint: 'as told' });
    case 'break':
      throw new RangeError('as told');
    case 'recurse':
      return deeper(0);
    case 'stall':
      return never(() => 0);
    case 'hoard':
      return hoard([]);
    case 'exit':
      return process.exit(3);
  }
});

function never(step: () => number): never {
  for (;;) step();
}

function hoard(all: number[][]): never {
  return never(() => all.push(Array.from({ length: 10_000 }, (_, i) => i + all.length)));
}

const deeper = (n: number): string => `${deeper(n + 1)}${n}`;
