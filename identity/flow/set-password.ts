// Gives an account a new password: judged, hashed outside of the transaction, told to the person; all other sessions end, so
// that whoever knew the old password is out.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import { findAccountBySub, findDocument, updatePasswordHash } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { forgetDevices } from '../store/known-devices.ts';
import { judgeNewPassword, type PasswordPolicy } from './new-password.ts';
import { notify } from './notify.ts';
import { hashPassword } from './password.ts';

export type SetPasswordDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly passwords: PasswordPolicy;
  /** Ends the account's sessions except one (end-sessions.ts). */
  readonly endSessionsOf: (of: { sub: string; exceptSessionUid?: string; reason: 'password' }) => Promise<unknown>;
};

/** The fault of a refused password, or null when it is set; `done` runs in its transaction. Errors: account-not-found. */
export async function setPassword(
  deps: SetPasswordDeps,
  of: {
    readonly sub: string;
    readonly password: string;
    readonly sessionUid?: string;
    readonly done?: (trx: Knex) => Promise<void>;
  },
): Promise<PasswordFault | null> {
  const { db, clock, keys, passwords } = deps;
  const { sub, password, sessionUid } = of;
  // 1. Judge it by what the account knows of the person.
  const account = await findAccountBySub(db, keys, sub);
  const document = await findDocument(db, keys, sub);
  if (account === null || document === null) throw new TrustError('account-not-found', 'the account is gone');
  const fault = await judgeNewPassword(passwords, password, { ...document, loginName: account.loginName });
  if (fault !== null) return fault;
  // 2. Hash, then write, record and tell together.
  const hash = await hashPassword(password, passwords.work);
  const at = clock();
  await db.transaction(async (trx) => {
    await updatePasswordHash(trx, sub, { hash, at });
    // Whoever knew the old one may have logged in with a browser that is known since then.
    await forgetDevices(trx, account.id);
    await insertEvent(trx, { at, kind: 'password.set', sub });
    await notify({ clock, keys }, trx, { to: { sub }, kind: 'password-set', words: WORDS });
    await of.done?.(trx);
  });
  // 3. Nobody stays logged in with the old one.
  await deps.endSessionsOf({
    sub,
    reason: 'password',
    ...(sessionUid === undefined ? {} : { exceptSessionUid: sessionUid }),
  });
  return null;
}

const WORDS = '【信基】您的登录密码已修改，其他设备已退出。如非本人操作，请立即找回账号。';
