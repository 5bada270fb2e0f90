// A program whose log nobody reads any more, or not yet, goes on with its work.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';

type Line = { readonly msg: string; readonly time?: string; readonly number?: number; readonly lost?: number };

/** Writes so many lines of a kilobyte when it is told a number, and answers what it was told. */
function startWriter(t: ExecutionContext): ChildProcess {
  const program = join(import.meta.dirname, 'log-writer.ts');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function tell(child: ChildProcess, lines: number | 'mixed'): Promise<void> {
  const answered = once(child, 'message');
  child.send(lines);
  await answered;
}

/** Resolves when it has ended and all it wrote was read. */
async function end(child: ChildProcess): Promise<void> {
  const ended = Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
  child.disconnect();
  await ended;
}

/** Begins to read. */
function take(child: ChildProcess): readonly string[] {
  const parts: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  return parts;
}

function parse(text: string): readonly Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

test('all lines come out in order, those that still waited at the end of the program too', async (t) => {
  const child = startWriter(t);
  const taken = take(child);
  for (const lines of [1, 200, 3]) await tell(child, lines);
  await end(child);
  t.deepEqual(
    parse(taken.join('')).map(({ number }) => number),
    Array.from({ length: 204 }, (_, number) => number),
  );
  t.is(child.exitCode, 0);
});

test('lines that are made when they leave keep their place, bear the time at which they were said, and end with the program', async (t) => {
  const child = startWriter(t);
  const taken = take(child);
  const begun = Date.now();
  await tell(child, 'mixed');
  const told = Date.now();
  await tell(child, 'mixed');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await tell(child, 'mixed');
  await end(child);
  const lines = parse(taken.join(''));
  t.deepEqual(
    lines.map(({ number }) => number),
    Array.from({ length: 18 }, (_, number) => number),
  );
  for (const { time } of lines.slice(0, 6)) {
    const at = Date.parse(String(time));
    t.true(at >= begun && at <= told, `${time}`);
  }
});

test('a reader who is gone stops nothing: the program answers as before and ends with 0', async (t) => {
  const child = startWriter(t);
  await tell(child, 1);
  child.stdout?.destroy();
  for (const lines of [1, 50, 1, 50]) await tell(child, lines);
  const ended = once(child, 'exit');
  child.disconnect();
  t.is((await ended)[0], 0);
});

test('for a reader who is slow a megabyte waits; what is more is dropped as whole lines and counted', async (t) => {
  const child = startWriter(t);
  const all = 6000;
  for (let told = 0; told < all; told += 1000) await tell(child, 1000);
  const taken = take(child);
  await end(child);
  const lines = parse(taken.join(''));
  const lost = lines.reduce((sum, line) => sum + (line.lost ?? 0), 0);
  const written = lines.flatMap(({ number }) => (number === undefined ? [] : [number]));
  t.true(lost > 0 && written.length > 0);
  t.is(written.length + lost, all);
  t.deepEqual(
    written,
    written.toSorted((a, b) => a - b),
  );
});
