// A person gives himself a new password, with the old one where there is one. One act: the password changes, every other
// device and its systems are logged out, and no browser is known any more, so that the next login elsewhere is told.
import type { Knex } from 'knex';
import type { Account } from '../domain/account.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import { findPassword } from '../store/accounts.ts';
import { listSessionUids } from '../store/sessions.ts';
import { type KickDeps, type Kicked, kickOtherSessions } from './kick-sessions.ts';
import { forgetLimit, takeLimit } from './limit.ts';
import { isPassword } from './password.ts';
import { type SetPasswordDeps, setPassword } from './set-password.ts';

export type ReplacePasswordDeps = Omit<SetPasswordDeps, 'endSessionsOf'> & KickDeps & { readonly db: Knex };

export type PasswordReplaced =
  | { readonly outcome: 'done'; readonly kicked: Kicked }
  | { readonly outcome: 'wrong-current' }
  | { readonly outcome: 'paused'; readonly until: Date }
  | { readonly outcome: 'refused'; readonly fault: PasswordFault };

/** Tries of the old password, of one account in a quarter of an hour. */
const MAX_TRIES = 10;
const WINDOW_SECONDS = 15 * 60;

/** `sessionUid`: the session that stays. Errors: account-not-found. */
export async function replacePassword(
  deps: ReplacePasswordDeps,
  of: { readonly account: Account; readonly current: string; readonly next: string; readonly sessionUid: string },
): Promise<PasswordReplaced> {
  const { db, clock, passwords } = deps;
  const { account, sessionUid } = of;
  const { sub } = account;
  // 1. Count the try before the old password is looked at.
  const tries = { kind: 'replace-password', key: sub };
  const limit = await takeLimit(db, { ...tries, max: MAX_TRIES, windowSeconds: WINDOW_SECONDS, now: clock() });
  if (limit.outcome === 'paused') return limit;
  const { passwordHash: hash } = await findPassword(db, sub);
  if (hash !== null && !(await isPassword(hash, of.current.slice(0, 128), passwords.work)))
    return { outcome: 'wrong-current' };
  await forgetLimit(db, tries);
  // 2. The new one; it ends the other sessions.
  const others = (await listSessionUids(db, sub)).filter((uid) => uid !== sessionUid);
  let kicked: Kicked = { sessions: 0, told: 0, unanswered: 0 };
  const fault = await setPassword(
    {
      ...deps,
      endSessionsOf: async ({ reason }) => {
        kicked = await kickOtherSessions(deps, { sub, exceptSessionUid: sessionUid, sessionUids: others, reason });
      },
    },
    { sub, password: of.next, sessionUid },
  );
  return fault === null ? { outcome: 'done', kicked } : { outcome: 'refused', fault };
}
