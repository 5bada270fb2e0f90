// A request to another room, against servers that behave badly.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { requestRoom } from '../../../common/client/room-request.ts';

async function serve(handle: RequestListener): Promise<{ url: URL; close: () => void }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: new URL(`http://127.0.0.1:${port}/`), close };
}

test('Bytes go and come back whole, one request after the other on one connection', async (t) => {
  const ports = new Set<number | undefined>();
  const { url, close } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(201, { 'Sealing-Id': 'seal_1' });
    request.pipe(response);
  });
  t.teardown(close);
  const body = new Uint8Array(300_000).map((_, index) => index % 251);
  for (let turn = 0; turn < 3; turn++) {
    const answer = await requestRoom(url, { method: 'POST', headers: {}, body, timeoutMs: 10_000 });
    t.is(answer.status, 201);
    t.is(answer.headers['sealing-id'], 'seal_1');
    t.deepEqual(answer.body, body);
  }
  t.is(ports.size, 1);
});

test('A redirect is an answer like others, and nobody follows it', async (t) => {
  const asked: string[] = [];
  const { url, close } = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(302, { Location: '/elsewhere' }).end();
  });
  t.teardown(close);
  const { status, body } = await requestRoom(url, { method: 'GET', headers: {}, timeoutMs: 10_000 });
  t.is(status, 302);
  t.is(body.length, 0);
  t.deepEqual(asked, ['/']);
});

test('An answer that breaks off, one that never comes and an address where nobody is are refused', async (t) => {
  const broken = await serve((_, response) => {
    response.writeHead(201, { 'Content-Length': '1000' });
    response.write('half', () => response.destroy());
  });
  const silent = await serve(() => {});
  t.teardown(silent.close);
  const ask = { method: 'POST', headers: {}, body: new Uint8Array(10), timeoutMs: 10_000 } as const;
  await t.throwsAsync(requestRoom(broken.url, ask), { code: 'ECONNRESET' });
  await t.throwsAsync(requestRoom(silent.url, { ...ask, timeoutMs: 50 }), { message: 'no answer within 50 ms' });
  broken.close();
  await t.throwsAsync(requestRoom(broken.url, ask), { code: 'ECONNREFUSED' });
});
