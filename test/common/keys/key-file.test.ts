import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { generateSm2KeyPair, importSm2PrivateKey, isSm2Pair } from '../../../common/crypto/sm2.ts';
import { readKeyFiles, readKeyPem, readSm2KeyFile, sealKeyPem, writeKeyFile } from '../../../common/keys/key-file.ts';

const folder = await mkdtemp(join(tmpdir(), 'key-file-'));
test.after.always(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const pem = generateSm2KeyPair().privateKeyPem;
const key = importSm2PrivateKey(pem);
const masterKey = new Uint8Array(32).fill(3);
const production = { mode: 'production' } as const;

test('a PKCS#8 PEM file of mode 0600 is read in production', async (t) => {
  await writeKeyFile(at('plain.pem'), pem);
  t.is((await stat(at('plain.pem'))).mode & 0o777, 0o600);
  t.true(isSm2Pair(key, (await readSm2KeyFile(at('plain.pem'), production)).publicKey));
});

test('a key file that others can read is refused in production and warned of in development', async (t) => {
  await writeFile(at('open.pem'), pem);
  await chmod(at('open.pem'), 0o640);
  await t.throwsAsync(readSm2KeyFile(at('open.pem'), production), { code: 'config-invalid', message: /mode 0640/ });
  const said: string[] = [];
  await readSm2KeyFile(at('open.pem'), { mode: 'development', warn: (sentence) => said.push(sentence) });
  t.is(said.length, 1);
  t.regex(said[0] ?? '', /chmod 600/);
});

test('production refuses everything under keys-dev/', async (t) => {
  await mkdir(at('keys-dev'));
  await writeKeyFile(at('keys-dev/a.pem'), pem);
  await t.throwsAsync(readSm2KeyFile(at('keys-dev/a.pem'), production), {
    code: 'config-invalid',
    message: /development key/,
  });
  await t.notThrowsAsync(readSm2KeyFile(at('keys-dev/a.pem'), { mode: 'development' }));
});

test('a sealed key file opens with its master key only', async (t) => {
  const text = sealKeyPem(pem, masterKey);
  t.false(text.includes('PRIVATE KEY'));
  await writeKeyFile(at('sealed.pem'), text);
  const opened = await readSm2KeyFile(at('sealed.pem'), { ...production, masterKey });
  t.true(isSm2Pair(key, opened.publicKey));
  await t.throwsAsync(readSm2KeyFile(at('sealed.pem'), production), {
    code: 'config-invalid',
    message: /XINJI_MASTER_KEY/,
  });
  const other = { ...production, masterKey: new Uint8Array(32) };
  await t.throwsAsync(readSm2KeyFile(at('sealed.pem'), other), { code: 'sealed-box-corrupt' });
  const former = { ...other, previousMasterKeys: [new Uint8Array(32).fill(1), masterKey] };
  t.true(isSm2Pair(key, (await readSm2KeyFile(at('sealed.pem'), former)).publicKey));
  const lines = text.split('\n');
  await writeKeyFile(
    at('changed.pem'),
    lines
      .with(
        2,
        lines[2]!.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
      )
      .join('\n'),
  );
  await t.throwsAsync(readSm2KeyFile(at('changed.pem'), { ...production, masterKey }), { code: 'sealed-box-corrupt' });
});

test('a missing file, another text, and a key of another kind have their codes', async (t) => {
  await t.throwsAsync(readSm2KeyFile(at('none.pem'), production), { code: 'key-not-found' });
  await writeKeyFile(at('text.pem'), 'hello');
  await t.throwsAsync(readSm2KeyFile(at('text.pem'), production), { code: 'key-malformed' });
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeKeyFile(at('p256.pem'), p256 as string);
  await t.throwsAsync(readSm2KeyFile(at('p256.pem'), production), { code: 'key-malformed' });
  t.is(await readKeyPem(at('p256.pem'), production), p256 as string);
});

test('the key files of a room are read at its start, and one that is missing stops it', async (t) => {
  await writeKeyFile(at('seal.pem'), pem);
  const keys = await readKeyFiles({ ...production, keyFiles: { seal: at('seal.pem') } });
  t.true(isSm2Pair(key, keys.get('seal')!.publicKey));
  const keyFiles = { seal: at('seal.pem'), other: at('none.pem') };
  await t.throwsAsync(readKeyFiles({ ...production, keyFiles }), { code: 'key-not-found' });
});

test('an existing key file is never overwritten', async (t) => {
  await writeKeyFile(at('once.pem'), pem);
  await t.throwsAsync(writeKeyFile(at('once.pem'), 'other'), { code: 'EEXIST' });
  t.is(await readKeyPem(at('once.pem'), production), pem);
});
