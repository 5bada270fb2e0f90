// One structured line per event, on standard output, with secrets and personal codes redacted by name.
import { type DestinationStream, type Logger, pino } from 'pino';
import { type LogOutput, openLogOutput } from './log-output.ts';
import { BOUND_SECRETS, redact } from './redact.ts';

export type Log = Logger;

/** The room's logger. `level` is a pino level; `destination` is for tests. */
export function makeLog(room: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      name: room,
      level,
      base: { room, pid: process.pid },
      timestamp: () => `,"time":"${new Date(said ?? Date.now()).toISOString()}"`,
      formatters: { log: redact },
      serializers: { ...BOUND_SECRETS, err: (error: unknown) => error }, // redact has made an object of it
    },
    destination ?? standardOutput(),
  );
}

let opened: LogOutput | undefined;
/** When the line was said that is made now; null: this moment. */
let said: number | null = null;

/** One for the process, whichever logs it has. */
function standardOutput(): LogOutput {
  opened ??= openLogOutput();
  return opened;
}

/** A line of the everyday, with the time of this moment; made when it leaves, which is a tenth of a second later at most. */
export function logLater(log: Log, line: Readonly<Record<string, unknown>>, words: string): void {
  if (opened === undefined || Reflect.get(log, pino.symbols.streamSym) !== opened) return void log.info(line, words);
  if (!log.isLevelEnabled('info')) return;
  const now = Date.now();
  opened.later(() => {
    said = now;
    try {
      log.info(line, words);
    } finally {
      said = null;
    }
  });
}
