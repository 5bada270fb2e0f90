// Tells a person something. The message is written in the caller's transaction: it goes out exactly when the act it tells of
// took place. It is delivered by a queue (deliver-messages.ts); in a development house the page /outbox shows it.
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { AccountDocument } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { closeMessage } from '../domain/message.ts';
import { findDocument } from '../store/accounts.ts';
import { type Channel, type NewMessage, sendMessage } from '../store/outbox.ts';

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
  await sendMessage(trx, makeMessage(deps, address, notice));
  return true;
}

/** The message as it lies in the outbox, for a caller who writes it with what else he writes. */
export function makeMessage(
  { clock, keys }: NotifyDeps,
  { channel, to }: MessageAddress,
  { kind, words }: Pick<Notice, 'kind' | 'words'>,
): NewMessage {
  const id = randomUUID();
  return { id, channel, kind, box: closeMessage(keys, id, { to, words }), createdAt: clock() };
}

export type MessageAddress = { readonly channel: Channel; readonly to: string };

/** The phone number, else the mail address; null when there is neither. */
export function addressIn(document: AccountDocument | null): MessageAddress | null {
  const { phone, mail } = document ?? {};
  if (phone !== undefined) return { channel: 'sms', to: phone };
  return mail === undefined ? null : { channel: 'mail', to: mail };
}

async function addressOf({ keys }: NotifyDeps, trx: Knex, to: Notice['to']): Promise<MessageAddress | null> {
  if ('phone' in to) return { channel: 'sms', to: to.phone };
  if ('mail' in to) return { channel: 'mail', to: to.mail };
  return addressIn(await findDocument(trx, keys, to.sub));
}
