// One structured line per event, on standard output, with secrets and personal codes redacted by name.
import { type DestinationStream, type Logger, pino } from 'pino';
import { openLogOutput } from './log-output.ts';
import { BOUND_SECRETS, redact } from './redact.ts';

export type Log = Logger;

/** The room's logger. `level` is a pino level; `destination` is for tests. */
export function makeLog(room: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      name: room,
      level,
      base: { room, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: redact },
      serializers: { ...BOUND_SECRETS, err: (error: unknown) => error }, // redact has made an object of it
    },
    destination ?? standardOutput(),
  );
}

let opened: DestinationStream | undefined;

/** One for the process, whichever logs it has. */
function standardOutput(): DestinationStream {
  opened ??= openLogOutput();
  return opened;
}
