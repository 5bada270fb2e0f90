// A message to a person: where to, and in which words. At rest it lies in a sealed box, because phone numbers and codes do not
// belong into tables in clear.
import { utf8 } from '../../common/bytes.ts';
import { closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import type { DocumentKeys } from './document-box.ts';

export type Message = {
  /** Phone number or mail address. */
  readonly to: string;
  readonly words: string;
};

/** The box belongs to one row of the outbox. */
export function closeMessage(keys: DocumentKeys, id: string, { to, words }: Message): Uint8Array {
  return closeBox(keys.box, utf8(JSON.stringify({ to, words })), contextOf(id));
}

/** Throws `sealed-box-corrupt`. */
export function openMessage(keys: DocumentKeys, id: string, box: Uint8Array): Message {
  return JSON.parse(new TextDecoder().decode(openBox(keys.box, box, contextOf(id)))) as Message;
}

/** 138****0012 */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}

/** z***@example.gov.cn */
export function maskMail(mail: string): string {
  const at = mail.lastIndexOf('@');
  return at < 1 ? '***' : `${mail.slice(0, 1)}***${mail.slice(at)}`;
}

function contextOf(id: string): string {
  return `identity.outbox/${id}`;
}
