// Where log lines leave the process. A write costs a request more than its line does, so lines of the everyday wait for one
// another, for a tenth of a second at most; from `warn` on a line is out before the program goes on, with all that waited.
// Whoever reads the lines may be slow or gone, and no request waits for him: what he does not take waits here, a megabyte at
// most; behind that whole lines are dropped, and a line says how many. Whatever ends the process in order writes what waits.
import { writeSync } from 'node:fs';
import { type DestinationStream, symbols } from 'pino';

/** Written at once when so many characters wait. */
const BATCH = 8192;
const WAIT_MS = 100;
const WARN = 40;
const MOST_BYTES = 1024 * 1024;
/** At the end of the process a slow reader is waited for. */
const LAST_MS = 1000;
const LAST_STEP_MS = 10;
const NEWLINE = 10;
const NOTHING: Buffer = Buffer.alloc(0);
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'EBADF']);

/** Lines that are made when they leave: many in a row cost less than each in the midst of a request. */
const MADE_TOGETHER = 256;

export type LogOutput = DestinationStream & {
  /** `make` writes one line, when those that wait are written or another one comes. */
  later(make: () => void): void;
};

/** To standard output. */
export function openLogOutput(): LogOutput {
  const { fd: descriptor } = process.stdout; // to open it makes a pipe one that never blocks
  let text = '';
  let rest = NOTHING;
  let lost = 0;
  let isGone = false;
  let timer: NodeJS.Timeout | null = null;
  let unmade: (() => void)[] = [];

  const makeAll = (): void => {
    const making = unmade;
    unmade = [];
    for (const make of making) {
      try {
        make();
      } catch {
        lost += 1;
      }
    }
  };
  const flush = (): void => {
    makeAll();
    if (timer !== null) clearTimeout(timer);
    timer = null;
    rest = rest.length === 0 ? Buffer.from(text) : Buffer.concat([rest, Buffer.from(text)]);
    text = '';
    const taken = isGone ? null : write(descriptor, rest);
    isGone = taken === null;
    const left = taken === null ? NOTHING : rest.subarray(taken);
    rest = left.subarray(0, lastEnd(left));
    lost += countLines(left.subarray(rest.length));
    if (rest.length === 0 && lost > 0 && !isGone) {
      text = say(lost);
      lost = 0;
    }
    if (rest.length + text.length > 0) timer = setTimeout(flush, WAIT_MS).unref();
  };
  const stream = {
    [symbols.needsMetadataGsym]: true,
    /** Set by pino before each write. */
    lastLevel: 0,
    write: (line: string): void => {
      const level = stream.lastLevel;
      if (unmade.length > 0) makeAll();
      text += line;
      if (level >= WARN || text.length >= BATCH) flush();
      else timer ??= setTimeout(flush, WAIT_MS).unref();
    },
    later: (make: () => void): void => {
      unmade.push(make);
      if (unmade.length >= MADE_TOGETHER) makeAll();
      else timer ??= setTimeout(flush, WAIT_MS).unref();
    },
  };
  process.on('exit', () => {
    const until = performance.now() + LAST_MS;
    flush();
    while (rest.length + text.length > 0 && performance.now() < until) {
      sleep(LAST_STEP_MS);
      flush();
    }
  });
  return stream;
}

/** How many bytes were taken; null when nobody will ever take any. */
function write(descriptor: number, bytes: Buffer): number | null {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    // Otherwise a slow reader or a full disk: later.
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return null;
  }
  return written;
}

/** All of it, or where the last line ends that still finds room. */
function lastEnd(bytes: Buffer): number {
  return bytes.length <= MOST_BYTES ? bytes.length : bytes.lastIndexOf(NEWLINE, MOST_BYTES) + 1;
}

function countLines(bytes: Buffer): number {
  return bytes.reduce((lines, byte) => lines + (byte === NEWLINE ? 1 : 0), 0);
}

function say(lost: number): string {
  const line = { level: WARN, time: new Date().toISOString(), pid: process.pid, lost, msg: 'log lines were not taken' };
  return `${JSON.stringify(line)}\n`;
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
