// Tells a person something. The message is written in the caller's transaction: it goes out exactly when the act it tells of
// took place. It is delivered by a queue (deliver-messages.ts); in a development house the page /outbox shows it.
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { enqueue, type QueueName } from '../../common/queue/enqueue.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { closeMessage } from '../domain/message.ts';
import { findDocument } from '../store/accounts.ts';
import { type Channel, insertOutbox } from '../store/outbox.ts';

/** Jobs `{id}`: a message of the outbox to deliver. */
export const MESSAGE_QUEUE: QueueName = { schema: 'identity', queue: 'messages' };

export type NotifyDeps = { readonly clock: Clock; readonly keys: DocumentKeys };

export type Notice = {
  /** `sub`: the phone number that the account has, else its mail address. */
  readonly to: { readonly sub: string } | { readonly phone: string } | { readonly mail: string };
  /** A word for what it is about, in clear in the table: `new-device`, `login-code`. */
  readonly kind: string;
  /** What the person reads; no more than a short message holds. */
  readonly words: string;
};

/** Writes the message in `trx`; false when the account has no address to send to. */
export async function notify(deps: NotifyDeps, trx: Knex, notice: Notice): Promise<boolean> {
  const address = await addressOf(deps, trx, notice.to);
  if (address === null) return false;
  const id = randomUUID();
  const box = closeMessage(deps.keys, id, { to: address.to, words: notice.words });
  const now = deps.clock();
  await insertOutbox(trx, { id, channel: address.channel, kind: notice.kind, box, createdAt: now });
  await enqueue(trx, { ...MESSAGE_QUEUE, payload: { id }, now });
  return true;
}

async function addressOf(
  { keys }: NotifyDeps,
  trx: Knex,
  to: Notice['to'],
): Promise<{ readonly channel: Channel; readonly to: string } | null> {
  if ('phone' in to) return { channel: 'sms', to: to.phone };
  if ('mail' in to) return { channel: 'mail', to: to.mail };
  const { phone, mail } = (await findDocument(trx, keys, to.sub)) ?? {};
  if (phone !== undefined) return { channel: 'sms', to: phone };
  return mail === undefined ? null : { channel: 'mail', to: mail };
}
