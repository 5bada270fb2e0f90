// The command line as a user meets it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

type Said = { code: number | null; out: string; err: string };

const xinji = (...args: string[]): Promise<Said> => xinjiIn(process.env, ...args);

function xinjiIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/xinji.ts'), ...args], { env });
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

const NAMES = [
  'serve',
  'migrate',
  'seed',
  'doctor',
  'keys',
  'verify',
  'seal',
  'audit',
  'fsck',
  'webhook',
  'queue',
  'role',
  'login',
  'logout',
  'resume',
];

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

test('what is missing in production is said once a key; a wrong mode is said without the noise that follows from it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-faults-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const env = { ...PLAIN_ENV, XINJI_DATA_DIR: folder };
  const production = await xinjiIn(env, 'serve');
  t.is(production.code, 78);
  for (const name of ['DATABASE_URL', 'XINJI_MASTER_KEY', 'XINJI_IDENTITY_URL', 'XINJI_SEAL_TRUST'])
    t.is(production.err.split(`serve: ${name} is not set`).length, 2, name);
  t.regex(production.err, /To try the house: `make run`/);
  const wrong = await xinjiIn({ ...env, XINJI_MODE: 'dev', XINJI_LICENCE_URL: 'x' }, 'serve');
  t.is(wrong.code, 78);
  t.deepEqual(wrong.err.trim().split('\n').slice(0, -1), [
    'xinji serve: XINJI_MODE is "dev"; expected development or production',
    'xinji serve: XINJI_LICENCE_URL is not a key of this program; see docs/config.md for the keys',
  ]);
});
