// The import of another house's users: what is taken, what is refused with which reason, and that it can be repeated.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { importAccounts } from '../../identity/flow/import-accounts.ts';
import { findAccountByLogin, findAccountByPhone } from '../../identity/store/accounts.ts';
import { testDatabase } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { MASTER_KEY } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const NOW = new Date('2026-11-22T00:00:00Z');
const OPTIONS = { source: 'old-house', maxLevel: 3, dryRun: false } as const;
const WANG = { key: '1', name: '王芳', code: '360102199206150014', phone: '13900000001', level: '3' } as const;

async function world(t: ExecutionContext) {
  const database = await testDatabase(t);
  const db = database.connect('identity', 4);
  return { db, clock: () => NOW, keys, url: database.urls.identity };
}

test('rows become accounts with what they have; a repetition takes none twice, also within one file', async (t) => {
  const here = await world(t);
  const rows = [
    WANG,
    { key: '2', name: '李 四', login: 'LiSi', mail: 'lisi@example.cn' },
    {
      key: '3',
      name: '外国人',
      code_type: '414',
      code: 'e12345678',
      password_hash: await hashBcrypt('x', 4),
    },
    WANG,
  ];
  const dry = await importAccounts(here, rows, { ...OPTIONS, dryRun: true });
  t.is((await here.db('identity.accounts')).length, 0, 'a dry run keeps nothing');
  const outcomes = await importAccounts(here, rows, OPTIONS);
  t.deepEqual(dry, outcomes);
  t.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ['imported', 'imported', 'imported', 'known'],
  );
  t.like(await findAccountByPhone(here.db, keys, WANG.phone), { name: '王芳', level: 3, hasPassword: false });
  t.like((await findAccountByLogin(here.db, keys, 'lisi@example.cn'))?.account, { loginName: 'lisi', level: 2 });
  const again = await importAccounts(here, rows, OPTIONS);
  t.deepEqual(
    again.map(({ outcome }) => outcome),
    ['known', 'known', 'known', 'known'],
  );
  t.is((await here.db('identity.accounts')).length, 3);
  t.deepEqual(await here.db('identity.proofings').select('method', 'port', 'level'), [
    { method: 'vouched', port: 'old-house', level: 3 },
  ]);
});

test('refused rows say which column and why; the others of their batch are taken', async (t) => {
  const here = await world(t);
  const refused: [row: Record<string, string>, reason: RegExp][] = [
    [{ key: '', name: '甲', phone: '13900000002' }, /^key: /],
    [{ key: 'a', name: '', phone: '13900000002' }, /^name: /],
    [{ key: 'b', name: '乙' }, /^login: .*nobody could log in/],
    [{ key: 'c', name: '丙', phone: '123' }, /^phone: /],
    [{ key: 'd', name: '丁', code: '360102199206150015' }, /^code: character 18 should be 4/],
    [{ key: 'e', name: '戊', code_type: '001', code: '91360100MA35XJ017H' }, /^code: /],
    [
      { key: 'f', name: '己', phone: '13900000003', password_hash: 'd41d8cd98f00b204e9800998ecf8427e' },
      /^password_hash: /,
    ],
    [{ key: 'g', name: '庚', phone: '13900000004', level: '4' }, /^level: /],
    [{ key: 'h', name: '辛', phone: '13900000005', level: '3' }, /^level: /],
    [{ key: 'i', name: '壬', phone: WANG.phone }, /^phone: registered already/],
    [{ key: 'j', name: '癸', login: '1abc' }, /^loginName: /],
  ];
  const outcomes = await importAccounts(
    here,
    [WANG, ...refused.map(([row]) => row), { ...WANG, key: 'z', phone: '', code: '', login: 'late', level: '' }],
    OPTIONS,
  );
  t.is(outcomes[0]?.outcome, 'imported');
  t.is(outcomes.at(-1)?.outcome, 'imported');
  for (const [index, [row, reason]] of refused.entries()) {
    const outcome = outcomes[index + 1]!;
    t.regex(outcome.outcome === 'refused' ? outcome.reason : outcome.outcome, reason, row['key']);
    t.false(JSON.stringify(outcome).includes('3601021992'), 'no number in a reason');
  }
  t.is((await here.db('identity.accounts')).length, 2);
});

test('xinji account import: import, correct, repeat, a wrong header; refused rows in a file for their owner only', async (t) => {
  await makeMissingKeys();
  const here = await world(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-import-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'users.csv');
  const lines = Array.from(
    { length: 300 },
    (_, index) => `k${index},"名, 字",1380001${String(index).padStart(4, '0')}`,
  );
  lines[77] = 'k77,坏,123';
  await writeFile(file, `\ufeffkey,name,phone\r\n${lines.join('\r\n')}\r\n`);
  const env = envOf(folder, here.url);
  const xinji = (...args: string[]) => run(env, ['account', 'import', file, '--source', 'old-house', ...args]);
  const first = await xinji();
  t.is(first.code, 2);
  t.is((await here.db('identity.accounts')).length, 299);
  const refused = `${file}.refused.csv`;
  t.is((await stat(refused)).mode & 0o077, 0);
  const text = await readFile(refused, 'utf8');
  t.regex(text, /^key,name,.*,reason\nk77,坏,.*,123,.*"?phone: /);
  await writeFile(file, text.replace(',123,', ',13800010077,'));
  t.regex(first.err, /300 of 300 rows: 299 taken, 0 taken before, 1 refused/);
  const second = await xinji();
  t.is(second.code, 0, second.err);
  t.regex(second.out, /1 rows: 1 taken, 0 taken before, 0 refused/);
  await writeFile(file, 'key,name,fax\n1,甲,2\n');
  t.is((await xinji()).code, 1);
  t.is((await here.db('identity.imports')).length, 2, 'a file that cannot be read leaves nothing');
  t.is((await xinji('--dry-run', '--max-level', '7')).code, 64);
});

test('xinji account imports: detached, listed, stopped, resumed, followed to its end, its refused rows once more', async (t) => {
  await makeMissingKeys();
  const here = await world(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-imports-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'users.csv');
  const lines = Array.from({ length: 600 }, (_, index) => `k${index},某某,1380002${String(index).padStart(4, '0')}`);
  lines[599] = 'k599,坏,123';
  await writeFile(file, `key,name,phone\n${lines.join('\n')}\n`);
  const env = envOf(folder, here.url);
  const xinji = (...args: string[]) => run(env, ['account', ...args]);
  const begun = await xinji('import', file, '--source', 'old-house', '--detach');
  t.is(begun.code, 0, begun.err);
  const importId = /imp_\w+/.exec(begun.err)![0];
  t.is((await here.db('identity.accounts')).length, 0, 'nothing was done yet');
  t.regex((await xinji('imports')).out, new RegExp(`${importId} +running .*users.csv +0 of 600 rows`));
  t.regex((await xinji('imports', 'stop', importId)).out, / stopped /);
  const left = await xinji('imports', 'follow', importId);
  t.is(left.code, 1);
  t.regex(left.out, /Stopped\. What is left: xinji account imports resume/);
  t.is((await here.db('identity.accounts')).length, 0);
  t.regex((await xinji('imports', 'resume', importId)).out, / running /);
  const path = join(folder, 'refused.csv');
  const done = await xinji('imports', 'follow', importId, '--refused', path);
  t.is(done.code, 2, done.err);
  t.regex(done.out, /600 rows: 599 taken, 0 taken before, 1 refused/);
  t.regex(await readFile(path, 'utf8'), /\nk599,坏,.*phone: /);
  await rm(path);
  t.is((await xinji('imports', 'refused', importId, '--refused', path)).code, 0);
  t.is((await stat(path)).mode & 0o077, 0);
  t.is((await xinji('imports', 'stop', importId)).code, 1, 'it is done');
  t.is((await xinji('imports', 'show', 'imp_unknown')).code, 1);
  t.is((await xinji('imports', 'show')).code, 64);
  t.is((await xinji('imports', 'toString', importId)).code, 64);
});

test('who leaves an import that is under way loses nothing: the rest is done by whoever goes on', async (t) => {
  await makeMissingKeys();
  const here = await world(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-leave-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'users.csv');
  const lines = Array.from({ length: 5000 }, (_, index) => `k${index},某某,138001${String(index).padStart(5, '0')}`);
  await writeFile(file, `key,name,phone\n${lines.join('\n')}\n`);
  const env = envOf(folder, here.url);
  const child = spawn(process.execPath, [BIN, 'account', 'import', file, '--source', 'old-house'], { env });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    if (!child.killed && / of 5000 rows/.test(err)) child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  t.is(code, 1, err);
  t.regex(err, /Left\. A running identity room does the rest/);
  const importId = /imp_\w+/.exec(err)![0];
  t.true((await here.db('identity.accounts')).length < 5000);
  const done = await run(env, ['account', 'imports', 'follow', importId]);
  t.is(done.code, 0, done.err);
  t.is((await here.db('identity.accounts')).length, 5000);
});

const BIN = join(import.meta.dirname, '../../bin/xinji.ts');

function envOf(folder: string, url: string): NodeJS.ProcessEnv {
  return {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_IDENTITY_DATABASE_URL: url,
    XINJI_MASTER_KEY: Buffer.from(MASTER_KEY).toString('hex'),
  };
}

function run(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { env });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
