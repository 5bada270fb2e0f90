// What follows from events, in the transaction that chains them: notices of first reads, and messages in the queue for those
// who subscribed. A message goes out after the commit and may arrive more than once, never without its event.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { WebhookMessage } from '../../common/contract/webhook.ts';
import { makeUuid7 } from '../../common/ids.ts';
import { enqueueAll } from '../../common/queue/enqueue.ts';
import { isReadWithoutHolder, webhookTypeOf } from '../domain/webhook.ts';
import type { UnchainedEvent } from '../store/events.ts';
import { insertReaderNotices } from '../store/notices.ts';
import { type Addressed, addressOccurrences, type Occurrence } from '../store/outbox.ts';

export const NOTIFY_QUEUE = { schema: 'license', queue: 'notify' } as const;

export function makeFollow({ clock }: { readonly clock: Clock }) {
  return async (trx: Knex, events: readonly UnchainedEvent[]): Promise<void> => {
    const told = events.flatMap((event): readonly Occurrence[] => {
      const type = webhookTypeOf(event.kind);
      const { eventId: id, at, licenseId, identifier } = event;
      return type === null || licenseId === null ? [] : [{ id, at, type, licenseId, identifier }];
    });
    await tell(trx, [...told, ...(await noticeFirstReads(trx, events))], clock());
  };
}

/** Puts a message for every subscriber of an occurrence into the queue. */
export async function tell(trx: Knex, occurrences: readonly Occurrence[], now: Date): Promise<void> {
  const addressed = await addressOccurrences(trx, occurrences);
  const jobs = addressed.map((one) => {
    const occurrence = occurrences[one.place]!;
    const { subscriptionId: subscription_id } = one;
    return {
      key: subscription_id,
      payload: { subscription_id, message_id: occurrence.id, message: messageOf(occurrence, one) },
    };
  });
  await enqueueAll(trx, { ...NOTIFY_QUEUE, now }, jobs);
}

/** A unit that reads a license for the first time, without its holder. Of several nodes that see it one writes it. */
async function noticeFirstReads(trx: Knex, events: readonly UnchainedEvent[]): Promise<readonly Occurrence[]> {
  const reads = events.flatMap(({ kind, basis, licenseId, identifier, organisation, at }) =>
    isReadWithoutHolder(kind, basis) && licenseId !== null && organisation !== null
      ? [{ noticeId: makeUuid7(at), licenseId, identifier, reader: organisation, at }]
      : [],
  );
  const made = await insertReaderNotices(trx, reads);
  return made.map(({ noticeId: id, licenseId, identifier, at, ref: reader }) => ({
    ...{ id, at, licenseId, identifier, reader },
    type: 'license.read_by_new_unit',
  }));
}

function messageOf({ type, at, reader }: Occurrence, one: Addressed): WebhookMessage {
  const timestamp = at.toISOString();
  const { identifier, licenseType: license_type, caseId: case_id, state, validTo: valid_to } = one;
  const data = { identifier, license_type, case_id, state, at: timestamp, valid_to };
  return { type, timestamp, data: { ...data, ...(reader === undefined ? {} : { reader }) } };
}
