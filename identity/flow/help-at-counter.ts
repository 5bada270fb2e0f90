// What a clerk may do for a person whose document he has just confirmed, while the person stands there: bind the phone that the
// person holds, which a code has to reach, and then allow a new password to whoever has that phone. The clerk types no password
// and sees none: the person sets it at /recover. Each act has a reason, an event that names the clerk, and a notice to every
// address that the account had and has, so that somebody whose account was given away learns of it.
import type { Knex } from 'knex';
import { TrustError } from '../../common/errors.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { type DocumentKeys, makePhoneKey } from '../domain/document-box.ts';
import { parseReason } from '../domain/reason.ts';
import { findDocument } from '../store/accounts.ts';
import {
  type CounterVisit,
  findVisit,
  hasPermit,
  insertVisit,
  markVisitPermit,
  markVisitPhone,
  takePermit,
} from '../store/counter-visits.ts';
import { insertEvent } from '../store/events.ts';
import { type ChangeAddressDeps, changeAddress } from './change-address.ts';
import { notify } from './notify.ts';

export type CounterHelpDeps = ChangeAddressDeps & {
  /** How long a visit lasts, and a permit after it was given. */
  readonly counterMinutes: number;
  /** Where the person sets the password. */
  readonly recoverUrl: string;
};

type Help = { readonly account: Account; readonly clerk: string };

/** After the document was confirmed. */
export async function beginVisit(
  { db, clock, counterMinutes }: CounterHelpDeps,
  { account, clerk }: Help,
): Promise<void> {
  const begunAt = clock();
  await insertVisit(db, { accountId: account.id, clerk, begunAt, expiresAt: later(begunAt, counterMinutes) });
}

/** The visit that this clerk may help in; null: the document is to be checked (again), by him. */
export async function findOwnVisit(
  { db, clock }: CounterHelpDeps,
  { account, clerk }: Help,
): Promise<CounterVisit | null> {
  const visit = await findVisit(db, { accountId: account.id, now: clock() });
  return visit?.clerk === clerk && mayLogIn(account) ? visit : null;
}

/** `phone`: a code has reached it. Errors: proof-missing when the visit is over, account-not-found, invalid-request. */
export async function bindPhoneAtCounter(
  deps: CounterHelpDeps,
  { account, clerk, phone, ...of }: Help & { readonly phone: string; readonly reason: string },
): Promise<void> {
  const vouched = { by: clerk, reason: parseReason(of.reason) };
  const phoneKey = makePhoneKey(deps.keys, phone);
  const done = async (trx: Knex): Promise<void> => {
    const visit = { accountId: account.id, clerk, now: deps.clock(), phoneKey };
    if (!mayLogIn(account) || !(await markVisitPhone(trx, visit))) throw visitOver();
  };
  await changeAddress(deps, { sub: account.sub, to: { phone }, vouched, done });
}

/** A new password for whoever has the phone that was reached. Errors: proof-missing when the visit is over, invalid-request. */
export async function allowNewPassword(
  deps: CounterHelpDeps,
  { account, clerk, ...of }: Help & { readonly reason: string },
): Promise<void> {
  const { db, clock, keys, counterMinutes } = deps;
  const reason = parseReason(of.reason);
  const now = clock();
  await db.transaction(async (trx) => {
    const visit = { accountId: account.id, clerk, now, expiresAt: later(now, counterMinutes) };
    if (!mayLogIn(account) || !(await markVisitPermit(trx, visit))) throw visitOver();
    await insertEvent(trx, {
      at: now,
      kind: 'account.recovery-allowed',
      sub: account.sub,
      detail: { by: clerk, reason },
    });
    const { phone, mail } = (await findDocument(trx, keys, account.sub)) ?? {};
    const words = allowedWords(deps.recoverUrl, counterMinutes);
    for (const to of [...(phone ? [{ phone }] : []), ...(mail ? [{ mail }] : [])])
      await notify({ clock, keys }, trx, { to, kind: 'recovery-allowed', words });
  });
}

type PermitDeps = { readonly keys: DocumentKeys; readonly now: Date };

/** May who has this phone set a new password, because a counter allowed it? */
export async function isAllowedAtCounter(
  db: Knex,
  { keys, now }: PermitDeps,
  account: Account,
  phone: string,
): Promise<boolean> {
  return hasPermit(db, { accountId: account.id, phoneKey: makePhoneKey(keys, phone), now });
}

/** Uses it up, in the transaction of the new password; false when it is used or over. */
export async function takeCounterPermit(
  trx: Knex,
  { keys, now }: PermitDeps,
  account: Account,
  phone: string,
): Promise<boolean> {
  const isStillHis = (await findDocument(trx, keys, account.sub))?.phone === phone;
  return isStillHis && takePermit(trx, { accountId: account.id, phoneKey: makePhoneKey(keys, phone), now });
}

function visitOver(): TrustError {
  return new TrustError('proof-missing', 'the counter check is over, or no code has reached the phone');
}

function later(at: Date, minutes: number): Date {
  return new Date(at.getTime() + minutes * 60_000);
}

function allowedWords(url: string, minutes: number): string {
  return `【信基】办事窗口已核验身份，允许在 ${minutes} 分钟内凭绑定手机的验证码设置新密码：${url} 。如非本人办理，请立即到办事窗口核实。`;
}
