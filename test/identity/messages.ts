// What was sent to people, read as they would read it.
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { type Message, openMessage } from '../../identity/domain/message.ts';
import { listOutbox } from '../../identity/store/outbox.ts';
import { type IdentityHouse, MASTER_KEY } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);

/** Newest first. */
export async function readMessages({ db }: Pick<IdentityHouse, 'db'>, kind?: string): Promise<readonly Message[]> {
  const rows = await listOutbox(db, 200);
  return rows.filter((row) => kind === undefined || row.kind === kind).map(({ id, box }) => openMessage(keys, id, box));
}

/** The code of the newest message to this address. */
export async function readCode(house: Pick<IdentityHouse, 'db'>, to: string): Promise<string> {
  const message = (await readMessages(house)).find((one) => one.to === to && /验证码 \d{6}/.test(one.words));
  if (message === undefined) throw new Error(`no code was sent to ${to}`);
  return /\d{6}/.exec(message.words)![0];
}
