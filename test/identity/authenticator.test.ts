// Authenticator codes and recovery codes: the pages, their use as a second factor, and guessing at them.
import test from 'ava';
import { Secret, TOTP } from 'otpauth';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import {
  enrolTotp,
  makeRecoveryCodes,
  makeTotpSecret,
  proveRecoveryCode,
  proveTotp,
} from '../../identity/flow/authenticator.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import { listEvents } from '../../identity/store/events.ts';
import {
  authorize,
  exchange,
  type IdentityHouse,
  MASTER_KEY,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
} from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
/** Another program's idea of the code (RFC 6238), for a secret in base32. */
const codeAt = (secret: string, at: Date): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });

/** PERSON with an authenticator, at the flow. */
async function withAuthenticator(house: IdentityHouse) {
  const { db, clock } = house;
  const deps = { db, clock, keys };
  const account = (await findAccountBySub(db, keys, house.accountSub))!;
  const secret = makeTotpSecret();
  const done = async (): Promise<void> => {};
  const result = await enrolTotp(deps, { account, secret, code: codeAt(secret, clock()), label: 'x', done });
  if (result !== 'added') throw new Error(result);
  return { deps, account, secret, done };
}

async function openOwn(house: IdentityHouse, path: string, browser: Browser = makeBrowser()): Promise<Page> {
  const login = await browser.open(`${house.url}${path}`);
  return browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
}

test('RFC 6238: a code is good once, one step early or late, and no earlier one after it', async (t) => {
  let now = new Date('2026-03-01T00:00:15Z');
  const house = await startIdentity(t, { clock: () => now });
  const { deps, account, secret } = await withAuthenticator(house);
  const prove = async (code: string) => (await proveTotp(deps, account, code)).outcome;
  t.is(await prove(codeAt(secret, now)), 'wrong', 'used at enrolment');
  const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  t.is(await prove(codeAt(secret, later(90))), 'wrong', 'three steps ahead');
  t.is(await prove(codeAt(secret, later(30))), 'right', 'a clock that is ahead');
  t.is(await prove(codeAt(secret, later(30))), 'wrong', 'again');
  now = later(60);
  const answers = await Promise.all(Array.from({ length: 5 }, () => prove(codeAt(secret, now))));
  t.deepEqual(answers.filter((outcome) => outcome === 'right').length, 1, 'five at once');
  t.is(await prove(codeAt(secret, later(-30))), 'wrong', 'an earlier one');
});

test('attack, OTP guessing: five wrong codes in a quarter of an hour and twenty a day, at once or one by one; then a right one waits too', async (t) => {
  let now = new Date('2026-03-01T00:00:15Z');
  const house = await startIdentity(t, { clock: () => now });
  const { deps, account, secret } = await withAuthenticator(house);
  const wrong = String((Number(codeAt(secret, now)) + 7) % 1_000_000).padStart(6, '0');
  const guess = async (code: string) => (await proveTotp(deps, account, code)).outcome;
  const burst = await Promise.all(Array.from({ length: 12 }, () => guess(wrong)));
  t.is(burst.filter((outcome) => outcome === 'wrong').length, 5);
  t.is(burst.filter((outcome) => outcome === 'paused').length, 7);
  now = new Date(now.getTime() + 30_000);
  t.is(await guess(codeAt(secret, now)), 'paused');
  let looked = 5;
  for (let quarter = 0; quarter < 8; quarter += 1) {
    now = new Date(now.getTime() + 901_000);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => guess('12345')));
    looked += outcomes.filter((outcome) => outcome === 'wrong').length;
  }
  t.true(looked <= 20, `${looked} were looked at`);
});

test('a recovery code works once, however it is typed, and the person is told; new ones end the old ones; nobody reads them in the table', async (t) => {
  const house = await startIdentity(t);
  const { deps, account, done } = await withAuthenticator(house);
  const first = await makeRecoveryCodes(deps, account, done);
  t.is(new Set(first).size, 10);
  t.false(JSON.stringify(await house.db('identity.factors')).includes(first[0]!));
  const prove = async (code: string) => (await proveRecoveryCode(deps, account, code)).outcome;
  t.is(await prove(first[0]!.replace('-', ' ').toUpperCase()), 'right');
  t.is(await prove(first[0]!), 'wrong');
  const answers = await Promise.all(Array.from({ length: 4 }, () => prove(first[1]!)));
  t.is(answers.filter((outcome) => outcome === 'right').length, 1);
  t.regex((await readMessages(house, 'recovery-code-used'))[0]!.words, /还剩 8 个/);
  await makeRecoveryCodes(deps, account, done);
  t.is(await prove(first[2]!), 'wrong');
});

test('the pages: an app is bound with its first digits, wrong ones are said, the key stays with its session; then it makes L3', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const page = await openOwn(house, '/account/factors/totp', browser);
  const secret = [...page.text.matchAll(/<span class="group">([A-Z2-7]{1,4})<\/span>/g)]
    .map(([, part]) => part)
    .join('');
  t.is(secret.length, 32);
  const wrong = await browser.submit(page, { code: '000' });
  t.is(wrong.status, 422);
  t.true(wrong.text.includes('数字不正确'));
  t.true(wrong.text.includes(secret.slice(0, 4)), 'the key stays');
  const forged = await browser.submit(page, { code: codeAt(secret, new Date()), enrolment: 'AAAA' });
  t.is(forged.status, 422);
  const bound = await browser.submit(page, { code: codeAt(secret, new Date()) });
  t.true(bound.text.includes('已绑定动态口令'));
  t.is((await readMessages(house, 'factor-added')).length, 1);
  t.false(JSON.stringify(await house.db('identity.factors')).includes(secret));

  await house.db('identity.accounts').update({ level: 4 });
  const client = await house.client('alpha');
  const authorization = await authorize(client, { acr_values: 'L3' });
  const asked = await browser.open(authorization.target.href);
  t.true(asked.text.includes('手机应用显示的 6 位数字'), 'best first: the app before the phone');
  t.is((await post(browser, asked, { code: '' })).status, 422);
  t.is((await post(browser, asked, { code: '000' })).status, 422);
  await house.settle();
  const refused = (await listEvents(house.db, 30)).filter(({ kind }) => kind === 'login.refused');
  t.is(refused.length, 1, 'a wrong one is written down, an empty field is none');
  t.like(refused[0], { sub: house.accountSub, clientId: 'alpha', detail: { method: 'totp' } });
  const answer = await post(browser, asked, { code: codeAt(secret, new Date(Date.now() + 30_000)) });
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1];
  const callback = await openUntilCallback(browser, new URL(next!, asked.url).href, client.redirectUri);
  const claims = (await exchange(client, { ...authorization, callback })).claims()!;
  t.is(claims['acr'], 'L3');
  t.deepEqual(claims['amr'], ['pwd', 'otp', 'mfa']);

  const gone = await browser.submit(await browser.open(`${house.url}/account/factors/totp`), {}, '/remove');
  t.true(gone.text.includes('已移除动态口令'));
});

test('ten recovery codes are shown once; somebody with a weak session proves more first', async (t) => {
  const house = await startIdentity(t);
  await house.db('identity.accounts').update({ level: 4 });
  const browser = makeBrowser();
  const page = await openOwn(house, '/account/factors/recovery-codes', browser);
  t.false(page.text.includes('生成 10 个恢复码'));
  const asked = await browser.open(`${house.url}/account/factors/recovery-codes?prove`);
  t.true(asked.text.includes('验证码将发到'));
  const codePage = await browser.submit(asked, { step: 'send' });
  const own = await browser.submit(codePage, { step: 'check', code: await readCode(house, PERSON.phone) });
  const made = await browser.submit(own, {});
  const codes = [...made.text.matchAll(/<li class="mono">([0-9a-z]{5}-[0-9a-z]{5})<\/li>/g)].map(([, code]) => code);
  t.is(codes.length, 10);
  const again = await browser.open(`${house.url}/account/factors/recovery-codes`);
  t.true(again.text.includes('还有 10 个没有用过'));
  t.false(again.text.includes(codes[0]!));
});
