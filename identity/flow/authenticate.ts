// Judges a login name and a password. A wrong password is an answer, not an error, and the answer does not tell whether
// the account exists: same words, same time, same counter.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { type Account, mayLogIn, normaliseLogin } from '../domain/account.ts';
import { type DocumentKeys, makeLoginKey } from '../domain/document-box.ts';
import {
  ACCOUNT_WINDOW_SECONDS,
  FROM_KNOWN_BROWSERS,
  FROM_STRANGERS,
  MAX_ACCOUNT_TRIES,
  pausedUntil,
  triesLeft,
  WINDOW_SECONDS,
} from '../domain/login-throttle.ts';
import { findAccountByLogin } from '../store/accounts.ts';
import { type IdentityEvent, insertEvent } from '../store/events.ts';
import { deleteTries, giveTryBack, takeTry } from '../store/login-tries.ts';
import { isPassword } from './password.ts';

export type AuthenticateDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

export type Credentials = {
  /** Phone number, citizen number or login name, as typed. */
  readonly login: string;
  readonly password: string;
  /** The caller's network address. */
  readonly address: string;
  /** `sub` of the person who logged in last in this browser. */
  readonly knownSub?: string | undefined;
  readonly clientId?: string | undefined;
  readonly requestId?: string | undefined;
};

export type AuthenticationResult =
  | { readonly outcome: 'accepted'; readonly account: Account }
  /** `triesLeft` is null while there are enough. */
  | { readonly outcome: 'refused'; readonly triesLeft: number | null }
  | { readonly outcome: 'paused'; readonly until: Date };

export async function authenticate(
  { db, clock, keys }: AuthenticateDeps,
  { login, password, address, knownSub, clientId, requestId }: Credentials,
): Promise<AuthenticationResult> {
  const now = clock();
  const typed = normaliseLogin(login).slice(0, 64);
  const event = (kind: IdentityEvent['kind'], sub?: string): Promise<void> =>
    insertEvent(db, { at: now, kind, sub, clientId, requestId });
  // 1. Count this try before the password is looked at.
  const loginKey = makeLoginKey(keys, typed.toLowerCase());
  const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  const tries = await takeTry(db, { loginKey, address, now, windowEndsAt: after(WINDOW_SECONDS) });
  let until = pausedUntil(tries);
  if (until !== null) {
    await event('login.paused');
    return { outcome: 'paused', until };
  }
  // 2. The account that answers to what was typed, whichever of the three it was.
  const found = await findAccountByLogin(db, keys, typed);
  // 3. Count it for the account too, whichever name and address it was tried with.
  const accountKey = found ? makeLoginKey(keys, `account:${found.account.sub}`) : loginKey;
  const from = found !== null && found.account.sub === knownSub ? FROM_KNOWN_BROWSERS : FROM_STRANGERS;
  const windowEndsAt = after(ACCOUNT_WINDOW_SECONDS);
  const accountTries = await takeTry(db, { loginKey: accountKey, address: from, now, windowEndsAt });
  until = pausedUntil(accountTries, MAX_ACCOUNT_TRIES);
  if (until !== null) {
    await event('login.paused', found?.account.sub);
    return { outcome: 'paused', until };
  }
  // 4. Always one argon2id.
  const fits = await isPassword(found?.passwordHash ?? null, password.slice(0, 128));
  if (!fits || found === null || !mayLogIn(found.account)) {
    await event('login.refused', found?.account.sub);
    return { outcome: 'refused', triesLeft: triesLeft(tries) };
  }
  // 5. A right password forgets the wrong ones from here, and was no guess.
  await deleteTries(db, loginKey, address);
  await giveTryBack(db, accountKey, from);
  await event('login.succeeded', found.account.sub);
  return { outcome: 'accepted', account: found.account };
}
