// A large answer piece by piece: the next piece is asked for when the one before has left, so that whoever makes them may use
// the same memory again. A gigabyte in pieces of its own would be a gigabyte for the collector.
import type { ServerResponse } from 'node:http';
import type Koa from 'koa';

/** Status and headers are those of `ctx`. Resolves when all has left, or when the caller hung up. */
export async function sendPieces(ctx: Koa.Context, length: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const { res } = ctx;
  ctx.respond = false;
  res.setHeader('Content-Length', length);
  try {
    for await (const piece of pieces) if (!(await hasLeft(res, piece))) return;
    res.end();
  } catch (error) {
    // The caller hung up, and what the pieces came from was given back.
    if (res.destroyed) return;
    // The answer has begun: that it breaks off is all that can be said. Koa hears of it and has it logged.
    res.destroy(error as Error);
  }
}

/** False when nobody takes it any more. */
function hasLeft(res: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (res.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => res.write(piece, (error) => resolve(!error)));
}
