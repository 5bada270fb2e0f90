// A person binds a phone number or mail address that a code has just reached. Where another account has it, numbers and
// mailboxes having been given out again, it moves only to an account that is proven, and only from one that is not the same
// person's; both are told.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { Account, AccountDocument } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { maskMail, maskPhone } from '../domain/message.ts';
import {
  changeDocument,
  findAccountByMail,
  findAccountByPhone,
  findAccountBySub,
  findDocument,
} from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { notify } from './notify.ts';
import type { CodeAddress } from './one-time-code.ts';

export type ChangeAddressDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

export type AddressKind = 'phone' | 'mail';

/** Who has vouched for a change besides the code: a clerk at a counter, with his reason. */
export type Vouched = { readonly by: string; readonly reason: string };

/**
 * `proof-needed`: another account has the address, and this one is not proven. `done` runs in the same transaction, and what
 * it throws takes everything back. Errors: account-not-found.
 */
export async function changeAddress(
  { db, clock, keys }: ChangeAddressDeps,
  of: {
    readonly sub: string;
    readonly to: CodeAddress;
    readonly vouched?: Vouched;
    readonly done?: (trx: Knex) => Promise<void>;
  },
): Promise<'bound' | 'proof-needed'> {
  const { sub, to, vouched } = of;
  const at = clock();
  return db.transaction(async (trx) => {
    const account = await findAccountBySub(trx, keys, sub);
    if (account === null) throw new TrustError('account-not-found', 'the account is gone');
    const kind = kindOf(to);
    const other = await findAccountAt(trx, keys, to);
    if (other !== null && other.sub !== sub) {
      if (account.level < 3) return 'proof-needed';
      await unbindAddress({ clock, keys }, trx, { account: other, kind, at });
    }
    const before = await findDocument(trx, keys, sub);
    await changeDocument(trx, keys, sub, (document) => ({ ...document, ...to }));
    await insertEvent(trx, { at, kind: `${kind}.bound`, sub, ...(vouched === undefined ? {} : { detail: vouched }) });
    const words = boundWords(to, vouched !== undefined);
    for (const address of [to, ...addressesOf(before).filter((one) => textOf(one) !== textOf(to))])
      await notify({ clock, keys }, trx, { to: address, kind: `${kind}-bound`, words });
    await of.done?.(trx);
    return 'bound';
  });
}

/** Takes the mail address off an account that has a phone to be reached by; false when there is none to take off. */
export async function removeMail({ db, clock, keys }: ChangeAddressDeps, sub: string): Promise<boolean> {
  const at = clock();
  return db.transaction(async (trx) => {
    const before = await findDocument(trx, keys, sub);
    if (before?.mail === undefined || before.phone === undefined) return false;
    await changeDocument(trx, keys, sub, ({ mail: _, ...rest }) => rest);
    await insertEvent(trx, { at, kind: 'mail.unbound', sub });
    for (const to of addressesOf(before))
      await notify({ clock, keys }, trx, { to, kind: 'mail-removed', words: REMOVED });
    return true;
  });
}

/** The address leaves an account; who had it is told where he can still be reached. `trx` is a transaction. */
export async function unbindAddress(
  { clock, keys }: Pick<ChangeAddressDeps, 'clock' | 'keys'>,
  trx: Knex,
  { account, kind, at }: { readonly account: Account; readonly kind: AddressKind; readonly at: Date },
): Promise<void> {
  await changeDocument(trx, keys, account.sub, ({ [kind]: _, ...rest }) => rest);
  await insertEvent(trx, { at, kind: `${kind}.unbound`, sub: account.sub });
  await notify({ clock, keys }, trx, { to: { sub: account.sub }, kind: `${kind}-unbound`, words: UNBOUND[kind] });
}

function findAccountAt(trx: Knex, keys: DocumentKeys, to: CodeAddress): Promise<Account | null> {
  return 'phone' in to ? findAccountByPhone(trx, keys, to.phone) : findAccountByMail(trx, keys, to.mail);
}

function addressesOf(document: AccountDocument | null): readonly CodeAddress[] {
  const { phone, mail } = document ?? {};
  return [...(phone === undefined ? [] : [{ phone }]), ...(mail === undefined ? [] : [{ mail }])];
}

function kindOf(to: CodeAddress): AddressKind {
  return 'phone' in to ? 'phone' : 'mail';
}

function textOf(to: CodeAddress): string {
  return 'phone' in to ? to.phone : to.mail;
}

function boundWords(to: CodeAddress, atCounter: boolean): string {
  const what = 'phone' in to ? `手机号 ${maskPhone(to.phone)}` : `电子邮箱 ${maskMail(to.mail)}`;
  return atCounter
    ? `【信基】您的账号已在办事窗口改绑${what}。如非本人办理，请立即到办事窗口核实。`
    : `【信基】您的账号已改绑${what}。如非本人操作，请立即修改密码并退出全部设备。`;
}

const REMOVED = '【信基】您的账号已解除绑定电子邮箱。如非本人操作，请立即修改密码并退出全部设备。';

const UNBOUND: Readonly<Record<AddressKind, string>> = {
  phone:
    '【信基】您账号绑定的手机号已由新的机主核验身份后改绑。请用其他方式登录并绑定新的手机号；如非您已停用该号码，请到办事窗口核实。',
  mail: '【信基】您账号绑定的电子邮箱已由新的使用人核验身份后改绑。请登录后绑定新的邮箱；如非您已停用该邮箱，请到办事窗口核实。',
};
