// A lock between processes of one machine that nobody has to clean up: an abstract Unix socket (Linux), whose name is
// free again the moment its process ends, by kill -9 too. It guards starting and stopping only, not the running server.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrustError } from '../errors.ts';

const RETRY_MS = 50;
const WAIT_MS = 120_000;

/** Runs `work` while holding the lock of that name; waits up to two minutes for whoever holds it. */
export async function withStartLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = `\0xinji-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  const deadline = performance.now() + WAIT_MS;
  let release = await tryListen(path);
  while (release === null) {
    if (performance.now() > deadline) {
      throw new TrustError('database-unavailable', `another process has been starting PostgreSQL in ${name} for long`);
    }
    await sleep(RETRY_MS);
    release = await tryListen(path);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

function tryListen(path: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen({ path }, () => {
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}
