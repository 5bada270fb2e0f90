// Delivery of the outbox: a queue whose job names the message, and a gateway for each channel that takes it by HTTP POST. The
// gateway tells repetitions by the id. A house without a gateway (development) leaves the messages where they are.
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { openMessage } from '../domain/message.ts';
import { findOutbox, MESSAGE_QUEUE, markDelivered } from '../store/outbox.ts';

export type DeliveryDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  /** Address of each gateway; null: there is none. */
  readonly smsUrl: string | null;
  readonly mailUrl: string | null;
};

const TIMEOUT_MS = 10_000;
/** A code that comes late is of no use, a notice is: tried for an hour. */
const DELAYS_SECONDS = [2, 5, 15, 60, 300, 900, 2400];

const Payload = z.object({ id: z.uuid() });

export function messageQueue(deps: DeliveryDeps): QueueDefinition {
  return {
    queue: MESSAGE_QUEUE.queue,
    concurrency: 8,
    leaseSeconds: TIMEOUT_MS / 1000 + 15,
    retry: { delaysSeconds: DELAYS_SECONDS, jitter: 0.2 },
    handle: async ({ payload }, signal) => {
      if (deps.smsUrl === null && deps.mailUrl === null) return;
      const { id } = Payload.parse(payload);
      const row = await findOutbox(deps.db, id);
      const url = row?.channel === 'mail' ? deps.mailUrl : deps.smsUrl;
      if (row === null || row.deliveredAt !== null || url === null) return;
      await post(url, { id, kind: row.kind, ...openMessage(deps.keys, id, row.box) }, signal);
      await markDelivered(deps.db, id, deps.clock());
    },
  };
}

/** `{id, kind, to, text}`; anything but 2xx is a failed try. Nothing of it is repeated in the error. */
async function post(
  url: string,
  { id, kind, to, words }: { id: string; kind: string; to: string; words: string },
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id },
    body: JSON.stringify({ id, kind, to, text: words }),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
}
