// The command line as a user meets it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';

function xinji(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/xinji.ts'), ...args]);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

const NAMES = ['serve', 'migrate', 'seed', 'doctor', 'keys', 'verify', 'seal', 'resume'];

test('help lists every command with its summary, and each says more', async (t) => {
  const { code, out } = await xinji();
  t.is(code, 0);
  for (const name of NAMES) t.regex(out, new RegExp(`^  ${name} +[A-Z].{20,}$`, 'm'));
  for (const { code: own, out: usage } of await Promise.all(NAMES.map((name) => xinji('help', name)))) {
    t.is(own, 0);
    t.regex(usage, /Exit codes?:/);
  }
});

test('an unknown command or option is wrong usage, 64, said on stderr', async (t) => {
  for (const args of [
    ['open-sesame'],
    ['serve', '--now'],
    ['serve', 'pony'],
    ['migrate', 'twice'],
    ['toString'],
    ['help', 'open-sesame'],
  ]) {
    const { code, out, err } = await xinji(...args);
    t.is(code, 64, args.join(' '));
    t.is(out, '');
    t.not(err, '');
  }
});
