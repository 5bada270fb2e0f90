// Guessing at one account from many addresses: bounded for strangers, and no lock for the owner.
import test from 'ava';
import type { Knex } from 'knex';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { utf8 } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import {
  ACCOUNT_WINDOW_SECONDS,
  MAX_ACCOUNT_TRIES,
  MAX_ADDRESS_TRIES,
  MAX_DEVICE_TRIES,
  MAX_TRIES,
} from '../../identity/domain/login-throttle.ts';
import { type AuthenticationResult, authenticate } from '../../identity/flow/authenticate.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import { settleTries } from '../../identity/store/login-tries.ts';
import { recordLogin } from '../../identity/store/logins.ts';
import { testDatabase } from '../_harness/database.ts';
import { authorize, logIn, PERSON, post, startIdentity } from './identity-house.ts';

const keys = deriveDocumentKeys(new Uint8Array(32).fill(7));
const NOW = new Date('2026-03-01T00:00:00Z');

/** A browser of its own for every number. */
const deviceOf = (n: number): Uint8Array => sm3(utf8(`device ${n}`));

type Guess = { readonly login: string; readonly password: string; readonly address: string; readonly device: number };

function makeGuess(db: Knex, clock: Clock = () => NOW): (guess: Guess) => Promise<AuthenticationResult> {
  return async ({ login, password, address, device }) => {
    const guessed = { who: { login }, password, address, deviceKey: deviceOf(device) };
    const result = await authenticate({ db, clock, keys }, guessed);
    if (result.outcome === 'accepted') await settleTries(db, result.tries);
    return result;
  };
}

async function registerOwner(db: Knex, device: number): Promise<void> {
  const { sub } = await registerAccount({ db, clock: () => NOW, keys }, PERSON);
  const { id } = (await findAccountBySub(db, keys, sub))!;
  const event = { at: NOW, kind: 'login.succeeded', sub } as const;
  await recordLogin(db, {
    accountId: id,
    device: { key: deviceOf(device), label: 'Firefox · Linux' },
    event,
    notice: null,
  });
}

test('one account takes 30 tries in 5 minutes from all addresses and under all its names, then pauses shortly; never for the browser of its owner', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  let now = NOW;
  const guess = makeGuess(db, () => now);
  await registerOwner(db, 0);
  const names = [PERSON.loginName, '13800010001', '360102199003077718'];
  const stranger = (n: number, password = 'wrong') =>
    guess({ login: names[n % names.length]!, password, address: `192.0.2.${n}`, device: n });
  for (let n = 1; n <= MAX_ACCOUNT_TRIES; n += 1) t.is((await stranger(n)).outcome, 'refused');
  const paused = await stranger(200, PERSON.password);
  t.is(paused.outcome, 'paused', 'a stranger with the right password is not told');
  t.deepEqual(paused.outcome === 'paused' ? paused.until.getTime() - now.getTime() : 0, ACCOUNT_WINDOW_SECONDS * 1000);
  const owner = { login: PERSON.loginName, password: PERSON.password, address: '192.0.2.201', device: 0 };
  t.is((await guess(owner)).outcome, 'accepted', 'the browser of the owner gets in');
  now = new Date(now.getTime() + (ACCOUNT_WINDOW_SECONDS + 1) * 1000);
  t.is((await stranger(203, PERSON.password)).outcome, 'accepted');
});

test('whoever guesses at the next desk does not lock the owner out of his own browser', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const guess = makeGuess(db);
  await registerOwner(db, 0);
  const desk = { login: PERSON.loginName, address: '192.0.2.1' };
  for (let n = 1; n <= MAX_ADDRESS_TRIES + 1; n += 1)
    await guess({ ...desk, login: `nobody${n}`, password: 'wrong', device: n });
  for (let n = 1; n <= MAX_TRIES; n += 1) await guess({ ...desk, password: 'wrong', device: 1000 + n });
  t.is((await guess({ ...desk, password: PERSON.password, device: 999 })).outcome, 'paused', 'any other browser there');
  t.is((await guess({ ...desk, password: PERSON.password, device: 0 })).outcome, 'accepted');
});

test('a browser that is known gets no more tries than any other', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const guess = makeGuess(db);
  await registerOwner(db, 0);
  const outcomes: string[] = [];
  for (let n = 0; n <= MAX_TRIES; n += 1)
    outcomes.push(
      (await guess({ login: PERSON.loginName, password: 'x', address: `192.0.2.${n}`, device: 0 })).outcome,
    );
  t.is(outcomes.at(-1), 'paused');
  t.is(outcomes.filter((outcome) => outcome === 'refused').length, MAX_TRIES);
});

test('right passwords are no guesses: any number of logins in a row goes through', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const guess = makeGuess(db);
  await registerOwner(db, 0);
  const right = { login: PERSON.loginName, password: PERSON.password, address: '192.0.2.1', device: 5 };
  for (let n = 0; n <= MAX_ACCOUNT_TRIES; n += 1) t.is((await guess(right)).outcome, 'accepted');
  t.deepEqual(await db('identity.login_tries').where('tries', '>', 0), []);
});

test('an unknown account pauses alike', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const guess = makeGuess(db);
  const outcomes: string[] = [];
  for (let n = 0; n <= MAX_ACCOUNT_TRIES; n += 1)
    outcomes.push((await guess({ login: 'nobody', password: 'x', address: `192.0.2.${n}`, device: n })).outcome);
  t.is(outcomes.at(-1), 'paused');
});

test('one browser that keeps its cookie, and one address, take so many wrong tries for all accounts together', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const guess = makeGuess(db);
  const refused = async (max: number, of: (n: number) => Guess): Promise<void> => {
    for (let n = 1; n <= max; n += 1) t.is((await guess(of(n))).outcome, 'refused');
    t.is((await guess(of(max + 1))).outcome, 'paused');
  };
  const any = (n: number) => ({ login: `nobody${n}`, password: 'x' });
  await refused(MAX_DEVICE_TRIES, (n) => ({ ...any(n), address: `192.0.2.${n}`, device: 1 }));
  await refused(MAX_ADDRESS_TRIES, (n) => ({ ...any(n), address: '198.51.100.1', device: 1000 + n }));
  await refused(MAX_ADDRESS_TRIES, (n) => ({
    ...any(n),
    address: `2001:db8:1:1::${n.toString(16)}`,
    device: 2000 + n,
  }));
});

test('the browser is remembered by a signed cookie, which opens nothing', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  await logIn(client);
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const answer = await post(browser, page, { login: PERSON.loginName, password: PERSON.password });
  const cookies = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('xinji-identity-device='));
  t.is(cookies.length, 1);
  t.regex(cookies[0]!, /HttpOnly; SameSite=Lax/);
});
