import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { generateSm2KeyPair, importSm2PrivateKey } from '../../../common/crypto/sm2.ts';
import { makePkcs10, parsePkcs10, pkcs10Pem } from '../../../common/pki/pkcs10.ts';
import { judge } from '../../_harness/judges.ts';

const run = promisify(execFile);
const { privateKeyPem } = generateSm2KeyPair();
const key = importSm2PrivateKey(privateKeyPem);
const SUBJECT = [
  { type: 'C', value: 'CN' },
  { type: 'O', value: '11360100MB0D00010M示例市卫生健康委员会' },
  { type: 'CN', value: '36010000000001' },
];
const request = makePkcs10(SUBJECT, key);
const refused = { code: 'certificate-request-invalid' };

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pkcs10-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('RFC 2986: a request reads back with subject and key', (t) => {
  const read = parsePkcs10(request);
  t.deepEqual(read.subjectParts, SUBJECT);
  t.is(read.subject, 'CN=36010000000001, O=11360100MB0D00010M示例市卫生健康委员会, C=CN');
  t.deepEqual(read.publicKey.point, key.publicKey.point);
  t.deepEqual(read.raw, request);
});

test('RFC 2986: every changed byte, a request cut off, of another length or for another key is refused', (t) => {
  for (let at = 0; at < request.length; at += 3) {
    const changed = Uint8Array.from(request);
    changed[at]! ^= 0x01;
    t.throws(() => parsePkcs10(changed), refused, `byte ${at}`);
  }
  t.throws(() => parsePkcs10(request.subarray(0, -1)), refused);
  t.throws(() => parsePkcs10(new Uint8Array(20_000)), refused);
  t.throws(() => parsePkcs10(new Uint8Array()), refused);
});

judge(test, 'openssl')('openssl verifies our request with the default user id, and no other one', async (t) => {
  await inFolder(async (folder) => {
    const path = join(folder, 'seal.csr');
    await writeFile(path, pkcs10Pem(request));
    const verify = (id: string) => run('openssl', ['req', '-verify', '-vfyopt', `distid:${id}`, '-in', path, '-noout']);
    const { stderr, stdout } = await verify('1234567812345678');
    t.regex(stderr + stdout, /verify OK/i);
    const other = await verify('8765432187654321').catch((error: { stderr: string }) => error);
    t.notRegex(`${other.stderr}`, /verify OK/i);
    const text = await run('openssl', ['req', '-in', path, '-noout', '-subject', '-nameopt', 'utf8']);
    t.regex(text.stdout, /36010000000001/);
  });
});

judge(test, 'openssl')('a request that openssl made is read', async (t) => {
  await inFolder(async (folder) => {
    const [keyPath, path] = [join(folder, 'k.pem'), join(folder, 'r.der')];
    await writeFile(keyPath, privateKeyPem);
    const id = ['-sigopt', 'distid:1234567812345678'];
    await run('openssl', [
      'req',
      '-new',
      '-sm3',
      ...id,
      '-key',
      keyPath,
      '-subj',
      '/C=CN/CN=seal',
      '-outform',
      'DER',
      '-out',
      path,
    ]);
    const read = parsePkcs10(new Uint8Array(await readFile(path)));
    t.is(read.subject, 'CN=seal, C=CN');
    t.deepEqual(read.publicKey.point, key.publicKey.point);
  });
});
