import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { TrustError } from '../../../common/errors.ts';
import { openLine } from '../../../common/threads/line.ts';

function makeLines(left: (question: unknown) => unknown, right: (question: unknown) => unknown) {
  const { port1, port2 } = new MessageChannel();
  const counts: number[] = [];
  const lines = [openLine(port1, left, (open) => counts.push(open)), openLine(port2, right)] as const;
  const close = () => port1.close();
  return { lines, counts, close };
}

test('Both ends ask, answer in any order, and may ask while they answer', async (t) => {
  const { lines, counts, close } = makeLines(
    (question) => `left ${question}`,
    async (question): Promise<unknown> => (question === 'nested' ? lines[1].ask('nested') : `right ${question}`),
  );
  const [left] = lines;
  t.deepEqual(await Promise.all([left.ask('nested'), left.ask('plain')]), ['left nested', 'right plain']);
  t.deepEqual(counts, [1, 2, 1, 0]);
  await left.settled();
  close();
});

test('Errors of the house go over by code, with hint and pointer; others as text', async (t) => {
  const { lines, close } = makeLines(
    () => null,
    (question) => {
      if (question === 'house') throw new TrustError('busy', 'much to do', { hint: 'Wait.', pointer: '/x' });
      throw new RangeError('a fault');
    },
  );
  await t.throwsAsync(lines[0].ask('house'), { code: 'busy', message: 'much to do' });
  await t.throwsAsync(lines[0].ask('house'), { instanceOf: TrustError });
  await t.throwsAsync(lines[0].ask('other'), { message: /RangeError: a fault/ });
  close();
});

test('What is told comes in order with what is asked; a line that is cut rejects what is open and what comes', async (t) => {
  const heard: unknown[] = [];
  const { lines, close } = makeLines(
    () => null,
    (message) => {
      heard.push(message);
      return message === 'never' ? new Promise(() => undefined) : null;
    },
  );
  const [left] = lines;
  left.tell(1);
  await left.ask(2);
  t.deepEqual(heard, [1, 2]);
  const open = left.ask('never');
  const settled = left.settled();
  left.cut(new Error('gone'));
  await t.throwsAsync(open, { message: 'gone' });
  await t.throwsAsync(left.ask(3), { message: 'gone' });
  await t.notThrowsAsync(settled);
  close();
});

test('What cannot be copied is refused where it is asked, and nothing stays open', async (t) => {
  const { lines, close } = makeLines(
    () => null,
    (question) => question,
  );
  await t.throwsAsync(
    lines[0].ask(() => null),
    { name: 'DataCloneError' },
  );
  t.is(lines[0].open(), 0);
  t.is(await lines[0].ask('next'), 'next');
  close();
});
