// Judges a login name and a password. A wrong password is an answer, not an error, and the answer does not tell whether
// the account exists: same words, same time, same counters.
import type { Knex } from 'knex';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { networkOf } from '../../common/networks.ts';
import { type Account, mayLogIn, normaliseLogin } from '../domain/account.ts';
import { type DocumentKeys, makeLoginKey } from '../domain/document-box.ts';
import { type Counter, countersOf, pausedUntil, triesLeft } from '../domain/login-throttle.ts';
import { findAccountByLogin, findPassword, type PasswordRead } from '../store/accounts.ts';
import { type IdentityEvent, insertEvent } from '../store/events.ts';
import { type SettledTries, takeTries } from '../store/login-tries.ts';
import { DEFAULT_WORK, isPassword, type PasswordWork } from './password.ts';
import { renewHash } from './renew-hash.ts';

export type AuthenticateDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  /** What one hash costs; the house's default unless given. */
  readonly work?: PasswordWork;
};

export type Credentials = {
  /** Phone number, citizen number or login name, as typed; or the account of somebody who is logged in. */
  readonly who: { readonly login: string } | { readonly account: Account };
  readonly password: string;
  /** The caller's network address. */
  readonly address: string;
  /** Digest that stands for the browser. */
  readonly deviceKey: Uint8Array;
  readonly clientId?: string | undefined;
  readonly requestId?: string | undefined;
};

export type AuthenticationResult =
  /** The caller settles the tries with what he records of it (complete-login.ts); until then they count. */
  | {
      readonly outcome: 'accepted';
      readonly account: Account;
      readonly tries: SettledTries;
      /** The person has logged in with this browser before. */
      readonly knowsDevice: boolean;
    }
  /** `triesLeft` is null while there are enough. */
  | { readonly outcome: 'refused'; readonly triesLeft: number | null }
  | { readonly outcome: 'paused'; readonly until: Date };

export async function authenticate(
  { db, clock, keys, work = DEFAULT_WORK }: AuthenticateDeps,
  { who, password, address, deviceKey, clientId, requestId }: Credentials,
): Promise<AuthenticationResult> {
  const now = clock();
  const event = (kind: IdentityEvent['kind'], sub?: string): Promise<void> =>
    insertEvent(db, { at: now, kind, sub, clientId, requestId });
  // 1. The account that answers to what was typed, whichever of the three it was.
  const typed = 'login' in who ? normaliseLogin(who.login).slice(0, 254) : `account:${who.account.sub}`;
  const found = await findWho(db, keys, { who, deviceKey }, typed);
  // 2. Count this try before the password is looked at: for login, account, address and browser.
  const loginKey = makeLoginKey(keys, 'login' in who ? typed.toLowerCase() : typed);
  const counters = countersOf({
    loginKey,
    accountKey: found ? makeLoginKey(keys, `account:${found.account.sub}`) : loginKey,
    address,
    addressKey: sm3(utf8(`address:${networkOf(address)}`)),
    deviceKey,
    isKnownDevice: found?.knowsDevice ?? false,
  });
  const taken = await takeTries(
    db,
    counters.map((counter) => ({ ...placeOf(counter), now, windowEndsAt: after(now, counter.windowSeconds) })),
  );
  const until = pausedUntil(counters, taken);
  if (until !== null) {
    await event('login.paused', found?.account.sub);
    return { outcome: 'paused', until };
  }
  // 3. Always one argon2id.
  const fits = await isPassword(found?.passwordHash ?? null, password.slice(0, 128), work);
  if (!fits || found === null || !mayLogIn(found.account)) {
    await event('login.refused', found?.account.sub);
    return { outcome: 'refused', triesLeft: triesLeft(taken[0]!) };
  }
  // 4. A right password forgets the wrong ones from here, and was no guess.
  const [own, ...others] = counters;
  const tries = { forget: placeOf(own!), giveBack: others.map(placeOf) };
  // 5. A hash of another house or of older parameters is replaced now that the password is known.
  if (found.passwordHash !== null) {
    const { sub } = found.account;
    await renewHash({ db, clock, work }, { sub, encoded: found.passwordHash, password: password.slice(0, 128) });
  }
  return { outcome: 'accepted', account: found.account, tries, knowsDevice: found.knowsDevice };
}

async function findWho(
  db: Knex,
  keys: DocumentKeys,
  { who, deviceKey }: Pick<Credentials, 'who' | 'deviceKey'>,
  typed: string,
): Promise<(PasswordRead & { readonly account: Account }) | null> {
  if ('account' in who) return { account: who.account, ...(await findPassword(db, who.account.sub, deviceKey)) };
  return findAccountByLogin(db, keys, typed, deviceKey);
}

function placeOf({ key, place }: Counter): { readonly loginKey: Uint8Array; readonly address: string } {
  return { loginKey: key, address: place };
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
