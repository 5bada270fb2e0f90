// Ports for programs that are given theirs. They lie below the range from which the system hands out ports, so that no
// connection of a neighbour takes one; and each is claimed until this process ends, so that no other test file is given it
// between our look and the program's start, or while the program starts anew. The claim is a listener on a partner port:
// the system gives it back with the process, however that ends.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 26_000;
/** How far a port's partner lies from it. */
const PARTNER = HIGHEST - LOWEST;
const TRIES = 100;

/** `count` different ports of 127.0.0.1, ours until this process ends. */
export function findFreePorts(count: number): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: count }, findFreePort));
}

/** One of them. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await claimPort(port)) return port;
  }
  throw new Error(`no free port found in ${TRIES} tries`);
}

/** Whether the port is ours from now on: nobody else claimed it, and nobody listens there. */
export async function claimPort(port: number): Promise<boolean> {
  const claim = await tryToListen(port + PARTNER);
  if (!claim) return false;
  claim.unref();
  const probe = await tryToListen(port);
  await new Promise((resolve) => (probe ?? claim).close(resolve));
  return probe !== null;
}

function tryToListen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
