// The life of a room's process: faults of the configuration, ready, stop by its parent, a lost parent, uncaught errors.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';

type Message = { type: string; port?: number; detail?: string; exitCode?: number };
type Child = { child: ChildProcess; said: () => string; messages: Message[]; ended: Promise<number | null> };

function start(fault = ''): Child {
  const child = fork(join(import.meta.dirname, 'room-child.ts'), { env: { TEST_FAULT: fault }, silent: true });
  const messages: Message[] = [];
  child.on('message', (message) => messages.push(message as Message));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (text += String(part)));
  // Not 'close': it does not come for a child whose channel was disconnected by us.
  const ends = [once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')];
  const ended = Promise.all(ends).then(([exit]) => exit?.[0] as number | null);
  return { child, messages, said: () => text, ended };
}

async function message(started: Child, type: string): Promise<Message> {
  for (;;) {
    const found = started.messages.find((one) => one.type === type);
    if (found) return found;
    await once(started.child, 'message');
  }
}

test('a configuration with faults ends with 78 (EX_CONFIG), all faults on stderr and told to the parent', async (t) => {
  const started = start('config');
  t.is(await started.ended, 78);
  t.regex(started.said(), /XINJI_A is not set\nXINJI_B is "x"/);
  t.like(started.messages[0], { type: 'failed', room: 'seal', exitCode: 78 });
});

test('an outdated schema ends with 1 and says what to run', async (t) => {
  const started = start('schema');
  t.is(await started.ended, 1);
  t.regex(started.said(), /xinji migrate/);
});

test('told to stop it finishes the request in flight, closes, and ends with 0; signals of the terminal are the parent’s', async (t) => {
  const started = start();
  const { port } = await message(started, 'ready');
  const answer = fetch(`http://localhost:${port}/slow`).then((response) => response.text());
  await message(started, 'in-flight');
  started.child.kill('SIGINT');
  started.child.kill('SIGTERM');
  started.child.send({ type: 'stop' });
  t.is(await answer, 'done');
  t.is(await started.ended, 0);
  t.regex(started.said(), /"msg":"closed"/);
});

test('a lost parent stops it', async (t) => {
  const started = start();
  await message(started, 'ready');
  started.child.disconnect();
  t.is(await started.ended, 0);
  t.regex(started.said(), /the parent is gone/);
});

test('an uncaught error is logged with its stack and ends it with 1', async (t) => {
  const started = start('uncaught');
  t.is(await started.ended, 1);
  t.regex(started.said(), /nobody foresaw this/);
  t.is((await message(started, 'failed')).exitCode, 1);
});
