// A passkey of a proven account in its recovery: beside the code, name and number it is enough, in that recovery, once, with
// the person verified. What an attacker who has the phone can try with passkeys, answers and challenges gets him nowhere.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import type { Account } from '../../identity/domain/account.ts';
import { deriveChallengeKey } from '../../identity/domain/challenge.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { makeChallenges } from '../../identity/flow/challenges.ts';
import type { FactorChangeDeps } from '../../identity/flow/change-factors.ts';
import { enrolPasskey, passkeyEnrolmentOptions } from '../../identity/flow/enrol-passkey.ts';
import type { PasskeyDeps } from '../../identity/flow/passkey-deps.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { findAccountById, findAccountBySub } from '../../identity/store/accounts.ts';
import { listFactors, removeFactor } from '../../identity/store/factors.ts';
import {
  authorize,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  OTHER_PERSON,
  PERSON,
  post,
  startIdentity,
} from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';
import { type Lies, type SoftAuthenticator, softAuthenticator } from './soft-authenticator.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const NO_FACE = { ...makeDevelopmentPorts({ delayMs: 0, outages: () => [] }), face: null };
const WHO = { name: PERSON.name, code_type: '111', code: PERSON.holder.code } as const;
const NEW_PASSWORD = 'another phrase entirely';

type World = { house: IdentityHouse; time: { now: Date }; deps: PasskeyDeps & FactorChangeDeps };

/** PERSON at level 4 in a house that compares no faces. */
async function world(t: ExecutionContext): Promise<World> {
  const time = { now: new Date() };
  const house = await startIdentity(t, { clock: () => time.now, ports: NO_FACE });
  await house.db('identity.accounts').update({ level: 4 });
  const { db, url: issuer } = house;
  const clock = () => time.now;
  const challenges = makeChallenges({ db, clock, key: deriveChallengeKey(MASTER_KEY) });
  const about = { keys, factorsUrl: `${issuer}/account/factors`, rpName: '信基登录' };
  const deps = {
    db,
    clock,
    challenges,
    issuer,
    ...about,
    findAccountById: (id: number) => findAccountById(db, keys, id),
  };
  return { house, time, deps };
}

const accountOf = async (house: IdentityHouse, sub = house.accountSub): Promise<Account> =>
  (await findAccountBySub(house.db, keys, sub))!;

async function withPasskey({ house, deps }: World, sub?: string): Promise<SoftAuthenticator> {
  const account = await accountOf(house, sub);
  const key = softAuthenticator(house.url);
  const answer = key.register(await passkeyEnrolmentOptions(deps, account, 'session'));
  const done = async (): Promise<void> => {};
  const outcome = await enrolPasskey(deps, { account, sessionUid: 'session', label: '手机', answer, done });
  if (outcome !== 'added') throw new Error(outcome);
  return key;
}

/** As far as the page behind the right code. */
async function untilCode({ house, time }: World, phone: string = PERSON.phone) {
  time.now = new Date(time.now.getTime() + 61_000);
  const browser = makeBrowser();
  const start = await browser.submit(await browser.open(`${house.url}/recover`), { account: phone }, '/recover');
  const code = await readCode(house, phone);
  const page = await browser.submit(start, { code, step: 'check' }, '/recover/code');
  return { browser, page, start };
}

function optionsOf(page: Pick<Page, 'text'>): {
  challenge: string;
  userVerification: string;
  allowCredentials: object[];
} {
  const text = /data-options="([^"]*)"/.exec(page.text)![1]!;
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as ReturnType<typeof optionsOf>;
}

/** The form with a file field, as a browser sends it. */
async function send(browser: Browser, page: Page, values: Record<string, string>): Promise<Page> {
  const form = /<form[^>]*action="\/recover\/identity"[\s\S]*?<\/form>/.exec(page.text)![0];
  const body = new FormData();
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
    body.set(name!, value!);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  const answer = await browser.fetchOnce(`${page.url.split('/recover')[0]}/recover/identity`, { method: 'POST', body });
  const to = answer.headers.get('Location');
  if (to !== null) return browser.open(new URL(to, page.url).href);
  return { ...page, status: answer.status, headers: answer.headers, text: await answer.text() };
}

const prove = (at: { browser: Browser; page: Page }, key: SoftAuthenticator, lies: Lies = {}, who: object = WHO) =>
  send(at.browser, at.page, { ...who, answer: key.assert(optionsOf(at.page), lies) });
const isRefused = (page: Page): boolean => page.status === 422 && page.text.includes('核验没有通过');

test('code, name, number and passkey: a new password, everybody else out, the way on record, and one thing to press', async (t) => {
  const at = await world(t);
  const { house } = at;
  const key = await withPasskey(at);
  const inside = await logIn(await house.client('alpha'));
  const recovery = await untilCode(at);
  t.false(recovery.start.text.includes('通行密钥'), 'before the code is right nobody learns what the account has');
  const { page } = recovery;
  t.like(optionsOf(page), { userVerification: 'required' });
  t.is(optionsOf(page).allowCredentials.length, 1);
  t.true(page.text.includes('使用通行密钥核验') && !page.text.includes('正面照片') && !page.text.includes('恢复码'));
  t.is(/<button class="button" type="submit">/.test(page.text), false, 'the passkey is the only way');
  const empty = await send(recovery.browser, page, WHO);
  t.is(empty.status, 422);
  t.true(empty.text.includes('请使用通行密钥核验') && empty.text.includes(`value="${WHO.code}"`));
  const proven = await prove({ ...recovery, page: empty }, key);
  t.true(proven.text.includes('设置新密码'));
  const done = await recovery.browser.submit(proven, { password: NEW_PASSWORD }, '/recover/password');
  t.true(done.text.includes('密码已修改'));
  t.true(
    (await inside.browser.open(`${house.url}/account`)).text.includes('field-password'),
    'the old session is over',
  );
  const [event] = await house.db('identity.events').where({ kind: 'account.recovered' });
  t.deepEqual(event.detail, { way: 'passkey' });
  t.is((await readMessages(house, 'password-set')).length, 1);
  await t.notThrowsAsync(
    logIn(await house.client('beta'), { person: { loginName: PERSON.loginName, password: NEW_PASSWORD } }),
  );
});

test('attacks with passkeys: of another account, unverified, copied, removed, lying; an answer for login, and one used before', async (t) => {
  const at = await world(t);
  const { house, deps } = at;
  const key = await withPasskey(at);
  const thief = await house.registerPerson(OTHER_PERSON);
  const own = await withPasskey(at, thief);
  const before = await passwordHash(house);
  const recovery = await untilCode(at);
  t.true(isRefused(await prove(recovery, own)), "the thief's own");
  t.true(isRefused(await prove(recovery, key, { userVerified: false })), 'a stolen key that asked for nothing');
  t.true(isRefused(await prove(recovery, key, { origin: 'https://evil.example' })), 'phished');
  // The answer that a login was given: its challenge is for that login alone.
  const victim = makeBrowser();
  const login = await victim.open((await authorize(await house.client('alpha'))).target.href);
  const way = await victim.open(`${login.url.split('?')[0]}?way=passkey`);
  const relayed = key.assert(optionsOf(way));
  t.true(isRefused(await send(recovery.browser, recovery.page, { ...WHO, answer: relayed })));
  // And the other way round.
  const forLogin = await post(victim, way, { answer: key.assert(optionsOf(recovery.page)) });
  t.is(forLogin.status, 422);
  t.is(await passwordHash(house), before);

  // Another hour: the limit of five is over.
  at.time.now = new Date(at.time.now.getTime() + 3_600_000);
  const second = await untilCode(at);
  const answer = key.assert(optionsOf(second.page));
  const wrongName = await send(second.browser, second.page, { ...WHO, name: '张四', answer });
  t.true(isRefused(wrongName));
  const other = await untilCode(at);
  t.true(isRefused(await send(other.browser, other.page, { ...WHO, answer })), 'made for another recovery');
  const passed = await send(second.browser, second.page, { ...WHO, answer });
  t.true(passed.text.includes('设置新密码'), 'nothing was spent while the name did not fit');
  t.true(isRefused(await send(other.browser, other.page, { ...WHO, answer })), 'used');

  at.time.now = new Date(at.time.now.getTime() + 3_600_000);
  const third = await untilCode(at);
  t.true(isRefused(await prove(third, key, { counter: 1 })), 'a copy');
  t.is((await readMessages(house, 'passkey-copied')).length, 1, 'told to the owner');
  const [factor] = await listFactors(house.db, (await accountOf(house)).id, 'passkey');
  await removeFactor(house.db, { accountId: (await accountOf(house)).id, id: factor!.id }, deps.clock());
  t.is((await prove(third, key)).status, 422, 'removed meanwhile');
  t.true((await third.browser.open(`${house.url}/recover/identity`)).text.includes('请本人携带证件到办事窗口办理'));
});

test('attacks around it: the passkey without the code, the phone without the passkey, guesses; the account stays as it was', async (t) => {
  const at = await world(t);
  const { house } = at;
  const key = await withPasskey(at);
  const before = await passwordHash(house);
  // The phone alone, by every address.
  const recovery = await untilCode(at);
  for (const path of ['password', 'done'])
    t.true((await recovery.browser.open(`${house.url}/recover/${path}`)).text.includes('找回账号'), path);
  const direct = await recovery.browser.submit(
    { ...recovery.page, text: recovery.page.text.replaceAll('/recover/identity', '/recover/password') },
    { password: NEW_PASSWORD },
    '/recover/password',
  );
  t.true(direct.text.includes('找回账号') && !direct.text.includes('密码已修改'));
  t.is((await send(recovery.browser, recovery.page, { answer: key.assert(optionsOf(recovery.page)) })).status, 422);
  // The passkey without a right code: no recovery is under way in that browser, and a form of another one is none of its own.
  const stranger = makeBrowser();
  const begun = await stranger.submit(
    await stranger.open(`${house.url}/recover`),
    { account: '13912345678' },
    '/recover',
  );
  t.true((await stranger.open(`${house.url}/recover/identity`)).text.includes('找回账号'));
  const stolen = await send(stranger, { ...recovery.page, url: begun.url }, { ...WHO, answer: 'x' });
  t.is(stolen.status, 403);
  // Guesses are counted by account, whatever they bring.
  for (let tries = 0; tries < 5; tries += 1)
    t.true(isRefused(await send(recovery.browser, recovery.page, { ...WHO, answer: '{}' })));
  t.is((await prove(recovery, key)).status, 429, 'five tries an hour, the right one too');
  t.is(await passwordHash(house), before);
  t.is((await house.db('identity.events').where({ kind: 'account.recovered' })).length, 0);
});

const passwordHash = async (house: IdentityHouse): Promise<string> =>
  (await house.db('identity.accounts').where({ sub: house.accountSub }).first('password_hash')).password_hash;
