// Guessing at one account from many addresses: bounded for strangers, and no lock for the owner.
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { ACCOUNT_WINDOW_SECONDS, MAX_ACCOUNT_TRIES } from '../../identity/domain/login-throttle.ts';
import { authenticate } from '../../identity/flow/authenticate.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { testDatabase } from '../_harness/database.ts';
import { authorize, logIn, PERSON, post, startIdentity } from './identity-house.ts';

const keys = deriveDocumentKeys(new Uint8Array(32).fill(7));

test('one account takes 30 tries in 5 minutes from all addresses and under all its names, then pauses shortly', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  let now = new Date('2026-03-01T00:00:00Z');
  const deps = { db, clock: () => now, keys };
  const { sub } = await registerAccount(deps, PERSON);
  const names = [PERSON.loginName, '13800010001', '360102199003077718'];
  const guess = (n: number, password = 'wrong', knownSub?: string) =>
    authenticate(deps, { login: names[n % names.length]!, password, address: `192.0.2.${n}`, knownSub });
  for (let n = 1; n <= MAX_ACCOUNT_TRIES; n += 1) t.is((await guess(n)).outcome, 'refused');
  const paused = await guess(200, PERSON.password);
  t.is(paused.outcome, 'paused', 'a stranger with the right password is not told');
  t.deepEqual(paused.outcome === 'paused' ? paused.until.getTime() - now.getTime() : 0, ACCOUNT_WINDOW_SECONDS * 1000);
  t.is((await guess(201, PERSON.password, sub)).outcome, 'accepted', 'the browser of the owner gets in');
  t.is((await guess(202, PERSON.password, 'somebody else')).outcome, 'paused');
  now = new Date(now.getTime() + (ACCOUNT_WINDOW_SECONDS + 1) * 1000);
  t.is((await guess(203, PERSON.password)).outcome, 'accepted');
});

test('a browser that is known gets no more tries than all strangers together', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const deps = { db, clock: () => new Date('2026-03-01T00:00:00Z'), keys };
  const { sub } = await registerAccount(deps, PERSON);
  const outcomes: string[] = [];
  for (let n = 0; n <= MAX_ACCOUNT_TRIES; n += 1) {
    const from = { address: `192.0.2.${n}`, knownSub: sub };
    outcomes.push((await authenticate(deps, { login: PERSON.loginName, password: 'wrong', ...from })).outcome);
  }
  t.is(outcomes.at(-1), 'paused');
  t.is(outcomes.filter((outcome) => outcome === 'refused').length, MAX_ACCOUNT_TRIES);
});

test('right passwords are no guesses: any number of logins in a row goes through', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const deps = { db, clock: () => new Date('2026-03-01T00:00:00Z'), keys };
  await registerAccount(deps, PERSON);
  for (let n = 0; n <= MAX_ACCOUNT_TRIES; n += 1) {
    const credentials = { login: PERSON.loginName, password: PERSON.password, address: '192.0.2.1' };
    t.is((await authenticate(deps, credentials)).outcome, 'accepted');
  }
});

test('an unknown account pauses alike', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 5);
  const deps = { db, clock: () => new Date('2026-03-01T00:00:00Z'), keys };
  const outcomes: string[] = [];
  for (let n = 0; n <= MAX_ACCOUNT_TRIES; n += 1)
    outcomes.push((await authenticate(deps, { login: 'nobody', password: 'x', address: `192.0.2.${n}` })).outcome);
  t.is(outcomes.at(-1), 'paused');
});

test('the browser is remembered by a signed cookie, which opens nothing', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  await logIn(client);
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const answer = await post(browser, page, { login: PERSON.loginName, password: PERSON.password });
  const cookies = answer.headers.getSetCookie().filter((cookie) => cookie.startsWith('xinji-identity-known='));
  t.is(cookies.length, 1);
  t.regex(cookies[0]!, /HttpOnly; SameSite=Lax/);
});
