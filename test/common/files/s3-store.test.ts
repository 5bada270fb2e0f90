// Files behind the S3 API, judged by s3rver (which does not judge signatures of version 4: a second implementation here does),
// and by a server that behaves badly.
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import S3rver from 's3rver';
import { openFileStore, parseFilePlace, parseS3Credentials } from '../../../common/files/file-place.ts';
import { isRefusedAddress } from '../../../common/files/s3-request.ts';
import { makeS3Store, type S3StoreOptions } from '../../../common/files/s3-store.ts';
import { abc, checkPages, checkStoreContract, SM3_OF_ABC } from './store-contract.ts';

const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

type Asked = { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] };

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 of a request for S3 as the server sees it, computed without the library. */
function signatureOf({ method, url, headers }: Asked, secret: string): string {
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization!)!;
  const { pathname, searchParams } = new URL(url, 'http://host');
  const query = [...searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).sort();
  const lines = names.split(';').map((name) => `${name}:${headers[name]}`);
  const canonical = [method, pathname, query.join('&'), ...lines, '', names, headers['x-amz-content-sha256']].join(
    '\n',
  );
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((at, part) => hmac(at, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

async function startS3(t: ExecutionContext) {
  const directory = await mkdtemp(join(tmpdir(), 'xinji-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    directory,
    silent: true,
    configureBuckets: [{ name: 'licenses', configs: [] }],
  });
  const { port } = await server.run();
  t.teardown(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  return { directory, endpoint: `http://127.0.0.1:${port}` };
}

/** A server that answers what the test says, and remembers what it was asked. */
async function startDouble(
  t: ExecutionContext,
  answer: (turn: number, asked: IncomingMessage, out: ServerResponse) => void,
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      asked.push({ method: request.method!, url: request.url!, headers: request.headers });
      answer(asked.length, request, response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = (change: Partial<S3StoreOptions> = {}) =>
    makeS3Store({
      bucket: 'licenses',
      prefix: '',
      endpoint,
      region: 'us-east-1',
      pauseMs: 1,
      ...CREDENTIALS,
      ...change,
    });
  return { asked, open };
}

const end = (out: ServerResponse, status: number, body: string | Uint8Array = '', headers = {}) =>
  void out.writeHead(status, headers).end(body);

test('a bucket keeps files by their SM3 as a directory does, by the judgement of s3rver', async (t) => {
  const { directory, endpoint } = await startS3(t);
  const place = parseFilePlace(`s3://licenses/sealed/2026?endpoint=${endpoint}&region=us-east-1`, 'development');
  const store = openFileStore(place, CREDENTIALS);
  const spoil = (sm3: string, bytes: Uint8Array) =>
    writeFile(join(directory, 'licenses', 'sealed', '2026', `${sm3}._S3rver_object`), bytes);
  await checkStoreContract(t, store, spoil);
});

test('a bucket lists its files in pages, without those of other prefixes', async (t) => {
  const { endpoint } = await startS3(t);
  const options = { bucket: 'licenses', endpoint, region: 'us-east-1', ...CREDENTIALS };
  await makeS3Store({ ...options, prefix: 'other/' }).put(abc);
  await checkPages(t, makeS3Store({ ...options, prefix: 'ours/' }));
  t.deepEqual(
    await makeS3Store({ ...options, prefix: '' }).list(null, 10),
    [],
    'names below a folder are none of ours',
  );
});

test('a bucket that is missing is told, and does not read as no file', async (t) => {
  const { endpoint } = await startS3(t);
  const lost = makeS3Store({ bucket: 'missing', prefix: '', endpoint, region: 'us-east-1', ...CREDENTIALS });
  await t.throwsAsync(lost.get(SM3_OF_ABC), { code: 'file-store-unavailable', message: /NoSuchBucket/ });
  await t.throwsAsync(lost.put(abc), { code: 'file-store-unavailable', message: /NoSuchBucket/ });
});

test('the second implementation of Signature Version 4 gives the signature of its published example', (t) => {
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': sha256(''),
    'x-amz-date': '20130524T000000Z',
  };
  const names = Object.keys(headers).join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${names}, Signature=x`;
  const asked = { method: 'GET', url: '/test.txt', headers: { ...headers, authorization } };
  t.is(
    signatureOf(asked, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

test('every request is signed as that implementation signs it, its bytes included; another secret is not', async (t) => {
  const { asked, open } = await startDouble(t, (_turn, _asked, out) => end(out, 200, abc));
  const store = open({ prefix: 'a/b_c/', region: 'cn-north-1' });
  await store.put(abc);
  await store.get(SM3_OF_ABC);
  await store.list(SM3_OF_ABC, 5);
  await store.remove(SM3_OF_ABC);
  t.deepEqual(
    asked.map(({ method }) => method),
    ['PUT', 'GET', 'GET', 'HEAD', 'DELETE'],
  );
  for (const one of asked) {
    t.is(/Signature=(.*)$/.exec(one.headers['authorization']!)![1], signatureOf(one, CREDENTIALS.secretAccessKey));
    t.not(/Signature=(.*)$/.exec(one.headers['authorization']!)![1], signatureOf(one, 'another secret'));
  }
  t.is(asked[0]!.headers['x-amz-content-sha256'], sha256(abc));
});

test('a put says that the name must be free; that it is taken, or that nobody knows the condition, is no fault', async (t) => {
  const taken = await startDouble(t, (_turn, _asked, out) => end(out, 412));
  t.is(await taken.open().put(abc), SM3_OF_ABC);
  t.is(taken.asked[0]!.headers['if-none-match'], '*');
  t.regex(
    taken.asked[0]!.headers['authorization']!,
    /SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date/,
  );
  const simple = await startDouble(t, (turn, _asked, out) => end(out, turn === 1 ? 501 : 200));
  t.is(await simple.open().put(abc), SM3_OF_ABC);
  t.is(simple.asked[1]!.headers['if-none-match'], undefined);
});

test('what may pass is tried again, four times at most; what stays is not', async (t) => {
  const passing = await startDouble(t, (turn, { socket }, out) =>
    turn === 1 ? socket.destroy() : end(out, turn === 2 ? 503 : 200, abc),
  );
  t.deepEqual(await passing.open().get(SM3_OF_ABC), abc);
  t.is(passing.asked.length, 3);
  const down = await startDouble(t, (_turn, _asked, out) => end(out, 500));
  await t.throwsAsync(down.open().put(abc), { code: 'file-store-unavailable', message: /4 times: status 500/ });
  t.is(down.asked.length, 4);
  const denied = await startDouble(t, (_turn, _asked, out) => end(out, 403));
  await t.throwsAsync(denied.open().get(SM3_OF_ABC), { code: 'file-store-unavailable' });
  t.is(denied.asked.length, 1);
});

test('a redirect is not followed, an answer without end is cut off, silence ends', async (t) => {
  const away = await startDouble(t, (_turn, _asked, out) => end(out, 307, '', { location: 'http://127.0.0.1:9/' }));
  await t.throwsAsync(away.open().get(SM3_OF_ABC), { code: 'file-store-unavailable', message: /307/ });
  t.is(away.asked.length, 1);
  const endless = await startDouble(t, (_turn, _asked, out) => {
    const more = (): boolean =>
      out.destroyed || (out.write(new Uint8Array(1 << 20)) ? more() : out.once('drain', more) !== out);
    more();
  });
  await t.throwsAsync(endless.open().get(SM3_OF_ABC), { code: 'file-corrupt' });
  const silent = await startDouble(t, () => undefined);
  await t.throwsAsync(silent.open({ timeoutMs: 30, attempts: 2 }).get(SM3_OF_ABC), { code: 'file-store-unavailable' });
});

test('addresses of no server are refused, as the setting names them and as a name resolves to them', async (t) => {
  for (const address of ['169.254.169.254', '0.0.0.0', '224.0.0.1', 'fe80::1', '::', '::ffff:169.254.169.254'])
    t.true(isRefusedAddress(address), address);
  for (const address of ['10.20.0.5', '127.0.0.1', '192.168.1.1', '::1', 'fd00::1'])
    t.false(isRefusedAddress(address), address);
});

test('the setting names a folder or a bucket, and everything else is refused with what was expected', (t) => {
  t.deepEqual(parseFilePlace('/var/lib/files', 'production'), { folder: '/var/lib/files' });
  t.deepEqual(parseFilePlace('s3://licenses/a/b/?endpoint=https://s3.example.gov.cn:9000', 'production'), {
    s3: { bucket: 'licenses', prefix: 'a/b/', endpoint: 'https://s3.example.gov.cn:9000', region: 'us-east-1' },
  });
  const refused: Record<string, RegExp> = {
    ' ': /folder/,
    'http://licenses': /expected s3/,
    's3://licenses': /needs endpoint/,
    's3://LI/x?endpoint=https://h': /no bucket/,
    's3://licenses/a b?endpoint=https://h': /prefix/,
    's3://licenses/../x?endpoint=https://h&style=host': /parameter "style"/,
    's3://key:secret@licenses?endpoint=https://h': /expected s3/,
    's3://licenses?endpoint=https://h/path': /without path/,
    's3://licenses?endpoint=http://h': /not https/,
    's3://licenses?endpoint=https://169.254.169.254': /address of no server/,
    's3://licenses?endpoint=https://[fe80::1]': /address of no server/,
    's3://licenses?endpoint=https://h&region=x_y': /region/,
  };
  for (const [value, message] of Object.entries(refused))
    t.throws(() => parseFilePlace(value, 'production'), { message }, value);
});

test('credentials are two lines of a file, and a bucket needs them', (t) => {
  t.deepEqual(parseS3Credentials('AKID\nsecret-of-it\n'), { accessKeyId: 'AKID', secretAccessKey: 'secret-of-it' });
  for (const text of ['', 'AKID', 'AKID\nsecret-of-it\nmore', 'A KID\nsecret-of-it', 'AKID\nshort'])
    t.throws(() => parseS3Credentials(text), { message: /two lines/ });
  const place = parseFilePlace('s3://licenses?endpoint=https://h', 'production');
  t.throws(() => openFileStore(place, null), { code: 'config-invalid' });
});
