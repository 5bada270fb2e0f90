// Jobs that stall, hoard, crash or flood: each ends with a code, and the next one is answered.
import test, { type ExecutionContext } from 'ava';
import { makeBoundedPool, type Timer } from '../../../common/threads/bounded-pool.ts';
import type { Order } from './hostile-thread.ts';

/** No clock: the test says when the deadline of the job begun last has passed. */
function makePool(t: ExecutionContext, { threads = 1, queue = 1 } = {}) {
  const deadlines: (() => void)[] = [];
  const timer: Timer = (fire) => {
    deadlines.push(fire);
    return () => deadlines.splice(deadlines.indexOf(fire), 1);
  };
  const entry = new URL('./hostile-thread.ts', import.meta.url);
  const pool = makeBoundedPool<Order, string>({ entry, threads, queue, deadlineMs: 9000, heapMegabytes: 24, timer });
  t.teardown(pool.close);
  return { ...pool, passDeadline: () => deadlines.at(-1)?.(), deadlines };
}

const ANSWER = 'answered, 0 words of the environment seen';

test('an answer, a refusal with its code, and what breaks come back; the thread lives on', async (t) => {
  const { run, deadlines } = makePool(t);
  t.is(await run('answer'), ANSWER);
  await t.throwsAsync(run('refuse'), { code: 'pdf-broken', message: 'refused' });
  t.like(await t.throwsAsync(run('refuse')), { pointer: '/x', hint: 'as told' });
  await t.throwsAsync(run('break'), { message: /the work broke: RangeError: as told/ });
  await t.throwsAsync(run('recurse'), { message: /Maximum call stack/ });
  t.is(await run('answer'), ANSWER);
  t.is(deadlines.length, 0, 'no deadline is left behind');
});

test('what passes its deadline is ended with its thread, and what waited is answered', async (t) => {
  const { run, passDeadline } = makePool(t);
  const stalled = run('stall');
  const waiting = run('answer');
  passDeadline();
  await t.throwsAsync(stalled, { code: 'document-too-costly', message: 'The work took longer than 9 s and was ended' });
  t.is(await waiting, ANSWER);
});

test('what takes more memory than a thread has, or ends the thread, takes nobody along', async (t) => {
  const { run } = makePool(t);
  await t.throwsAsync(run('hoard'), { code: 'document-too-costly', message: /more than 24 MB/ });
  await t.throwsAsync(run('exit'), { code: 'stopping' });
  t.is(await run('answer'), ANSWER);
});

test('while one thread stalls the other one answers; beyond the queue it is busy; closing ends all', async (t) => {
  const { run, close } = makePool(t, { threads: 2 });
  const stalled = run('stall');
  t.is(await run('answer'), ANSWER);
  const rest = [run('stall'), run('answer'), run('answer')];
  await t.throwsAsync(rest[2]!, { code: 'busy' });
  const ends = [stalled, rest[0]!, rest[1]!].map((job) => t.throwsAsync(job, { code: 'stopping' }));
  await close();
  await Promise.all(ends);
  await t.throwsAsync(run('answer'), { code: 'stopping' });
});
