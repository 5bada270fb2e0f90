import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { isInNetworks, parseNetworks } from '../../common/networks.ts';
import { makeOutboundFetch, type OutboundDeps } from '../../identity/provider/outbound-fetch.ts';

const outbound = (deps: Omit<OutboundDeps, 'timeoutMs'> & Partial<OutboundDeps>) =>
  makeOutboundFetch({ timeoutMs: 60_000, ...deps });

async function startTarget(t: ExecutionContext): Promise<{ port: number; bodies: string[]; hosts: string[] }> {
  const bodies: string[] = [];
  const hosts: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    hosts.push(request.headers.host ?? '');
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' });
    response.end('done');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, bodies, hosts };
}

test('a host on an allowed network is connected to by the address that was checked, under its own name', async (t) => {
  const target = await startTarget(t);
  let asked = 0;
  const send = outbound({
    networks: ['127.0.0.0/8'],
    resolve: async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  const body = new URLSearchParams({ logout_token: 'a b' });
  const response = await send(`http://system.invalid:${target.port}/out`, { method: 'POST', body });
  t.is(response.status, 200);
  t.is(await response.text(), 'done');
  t.deepEqual(target.bodies, ['logout_token=a+b']);
  t.deepEqual(target.hosts, [`system.invalid:${target.port}`]);
  t.is(asked, 1);
});

test('of several addresses only the allowed ones are tried', async (t) => {
  const target = await startTarget(t);
  const send = outbound({
    networks: ['127.0.0.1/32'],
    resolve: async () => [
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ],
  });
  t.is((await send(`http://system.invalid:${target.port}/`, { method: 'POST' })).status, 200);
});

test('a redirect is not followed', async (t) => {
  const target = await startTarget(t);
  const send = outbound({ networks: ['127.0.0.0/8'] });
  t.is((await send(`http://127.0.0.1:${target.port}/redirect`)).status, 302);
  t.is(target.bodies.length, 1);
});

test('refused siblings: a host outside the list goes to the guarded dispatcher, unchanged', async (t) => {
  const target = await startTarget(t);
  const guard = {
    dispatch: () => {
      throw new Error('guarded');
    },
  };
  for (const networks of [[], ['10.0.0.0/8'], ['127.0.0.2/32']]) {
    const send = outbound({ networks });
    await t.throwsAsync(send(`http://127.0.0.1:${target.port}/`, { dispatcher: guard } as unknown as RequestInit));
  }
  t.is(target.bodies.length, 0);
});

test('a request that is not answered ends after the time that the setting gives, whatever the library wanted', async (t) => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  const send = outbound({ networks: ['127.0.0.0/8'], timeoutMs: 50 });
  const { port } = server.address() as AddressInfo;
  const error = await t.throwsAsync(send(`http://127.0.0.1:${port}/`, { signal: new AbortController().signal }));
  t.is(error?.name, 'AbortError');
  const target = await startTarget(t);
  const patient = outbound({ networks: ['127.0.0.0/8'] });
  t.is((await patient(`http://127.0.0.1:${target.port}/`, { signal: AbortSignal.abort() })).status, 200);
});

test('networks are read in CIDR form, IPv4 and IPv6, and nothing else is', (t) => {
  const list = parseNetworks(['10.20.0.0/16', 'fd00::/8', '127.0.0.1/32']);
  for (const address of ['10.20.255.1', 'fd12::1', '127.0.0.1']) t.true(isInNetworks(list, address), address);
  for (const address of ['10.21.0.1', 'fe80::1', '127.0.0.2', 'localhost', ''])
    t.false(isInNetworks(list, address), address);
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'localhost/8', '10.0.0.0/8/8', '/8', '10.0.0.0/'])
    t.throws(() => parseNetworks([wrong]), { message: /expected networks/ }, wrong);
});
