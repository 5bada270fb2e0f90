// Puts events into the room's hash chain (common/audit), some moments after they were written. An event is written in the
// transaction of what it tells, where a chain would make all acts wait for one another; within a second a row of the chain
// holds its leaf, in one transaction with taking it from those that wait, and with the messages that it causes: what is
// chained is told, and what is told is chained. Several nodes may do so at once, each on a chain of its own: they skip each
// other's. A node that dies leaves its events waiting, and another takes them.
import type { Knex } from 'knex';
import type { AuditLog } from '../../common/audit/audit-log.ts';
import type { AuditEntry } from '../../common/audit/entry.ts';
import { toHex } from '../../common/bytes.ts';
import type { Log } from '../../common/log.ts';
import { takeUnchained, type UnchainedEvent } from '../store/events.ts';

export type EventChain = {
  /** Chains what waits twice a second, until `stop`. */
  readonly start: () => void;
  /** Chains what waits now; returns how many events. */
  readonly run: () => Promise<number>;
  /** Chains what waits for the last time. */
  readonly stop: () => Promise<void>;
};

export type EventChainDeps = {
  readonly audit: AuditLog;
  readonly log: Log;
  /** What follows from events, in the transaction that chains them; it may run again and speaks to `trx` alone. */
  readonly follow: (trx: Knex, events: readonly UnchainedEvent[]) => Promise<void>;
};

const BATCH = 256;
const PERIOD_MS = 500;
/** What an event without a license happened to. */
const ROOM = 'license';

export function makeEventChain({ audit, log, follow }: EventChainDeps): EventChain {
  const chainSome = (): Promise<number> =>
    audit.appendWith(async (trx: Knex) => {
      const events = await takeUnchained(trx, BATCH);
      if (events.length > 0) await follow(trx, events);
      return { value: events.length, entries: events.map(entryOf) };
    });
  const run = async (): Promise<number> => {
    let total = 0;
    for (let some = BATCH; some === BATCH; total += some) some = await chainSome();
    return total;
  };
  const say = (error: unknown): void => log.warn({ err: error }, 'events wait for their chain');
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> | null = null;
  const begin = (): void => {
    turn ??= run()
      .catch(say)
      .finally(() => {
        turn = null;
      });
  };
  return {
    run,
    start: () => {
      timer = setInterval(begin, PERIOD_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await turn;
      await run().catch(say);
    },
  };
}

/** Nothing of a person: the leaf stands for the event, its closed detail included. */
function entryOf({ eventId, at, kind, licenseId, actor, requestId, leaf }: UnchainedEvent): AuditEntry {
  const detail = { event: eventId, leaf: toHex(leaf) };
  return { at, kind, subject: licenseId ?? ROOM, actor, requestId: requestId ?? undefined, detail };
}
