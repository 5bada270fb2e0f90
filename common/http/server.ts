// Listening and stopping. While it stops, every answer closes its connection, requests in flight may finish, and what is
// left after the grace is cut.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import { TrustError } from '../errors.ts';

export const STOP_GRACE_MS = 10_000;
/**
 * Who ends an idle connection should be the caller: a request that meets its end is lost, and one that is no GET is not
 * sent again. Callers keep connections for 4 s (fetch) or a minute (nginx); a caller whose program stood still for some
 * seconds keeps them longer than it means to.
 */
export const KEEP_ALIVE_MS = 75_000;

export type Listening = {
  /** `http://localhost:PORT`, the address of development. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, waits at most `graceMs` for requests in flight, then cuts them. Called twice: same promise. */
  stop(graceMs?: number): Promise<void>;
};

const stopping = new WeakSet<Koa>();

/** True from the moment `stop` was called: /readyz says 503, so that a load balancer sends nothing more. */
export function isStopping(app: Koa): boolean {
  return stopping.has(app);
}

/** Binds `app`; port 0 takes a free one. A taken or forbidden port is `config-invalid`. */
export async function listen(app: Koa, { host, port }: { host: string; port: number }): Promise<Listening> {
  const handle = app.callback();
  const inFlight = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (stopping.has(app)) response.setHeader('Connection', 'close');
    void handle(request, response);
  });
  server.requestTimeout = 120_000;
  server.headersTimeout = 20_000;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await bind(server, host, port);
  const bound = server.address() as AddressInfo;

  let stopped: Promise<void> | undefined;
  const stopOnce = (graceMs: number): Promise<void> => {
    stopping.add(app);
    for (const response of inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
    return new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      server.closeIdleConnections();
    });
  };
  return {
    url: `http://localhost:${bound.port}`,
    port: bound.port,
    stop: (graceMs = STOP_GRACE_MS) => {
      stopped ??= stopOnce(graceMs);
      return stopped;
    },
  };
}

function bind(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? 'unknown reason');
      reject(new TrustError('config-invalid', `Port ${port} on ${host} cannot be used: ${why}`, { cause: error }));
    });
    server.listen(port, host, () => resolve());
  });
}
