// One structured line per event, on standard output, with secrets and personal codes redacted by name.
// A write costs a request more than its line does, so lines of the everyday wait for one another, for a tenth of a second at
// most; from `warn` on a line is out before the program goes on, with all that waited. Whatever ends the process in order,
// an uncaught error included, writes what waits.
import { type DestinationStream, type Logger, pino, symbols } from 'pino';

export type Log = Logger;

const REDACTED = [
  'password',
  'client_secret',
  'client_assertion',
  'authorization',
  'cookie',
  'set-cookie',
  'refresh_token',
  'access_token',
  'id_token',
  'holder_code',
  'holderCode',
  'id_number',
  'master_key',
];

/** What a `code` may be a secret of; `err.code` is not, and operators need it. */
const CODE_BEARERS = ['body', 'form', 'query', 'holder', 'request'];

/** The room's logger. `level` is a pino level; `destination` is for tests. */
export function makeLog(room: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      name: room,
      level,
      base: { room, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          ...REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
          'code',
          ...CODE_BEARERS.flatMap((bearer) => [`${bearer}.code`, `*.${bearer}.code`]),
        ],
        censor: '[redacted]',
      },
    },
    destination ?? standardOutput(),
  );
}

/** Written at once when so many bytes wait. */
const BATCH_BYTES = 8192;
const WAIT_MS = 100;
const WARN = 40;

let opened: DestinationStream | undefined;

/** One for the process, whichever logs it has. */
function standardOutput(): DestinationStream {
  opened ??= openStandardOutput();
  return opened;
}

function openStandardOutput(): DestinationStream {
  const file = pino.destination({ dest: 1, sync: true, minLength: BATCH_BYTES });
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    file.flushSync();
  };
  process.on('exit', flush);
  const stream = {
    [symbols.needsMetadataGsym]: true,
    /** Set by pino before each write. */
    lastLevel: 0,
    write: (line: string): void => {
      file.write(line);
      if (stream.lastLevel >= WARN) flush();
      else timer ??= setTimeout(flush, WAIT_MS).unref();
    },
  };
  return stream;
}
