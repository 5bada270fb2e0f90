// The life of one room's process: config -> build -> listen -> ready … stop. Rooms' main.ts call it and hold no logic.
// With a parent (IPC channel) the parent alone decides when to stop, and a lost channel means stop; without one, SIGINT
// and SIGTERM do. An uncaught error is logged and ends the process with 1: a state nobody foresaw is not served from.
import type Koa from 'koa';
import { type Clock, systemClock } from '../clock.ts';
import type { Mode } from '../env.ts';
import { isTrustError } from '../errors.ts';
import { type Log, makeLog } from '../log.ts';
import { type Metrics, makeMetrics } from './metrics.ts';
import { type Listening, listen } from './server.ts';

/** EX_CONFIG of sysexits.h: nothing but a changed configuration will help. */
export const EXIT_CONFIG = 78;

/** What runRoom itself reads of a room's config. */
export type RoomConfig = {
  readonly mode: Mode;
  /** XINJI_LOG_LEVEL */
  readonly logLevel: string;
  /** XINJI_BIND */
  readonly bind: string;
  /** XINJI_<ROOM>_PORT */
  readonly port: number;
};

export type BuiltRoom = {
  readonly app: Koa;
  /** After listening: resume what was interrupted. Its failure is logged, not fatal. */
  readonly started?: () => Promise<void>;
  /** After the last request: pools, workers, timers. */
  readonly close: () => Promise<void>;
};

export type RoomDeps = { readonly log: Log; readonly clock: Clock; readonly metrics: Metrics };

export type RoomDefinition<C extends RoomConfig> = {
  readonly room: 'identity' | 'license' | 'seal';
  /** Throws config-invalid with every fault. */
  readonly readConfig: (env: NodeJS.ProcessEnv) => C;
  /** Opens the database, checks its schema version (schema-outdated), makes clients and app. */
  readonly build: (config: C, deps: RoomDeps) => Promise<BuiltRoom>;
};

/** Message to the parent. `failed` carries the reason that the parent prints. */
export type RoomMessage =
  | { readonly type: 'ready'; readonly room: string; readonly port: number }
  | { readonly type: 'failed'; readonly room: string; readonly detail: string; readonly exitCode: number };

/** Runs the room until it is told to stop; ends the process. */
export async function runRoom<C extends RoomConfig>(definition: RoomDefinition<C>): Promise<void> {
  const { room } = definition;
  let log = makeLog(room);
  const stops = listenForStop();
  process.on('uncaughtException', (error) => dieOf(error, room, log));
  process.on('unhandledRejection', (error) => dieOf(error, room, log));
  try {
    const config = definition.readConfig(process.env);
    log = makeLog(room, config.logLevel);
    const metrics = makeMetrics(room, { processMetrics: true });
    const built = await definition.build(config, { log, clock: systemClock, metrics });
    const server = await listen(built.app, { host: config.bind, port: config.port });
    log.info({ port: server.port }, 'ready');
    tellParent({ type: 'ready', room, port: server.port });
    built.started?.().catch((error: unknown) => log.error({ err: error }, 'resuming failed'));
    const reason = await stops;
    await stopRoom(built, server, log, reason);
    process.exit(0);
  } catch (error) {
    dieOf(error, room, log);
  }
}

async function stopRoom(built: BuiltRoom, server: Listening, log: Log, reason: string): Promise<void> {
  log.info({ reason }, 'stopping');
  await server.stop();
  await built.close();
  log.info('stopped');
}

/** Resolves with the reason to stop. Installed first, so that a stop during the start is not lost. */
function listenForStop(): Promise<string> {
  return new Promise((resolve) => {
    if (process.send === undefined) {
      process.on('SIGINT', () => resolve('SIGINT'));
      process.on('SIGTERM', () => resolve('SIGTERM'));
      return;
    }
    // The terminal signals the whole group; the parent hears it too and stops its children in order.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => {});
    process.on('disconnect', () => resolve('the parent is gone'));
    process.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop')
        resolve('stop');
    });
  });
}

/** Says why on stderr and to the parent, then exits: 78 for the configuration, else 1. */
function dieOf(error: unknown, room: string, log: Log): void {
  const exitCode = isTrustError(error, 'config-invalid') ? EXIT_CONFIG : 1;
  const detail = isTrustError(error) ? `${error.message}\n${error.hint}` : String(error);
  if (isTrustError(error)) process.stderr.write(`xinji ${room}: ${detail}\n`);
  else log.fatal({ err: error }, 'uncaught error');
  tellParent({ type: 'failed', room, detail, exitCode }, () => process.exit(exitCode));
}

/** `sent` runs when the message has left the process, or at once when nobody listens. */
function tellParent(message: RoomMessage, sent: () => void = () => {}): void {
  if (process.connected && process.send) process.send(message, undefined, undefined, sent);
  else sent();
}
