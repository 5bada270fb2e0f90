// Server-sent events (HTML standard, 9.2) for progress that a page watches: one event when something has changed, a comment
// as heartbeat in between, and an end. Who comes back with Last-Event-ID gets what holds now, never a list of the past.
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Koa from 'koa';

export type StreamEvent = {
  /** Grows with what is told; the same id is not sent twice. */
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  /** Nothing will follow. */
  readonly isLast: boolean;
};

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 3000;
/** A stream that lasts longer is ended; the browser comes back by itself. */
const LIFE_MS = 10 * 60_000;

/** Asks `look` every `everyMs` until the reader is gone, the last event is told, or the stream is old. */
export function streamEvents(ctx: Koa.Context, look: () => Promise<StreamEvent>, everyMs = 1000): void {
  ctx.status = 200;
  ctx.set('Content-Type', 'text/event-stream');
  ctx.set('Cache-Control', 'no-cache, no-transform');
  ctx.set('X-Accel-Buffering', 'no');
  const body = new PassThrough();
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  ctx.body = body;
  void tell(body, look, { everyMs, signal: gone.signal, known: ctx.get('Last-Event-ID') }).catch(() => {
    body.end(); // the database is away, or the reader: a browser tries again
  });
}

type Telling = { readonly everyMs: number; readonly signal: AbortSignal; readonly known: string };

async function tell(body: PassThrough, look: () => Promise<StreamEvent>, { everyMs, signal, known }: Telling) {
  const begun = performance.now();
  let [told, quietSince] = [known, begun];
  body.write(`retry: ${RETRY_MS}\n\n`);
  while (!signal.aborted && performance.now() - begun < LIFE_MS) {
    const { id, event, data, isLast } = await look();
    if (id !== told) {
      body.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      [told, quietSince] = [id, performance.now()];
    } else if (performance.now() - quietSince > HEARTBEAT_MS) {
      body.write(': still here\n\n');
      quietSince = performance.now();
    }
    if (isLast) break;
    await sleep(everyMs, undefined, { signal });
  }
  body.end();
}
