// What a login leaves, in one statement and so whole or not at all: the browser that it was made with, its event, and, when
// that browser is new to the account, the message that says so.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import { eventValues, type IdentityEvent, writingEvent } from './events.ts';
import { type Device, deviceValues, rememberingDevice } from './known-devices.ts';
import { messageValues, type NewMessage, sendingMessage } from './outbox.ts';

export type NewLogin = {
  readonly accountId: number;
  readonly device: Device;
  readonly event: IdentityEvent;
  /** Sent if the browser is new to the account; null: there is no address to send it to. */
  readonly notice: NewMessage | null;
};

/** `$1` to `$4` the browser, `$5` to `$10` the event. */
const RECORD = {
  name: 'login-record',
  text: `with ${rememberingDevice(1)}, ${writingEvent(5)} select is_new from remembered`,
};

/** The same, and `$11` to `$15` the message. */
const RECORD_AND_TELL = {
  name: 'login-record-and-tell',
  text: `with ${rememberingDevice(1)}, ${writingEvent(5)},
    ${sendingMessage(11, '(select from remembered where is_new) news')}
    select is_new from remembered left join woken on true`,
};

/** Returns whether the browser was new to the account. Of two logins at once with a new one, it is new to the first. */
export async function recordLogin(db: Knex, { accountId, device, event, notice }: NewLogin): Promise<boolean> {
  const values = [...deviceValues(accountId, device, event.at), ...eventValues(event)];
  const { rows } =
    notice === null
      ? await runStatement<{ is_new: boolean }>(db, RECORD, values)
      : await runStatement<{ is_new: boolean }>(db, RECORD_AND_TELL, [...values, ...messageValues(notice)]);
  return rows[0]?.is_new ?? false;
}
