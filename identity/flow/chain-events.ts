// Puts events into the room's hash chain (common/audit), some moments after they were written. An event is written in the
// transaction of what it tells, where a chain would make all acts wait for one another; a second later a row of the chain
// holds it, in one transaction with taking it from those that wait. Several nodes may do so at once: they skip each other's.
import type { Knex } from 'knex';
import type { AuditLog } from '../../common/audit/audit-log.ts';
import type { AuditEntry } from '../../common/audit/entry.ts';
import type { Log } from '../../common/log.ts';
import { takeUnchained, type UnchainedEvent } from '../store/events.ts';

export type EventChain = {
  /** Chains what waits every second, until `stop`. */
  readonly start: () => void;
  /** Chains what waits now; returns how many rows. */
  readonly run: () => Promise<number>;
  /** Chains what waits for the last time. */
  readonly stop: () => Promise<void>;
};

const BATCH = 256;
const SECOND_MS = 1000;
/** Who acted when nobody logged in and no client is named: the room by itself, or an operator at its command line. */
const NOBODY = 'identity';

export function makeEventChain({ audit, log }: { audit: AuditLog; log: Log }): EventChain {
  const chainSome = (): Promise<number> =>
    audit.appendWith(async (trx: Knex) => {
      const events = await takeUnchained(trx, BATCH);
      return { value: events.length, entries: events.map(toEntry) };
    });
  const run = async (): Promise<number> => {
    let total = 0;
    for (let some = BATCH; some === BATCH; total += some) some = await chainSome();
    return total;
  };
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<unknown> | null = null;
  const begin = (): void => {
    if (turn) return;
    turn = run()
      .catch((error: unknown) => log.warn({ err: error }, 'events wait for their chain'))
      .finally(() => {
        turn = null;
      });
  };
  return {
    run,
    start: () => {
      timer = setInterval(begin, SECOND_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await turn;
      await run().catch((error: unknown) => log.warn({ err: error }, 'events wait for their chain'));
    },
  };
}

function toEntry({ id, at, kind, sub, clientId, requestId, detail = {} }: UnchainedEvent): AuditEntry {
  const client = clientId === undefined ? {} : { client_id: clientId };
  return {
    at,
    kind,
    subject: sub ?? clientId ?? NOBODY,
    actor: nameIn(detail['by']) ?? nameIn(detail['actor']) ?? sub ?? clientId ?? NOBODY,
    requestId,
    detail: { event: id, ...client, ...detail },
  };
}

/** An administrator acts on somebody else: the event names him. */
function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
