// Ports that nobody listens on at this moment, for programs that are given their port. They lie below the range from which
// the system hands out ports, so that no connection of a neighbour takes one between our look and the program's start.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 50;

/** `count` different ports of 127.0.0.1; all are held until the last one is found. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, holdFreePort));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** One of them. */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  return port!;
}

async function holdFreePort(): Promise<Server> {
  for (let tries = 0; tries < TRIES; tries++) {
    const server = await tryToListen(randomInt(LOWEST, HIGHEST));
    if (server) return server;
  }
  throw new Error(`no free port found in ${TRIES} tries`);
}

function tryToListen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
