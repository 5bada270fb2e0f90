// Addresses that strangers registered: which of them are reached, that the one that was judged is the one connected to, and
// that nothing hangs on a receiver for ever.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { makeGuardedPost } from '../../../common/client/guarded-post.ts';
import { isPublicAddress } from '../../../common/networks.ts';

const MESSAGE = { headers: { 'content-type': 'application/json', 'x-test': 'yes' }, body: '{"名":1}' };

async function startTarget(t: ExecutionContext, answer = true) {
  const got: { method: string; host: string; body: string; header: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { host = '', 'x-test': header } = request.headers;
    got.push({ method: request.method ?? '', host, body, header: String(header) });
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' });
    if (answer) response.end('taken');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, got };
}

const at = (...addresses: readonly string[]) =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

test('a name is resolved once, and the address that was judged is connected to under its own name', async (t) => {
  const { port, got } = await startTarget(t);
  const answers = [at('127.0.0.1'), at('169.254.169.254')];
  const resolve = async () => answers.shift()!;
  const post = makeGuardedPost({ networks: ['127.0.0.0/8'], timeoutMs: 5000, resolve });
  const { status, body } = await post(`http://cases.invalid:${port}/hook`, MESSAGE);
  t.deepEqual([status, body.toString()], [200, 'taken']);
  t.deepEqual(got, [{ method: 'POST', host: `cases.invalid:${port}`, body: MESSAGE.body, header: 'yes' }]);
  t.is(answers.length, 1);
  const refused = { message: 'cases.invalid has no address that may be reached' };
  await t.throwsAsync(post(`http://cases.invalid:${port}/hook`, MESSAGE), refused);
  t.is(got.length, 1);
});

test('of several addresses the allowed ones are tried; a redirect is an answer and is not followed', async (t) => {
  const { port, got } = await startTarget(t);
  const resolve = async () => at('10.0.0.1', '127.0.0.1');
  const post = makeGuardedPost({ networks: ['127.0.0.1/32'], timeoutMs: 5000, resolve });
  t.is((await post(`http://cases.invalid:${port}/redirect`, MESSAGE)).status, 302);
  t.is(got.length, 1);
});

test('a receiver that does not answer is given up after its time, and when the job is taken away', async (t) => {
  const { port } = await startTarget(t, false);
  const url = `http://127.0.0.1:${port}/`;
  const hasty = makeGuardedPost({ networks: ['127.0.0.0/8'], timeoutMs: 50 });
  await t.throwsAsync(hasty(url, MESSAGE), { name: 'AbortError' });
  const patient = makeGuardedPost({ networks: ['127.0.0.0/8'], timeoutMs: 60_000 });
  await t.throwsAsync(patient(url, MESSAGE, AbortSignal.abort()), { name: 'AbortError' });
});

test('public is what no registry of special purpose names, however it is written', (t) => {
  for (const address of ['1.1.1.1', '9.255.255.255', '172.32.0.1', '2606:4700::1111', '2400:3200::1'])
    t.true(isPublicAddress(address), address);
  const special = [
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.168.1.1', '198.18.0.1'],
    ...[
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::127.0.0.1',
      '::ffff:10.0.0.1',
      '::FFFF:127.0.0.1',
      '::ffff:1.1.1.1',
    ],
    ...['64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', 'fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1'],
    ...['', 'localhost', '127.1', '0x7f.0.0.1'],
  ];
  for (const address of special) t.false(isPublicAddress(address), address);
});
