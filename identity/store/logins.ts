// What a login leaves, in one statement and so whole or not at all: the browser that it was made with, its event, what a right
// password settles of the tries, and, when that browser is new to the account, the message that says so.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import { eventValues, type IdentityEvent, writingEvent } from './events.ts';
import { type Device, deviceValues, rememberingDevice } from './known-devices.ts';
import { type SettledTries, settledValues, takingBack } from './login-tries.ts';
import { messageValues, type NewMessage, sendingMessage } from './outbox.ts';

export type NewLogin = {
  readonly accountId: number;
  readonly device: Device;
  readonly event: IdentityEvent;
  readonly tries?: SettledTries | undefined;
  /** Sent if the browser is new to the account; null: there is no address to send it to. */
  readonly notice: NewMessage | null;
};

/** `$1` to `$4` the browser, `$5` to `$10` the event, `$11` to `$13` the tries. */
const RECORDED = `${rememberingDevice(1)}, ${writingEvent(5)}, settled as (${takingBack(11)})`;

const RECORD = { name: 'login-record', text: `with ${RECORDED} select is_new from remembered` };

/** The same, and `$14` to `$18` the message. */
const RECORD_AND_TELL = {
  name: 'login-record-and-tell',
  text: `with ${RECORDED},
    ${sendingMessage(14, '(select from remembered where is_new) news')}
    select is_new from remembered left join woken on true`,
};

const NO_TRIES: SettledTries = { forget: null, giveBack: [] };

/** Returns whether the browser was new to the account. Of two logins at once with a new one, it is new to the first. */
export async function recordLogin(db: Knex, login: NewLogin): Promise<boolean> {
  const { accountId, device, event, tries = NO_TRIES, notice } = login;
  const values = [...deviceValues(accountId, device, event.at), ...eventValues(event), ...settledValues(tries)];
  const { rows } =
    notice === null
      ? await runStatement<{ is_new: boolean }>(db, RECORD, values)
      : await runStatement<{ is_new: boolean }>(db, RECORD_AND_TELL, [...values, ...messageValues(notice)]);
  return rows[0]?.is_new ?? false;
}
