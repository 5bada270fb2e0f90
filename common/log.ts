// One structured line per event, on standard output, with secrets and personal codes redacted by name.
import { type DestinationStream, type Logger, pino } from 'pino';

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
    ...(destination ? [destination] : []),
  );
}
