// A person binds a phone number that a code has just reached. Where another account has it, numbers having been given out again,
// it moves only to an account that is proven, and only from one that is not the same person's; both are told.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { maskPhone } from '../domain/message.ts';
import { changeDocument, findAccountByPhone, findAccountBySub, findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { notify } from './notify.ts';
import { unbindPhone } from './register-person.ts';

export type ChangePhoneDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/** `proof-needed`: another account has the number, and this one is not proven. Errors: account-not-found. */
export async function changePhone(
  { db, clock, keys }: ChangePhoneDeps,
  { sub, phone }: { readonly sub: string; readonly phone: string },
): Promise<'bound' | 'proof-needed'> {
  const at = clock();
  return db.transaction(async (trx) => {
    const account = await findAccountBySub(trx, keys, sub);
    if (account === null) throw new TrustError('account-not-found', 'the account is gone');
    const other = await findAccountByPhone(trx, keys, phone);
    if (other !== null && other.sub !== sub) {
      if (account.level < 3) return 'proof-needed';
      await unbindPhone({ clock, keys }, trx, other, at);
    }
    const before = (await findDocument(trx, keys, sub))?.phone;
    await changeDocument(trx, keys, sub, (document) => ({ ...document, phone }));
    await insertEvent(trx, { at, kind: 'phone.bound', sub });
    const words = `【信基】您的账号已改绑手机号 ${maskPhone(phone)}。如非本人操作，请立即修改密码并退出全部设备。`;
    for (const to of new Set([phone, ...(before === undefined ? [] : [before])]))
      await notify({ clock, keys }, trx, { to: { phone: to }, kind: 'phone-bound', words });
    return 'bound';
  });
}
