// The end of an account: asked for by the person, with days to change one's mind, then everything personal is shredded. And
// the pause that an administrator makes: a frozen account is logged out everywhere and logs in nowhere.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { formatDate } from '../../common/web/texts.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import {
  changeDocument,
  findAccountBySub,
  listDueClosings,
  listUnsealed,
  markAccountStatus,
  shredAccount,
} from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { deleteProofWait } from '../store/proof-waits.ts';
import { endSessionsOf } from './end-sessions.ts';
import { notify } from './notify.ts';

export type CloseDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly closingDays: number;
};

/** Begins the days to change one's mind; returns when they end. Other sessions end now. Errors: account-state when it is not active. */
export async function closeAccount(
  { db, clock, keys, closingDays }: CloseDeps,
  { sub, sessionUid }: { readonly sub: string; readonly sessionUid?: string },
): Promise<Date> {
  const at = clock();
  const closesAt = new Date(at.getTime() + closingDays * 24 * 3600 * 1000);
  await db.transaction(async (trx) => {
    await mark(trx, sub, 'active', 'closing', closesAt);
    await insertEvent(trx, { at, kind: 'account.closing', sub, detail: { until: closesAt.toISOString() } });
    const words = `【信基】您已申请注销账号，${formatDate('zh', closesAt)}前登录用户中心可以撤回；到期后账号信息将被清除。`;
    await notify({ clock, keys }, trx, { to: { sub }, kind: 'account-closing', words });
  });
  await endSessionsOf({ db, clock }, { sub, exceptSessionUid: sessionUid, reason: 'closed' });
  return closesAt;
}

/** The person changed his mind. Errors: account-state when the account is not closing. */
export async function keepAccount({ db, clock }: Pick<CloseDeps, 'db' | 'clock'>, sub: string): Promise<void> {
  await db.transaction(async (trx) => {
    await mark(trx, sub, 'closing', 'active', null);
    await insertEvent(trx, { at: clock(), kind: 'account.closing-taken-back', sub });
  });
}

/** Ends the accounts whose days are over; returns how many. The person is told before his address is gone. */
export async function endDueAccounts(
  { db, clock, keys }: Pick<CloseDeps, 'db' | 'clock' | 'keys'>,
  limit = 100,
): Promise<number> {
  const due = await listDueClosings(db, clock(), limit);
  for (const sub of due) {
    await endSessionsOf({ db, clock }, { sub, reason: 'closed' });
    await db.transaction(async (trx) => {
      const account = await findAccountBySub(trx, keys, sub);
      await notify({ clock, keys }, trx, { to: { sub }, kind: 'account-closed', words: CLOSED });
      if (!(await shredAccount(trx, sub))) throw new TrustError('account-state', 'the account is no longer closing');
      if (account) await deleteProofWait(trx, account.id);
      await insertEvent(trx, { at: clock(), kind: 'account.closed', sub });
    });
  }
  return due.length;
}

/** For an administrator. All sessions end. Errors: account-state when it is neither active nor closing. */
export async function freezeAccount(
  { db, clock }: Pick<CloseDeps, 'db' | 'clock'>,
  { sub, actor, reason }: { readonly sub: string; readonly actor: string; readonly reason: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    await mark(trx, sub, 'active', 'frozen', null);
    await insertEvent(trx, { at: clock(), kind: 'account.frozen', sub, detail: { actor, reason } });
  });
  await endSessionsOf({ db, clock }, { sub, reason: 'freeze' });
}

/** Errors: account-state when it is not frozen. */
export async function unfreezeAccount(
  { db, clock }: Pick<CloseDeps, 'db' | 'clock'>,
  { sub, actor, reason }: { readonly sub: string; readonly actor: string; readonly reason: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    await mark(trx, sub, 'frozen', 'active', null);
    await insertEvent(trx, { at: clock(), kind: 'account.unfrozen', sub, detail: { actor, reason } });
  });
}

/** Puts names of earlier versions, which lie in the clear, into their boxes; returns how many. */
export async function sealOldNames({ db, keys }: Pick<CloseDeps, 'db' | 'keys'>, limit = 500): Promise<number> {
  const subs = await listUnsealed(db, limit);
  for (const sub of subs) await db.transaction((trx) => changeDocument(trx, keys, sub, (document) => document));
  return subs.length;
}

async function mark(
  trx: Knex,
  sub: string,
  from: 'active' | 'closing' | 'frozen',
  to: 'active' | 'closing' | 'frozen',
  closesAt: Date | null,
): Promise<void> {
  if (!(await markAccountStatus(trx, sub, { from: [from], to, closesAt })))
    throw new TrustError('account-state', `the account is not ${from}`);
}

const CLOSED = '【信基】您的账号已注销，账号信息已清除。';
