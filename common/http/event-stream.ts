// Server-sent events (HTML standard, 9.2) for progress that a page watches: one event when something has changed, a comment
// as heartbeat in between, and an end. Who comes back with Last-Event-ID gets what holds now, never a list of the past.
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Koa from 'koa';
import { TrustError } from '../errors.ts';

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

/** Streams that are open at once: each asks the database every second. Of one reader a few, for a person has several tabs. */
const MOST = 200;
const MOST_OF_READER = 6;

export type EventStreams = {
  /**
   * Asks `look` every `everyMs` until the reader is gone, the last event is told, or the stream is old. Throws
   * too-many-requests when this reader has as many open as he may, and busy when all readers together have.
   */
  open(ctx: Koa.Context, reader: string, look: () => Promise<StreamEvent>, everyMs?: number): void;
};

/** One limit for the streams of these handlers, in the memory of this process. */
export function makeEventStreams({ most = MOST, mostOfReader = MOST_OF_READER } = {}): EventStreams {
  const counts = new Map<string, number>();
  let total = 0;
  const change = (reader: string, by: 1 | -1): void => {
    total += by;
    const count = (counts.get(reader) ?? 0) + by;
    if (count === 0) counts.delete(reader);
    else counts.set(reader, count);
  };
  return {
    open: (ctx, reader, look, everyMs = 1000) => {
      if ((counts.get(reader) ?? 0) >= mostOfReader)
        throw new TrustError('too-many-requests', `${mostOfReader} streams of this caller are open`);
      if (total >= most) throw new TrustError('busy', 'as many streams are open as this process holds');
      change(reader, 1);
      streamEvents(ctx, look, everyMs, () => change(reader, -1));
    },
  };
}

function streamEvents(ctx: Koa.Context, look: () => Promise<StreamEvent>, everyMs: number, ended: () => void): void {
  ctx.status = 200;
  ctx.set('Content-Type', 'text/event-stream');
  ctx.set('Cache-Control', 'no-cache, no-transform');
  ctx.set('X-Accel-Buffering', 'no');
  const body = new PassThrough();
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  if (ctx.res.destroyed) gone.abort(); // he left before there was anything to hear
  ctx.body = body;
  void tell(body, look, { everyMs, signal: gone.signal, known: ctx.get('Last-Event-ID') })
    .catch(() => {
      body.end(); // the database is away, or the reader: a browser tries again
    })
    .finally(ended);
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
