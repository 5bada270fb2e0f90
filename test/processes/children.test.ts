// The process tree: told to stop, killed when deaf, ended by the first child that ends by itself.
import test from 'ava';
import { type ChildPlan, makeChildren } from '../../bin/serve/children.ts';

const plan = (manner: string): ChildPlan => ({
  name: manner,
  main: new URL('./child.ts', import.meta.url),
  env: { PATH: process.env['PATH'], CHILD_MANNER: manner },
});

test('children are ready together and stop when told; a slow one may finish', async (t) => {
  const children = makeChildren({ stopSeconds: 5 });
  await children.start([plan('good'), plan('slow')]);
  await children.stop();
  t.is(await Promise.race([children.ended, 'nobody ended by itself']), 'nobody ended by itself');
});

test('a child that does not stop is killed after its time', async (t) => {
  const children = makeChildren({ stopSeconds: 0.2 });
  await children.start([plan('deaf')]);
  await t.notThrowsAsync(() => children.stop());
});

test('a child that dies ends the tree with its name and how it ended', async (t) => {
  const children = makeChildren({ stopSeconds: 5 });
  await children.start([plan('good'), plan('dying')]);
  t.deepEqual(await children.ended, { name: 'dying', reason: 'it ended with code 3', exitCode: 1 });
  await children.stop();
});

test('a child that fails to start is quoted, with its exit code', async (t) => {
  const children = makeChildren({ stopSeconds: 5 });
  void children.start([plan('failing')]);
  t.deepEqual(await children.ended, { name: 'failing', reason: 'XINJI_X is missing', exitCode: 78 });
});

test('a start that never gets ready can still be stopped', async (t) => {
  const children = makeChildren({ stopSeconds: 0.2 });
  void children.start([plan('silent')]);
  await t.notThrowsAsync(() => children.stop());
});
