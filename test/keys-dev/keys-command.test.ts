import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { toHex } from '../../common/bytes.ts';
import { generateSm2KeyPair, importSm2PrivateKey } from '../../common/crypto/sm2.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { makeTestPki } from '../_harness/pki.ts';

const folder = await mkdtemp(join(tmpdir(), 'keys-command-'));
const { signer } = await makeTestPki();
const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');
const MASTER = { XINJI_MASTER_KEY: '1f'.repeat(32) };
test.after.always(() => rm(folder, { recursive: true }));

const keys = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const child = execFile(process.execPath, [XINJI, 'keys', ...args], { env: { ...env } }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

test('xinji keys show says what a certificate is for', async (t) => {
  const path = join(folder, 'signer.pem');
  await writeFile(path, certificatePem(signer.certificate));
  const { code, out } = await keys(['show', path]);
  t.is(code, 0);
  t.regex(out, /subject +CN=36010000000001, O=测试机构, C=CN/);
  t.regex(out, /key usage +digitalSignature, nonRepudiation/);
});

test('xinji keys seal closes a key under the master key, and show opens it with that one only', async (t) => {
  const [from, to] = [join(folder, 'plain.pem'), join(folder, 'sealed.pem')];
  const { privateKeyPem } = generateSm2KeyPair();
  await writeFile(from, privateKeyPem, { mode: 0o600 });
  t.is((await keys(['seal', from, to])).code, 78);
  const sealed = await keys(['seal', from, to], MASTER);
  t.is(sealed.code, 0, sealed.err);
  t.is((await stat(to)).mode & 0o777, 0o600);
  t.false((await readFile(to, 'utf8')).includes('PRIVATE KEY'));
  const shown = await keys(['show', to], MASTER);
  t.is(shown.code, 0);
  t.true(shown.out.includes(toHex(importSm2PrivateKey(privateKeyPem).publicKey.point)));
  t.is((await keys(['show', to], { XINJI_MASTER_KEY: '00'.repeat(32) })).code, 1);
  t.is((await keys(['seal', from, to], MASTER)).code, 78);
});

test('wrong usage prints what is expected; a missing file and another text are said', async (t) => {
  for (const args of [[], ['make'], ['show'], ['dev', 'more'], ['show', 'a', '--loud']]) {
    const { code, err } = await keys(args);
    t.is(code, 64, args.join(' '));
    t.regex(err, /xinji keys/);
  }
  const missing = await keys(['show', join(folder, 'none.pem')]);
  t.is(missing.code, 1);
  t.regex(missing.err, /none\.pem cannot be read \(ENOENT\)/);
  await writeFile(join(folder, 'text.pem'), 'hello', { mode: 0o600 });
  t.is((await keys(['show', join(folder, 'text.pem')])).code, 1);
});
