// Two test files are two processes: a port that one was given is not given to the other, also while nobody listens on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import test from 'ava';
import { claimPort, findFreePorts } from '../_harness/free-ports.ts';

const FREE_PORTS = new URL('../_harness/free-ports.ts', import.meta.url).href;

test('a port claimed by another process is refused until that process is gone, even killed', async (t) => {
  const other = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `const { findFreePort } = await import(${JSON.stringify(FREE_PORTS)});
     process.stdout.write(String(await findFreePort()));
     setInterval(() => {}, 1000);`,
  ]);
  const [said] = (await once(other.stdout, 'data')) as [Buffer];
  const port = Number(said.toString());
  t.false(await claimPort(port));
  other.kill('SIGKILL');
  await once(other, 'exit');
  t.true(await claimPort(port));
});

test('a port is claimed once, differs from its neighbours, and can be listened on at once', async (t) => {
  const ports = await findFreePorts(20);
  t.is(new Set(ports).size, 20);
  for (const port of ports) t.false(await claimPort(port));
  const server = createServer();
  server.listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

test('a port that somebody listens on is not claimed, and can be once he has gone', async (t) => {
  const { stranger, port } = await listenUnclaimed();
  t.false(await claimPort(port));
  stranger.close();
  await once(stranger, 'close');
  t.true(await claimPort(port));
});

/** A program that takes a port of the range without asking: the first of them that is free. */
async function listenUnclaimed(): Promise<{ readonly stranger: Server; readonly port: number }> {
  for (let port = 20_001; ; port++) {
    const stranger = createServer();
    const heard = new Promise<boolean>((resolve) => {
      stranger.once('error', () => resolve(false));
      stranger.once('listening', () => resolve(true));
    });
    stranger.listen(port, '127.0.0.1');
    if (await heard) return { stranger, port };
  }
}
