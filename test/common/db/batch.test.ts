import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { makeBatch } from '../../../common/db/batch.ts';

test('What is asked while a batch is at work goes with the next one, each answered by its own', async (t) => {
  const batches: number[][] = [];
  const double = makeBatch(
    async (inputs: readonly number[]) => {
      batches.push([...inputs]);
      await sleep(1);
      return inputs.map((input) => 2 * input);
    },
    { size: 3 },
  );
  const early = [1, 2].map(double);
  await sleep(0);
  const late = [3, 4, 5, 6].map(double);
  t.deepEqual(await Promise.all([...early, ...late]), [2, 4, 6, 8, 10, 12]);
  t.deepEqual(batches, [[1, 2], [3, 4, 5], [6]]);
});

test('Behind a batch of several the next waits for more; behind a batch of one, one alone goes at once', async (t) => {
  const batches: number[][] = [];
  const keep = (gatherMs: number) =>
    makeBatch(
      async (inputs: readonly number[]) => {
        batches.push([...inputs]);
        return inputs;
      },
      { size: 3, gatherMs },
    );
  const patient = keep(500);
  await Promise.all([1, 2].map(patient));
  const third = patient(3);
  await sleep(20);
  t.deepEqual(await Promise.all([third, patient(4)]), [3, 4]);
  t.deepEqual(batches, [
    [1, 2],
    [3, 4],
  ]);
  // A wait of this one would end after the test does.
  const hurried = keep(600_000);
  for (const input of [5, 6, 7]) await hurried(input);
  t.deepEqual(batches.slice(2), [[5], [6], [7]]);
  // Nor is a batch that is full held back.
  await Promise.all([8, 9, 10].map(hurried));
  await Promise.all([11, 12, 13].map(hurried));
  t.deepEqual(batches.slice(5), [
    [8, 9, 10],
    [11, 12, 13],
  ]);
});

test('A batch that fails is asked one by one: only who asked badly is refused; a database that is away refuses all at once', async (t) => {
  let calls = 0;
  const careful = makeBatch(async (inputs: readonly number[]) => {
    calls += 1;
    if (inputs.includes(13)) throw new Error('thirteen');
    if (inputs.includes(0)) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    return inputs;
  });
  const answers = await Promise.allSettled([1, 13, 2].map(careful));
  t.deepEqual(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message)),
    [1, 'thirteen', 2],
  );
  t.is(calls, 4);
  const lost = await Promise.allSettled([1, 0].map(careful));
  t.deepEqual(
    lost.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(calls, 5);
});
