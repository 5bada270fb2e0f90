// Another phone, another mail address: what reaches whom, and that nobody gets a way in by binding his own.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { findAccountByMail, findAccountByPhone, findDocument } from '../../identity/store/accounts.ts';
import { hiddenOf } from './admin-house.ts';
import {
  authorize,
  exchange,
  type HouseOptions,
  type IdentityHouse,
  MASTER_KEY,
  OTHER_PERSON,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
} from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const OLD = 'zhangsan@example.cn';
const NEW = 'zhang.san@example.gov.cn';
const NEW_PHONE = '13900000007';

type World = { house: IdentityHouse; time: { now: Date }; wait: () => void };

async function world(t: ExecutionContext, options: HouseOptions = {}): Promise<World> {
  const time = { now: new Date() };
  const house = await startIdentity(t, { clock: () => time.now, ...options });
  // A second code within a minute would be refused.
  const wait = (): void => {
    time.now = new Date(time.now.getTime() + 61_000);
  };
  return { house, time, wait };
}

async function logInAt(house: IdentityHouse, path: string, person: typeof PERSON | typeof OTHER_PERSON = PERSON) {
  const browser = makeBrowser();
  const values = { login: person.loginName, password: person.password };
  return { browser, page: await browser.submit(await browser.open(`${house.url}${path}`), values) };
}

/** As far as the page that says what the change came to. */
async function change(house: IdentityHouse, browser: Browser, kind: 'phone' | 'mail', to: string): Promise<Page> {
  const form = await browser.open(`${house.url}/account/${kind}`);
  const sent = await browser.submit(form, { [kind]: to, step: 'begin' }, `/account/${kind}`);
  return browser.submit(sent, { code: await readCode(house, to.toLowerCase()), step: 'check' }, `/account/${kind}`);
}

const receivers = async (house: IdentityHouse, kind: string): Promise<readonly string[]> =>
  (await readMessages(house, kind)).map(({ to }) => to).sort();
const documentOf = (house: IdentityHouse, sub = house.accountSub) => findDocument(house.db, keys, sub);
const eventKinds = (house: IdentityHouse, sub = house.accountSub): Promise<string[]> =>
  house.db('identity.events').where({ sub }).orderBy('id').pluck('kind');

test('a first mail address and another one: a code to the new, a notice to new, old and phone, an event without it', async (t) => {
  const { house, wait } = await world(t);
  const { browser, page } = await logInAt(house, '/account/mail');
  t.true(page.text.includes('还没有绑定电子邮箱'));
  const bound = await change(house, browser, 'mail', 'ZhangSan@Example.cn');
  t.true(bound.text.includes('电子邮箱已绑定') && bound.text.includes('z***@example.cn'));
  t.is((await documentOf(house))?.mail, OLD);
  t.deepEqual(await receivers(house, 'mail-bound'), [PERSON.phone, OLD]);
  wait();
  t.true((await change(house, browser, 'mail', NEW)).text.includes('电子邮箱已绑定'));
  t.deepEqual(await receivers(house, 'mail-bound'), [PERSON.phone, PERSON.phone, OLD, OLD, NEW].sort());
  t.is((await findAccountByMail(house.db, keys, NEW))?.sub, house.accountSub);
  t.is(await findAccountByMail(house.db, keys, OLD), null, 'the old one logs nobody in any more');
  t.deepEqual(
    (await eventKinds(house)).filter((kind) => kind.startsWith('mail.')),
    ['mail.bound', 'mail.bound'],
  );
  t.false(JSON.stringify(await house.db('identity.events')).includes('example.cn'));
  for (const line of house.lines) t.false(line.includes(NEW));
  const profile = await browser.open(`${house.url}/account`);
  t.true(profile.text.includes('href="/account/mail"') && profile.text.includes('z***@example.gov.cn'));
  t.true((await browser.open(`${house.url}/account/factors`)).text.includes('href="/account/mail"'));
});

test('a mail address logs in from then on, and is told to a system that asks for it', async (t) => {
  const { house, wait } = await world(t);
  const { browser } = await logInAt(house, '/account/mail');
  await change(house, browser, 'mail', NEW);
  wait();
  const client = await house.client('alpha', { scopes: ['openid', 'email'] });
  const authorization = await authorize(client, { scope: 'openid email' });
  const other = makeBrowser();
  const login = await other.open(authorization.target.href);
  const way = await other.open(`${login.url.split('?')[0]}?way=mail`);
  const sent = await other.submit(way, { address: NEW, step: 'send' });
  const answer = await post(other, sent, { code: await readCode(house, NEW), step: 'check' });
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const callback = await openUntilCallback(other, new URL(next, sent.url).href, client.redirectUri);
  t.deepEqual((await exchange(client, { ...authorization, callback })).claims()!['amr'], ['otp', 'mail']);
});

test('refused siblings: what is no address, a wrong code, the code of another session or purpose, no token', async (t) => {
  const { house, wait } = await world(t);
  const { browser, page } = await logInAt(house, '/account/mail');
  for (const mail of ['', 'zhangsan', 'a b', 'x@', '@y.cn', 'zhang@san@example.cn', PERSON.phone]) {
    const refused = await browser.submit(page, { mail, step: 'begin' }, '/account/mail');
    t.is(refused.status, 422, mail);
    t.true(refused.text.includes('请填写电子邮箱'));
  }
  t.is((await readMessages(house, 'mail-code')).length, 0);
  const sent = await browser.submit(page, { mail: NEW, step: 'begin' }, '/account/mail');
  t.true(sent.text.includes('z***@example.gov.cn') && !sent.text.includes(NEW));
  const code = await readCode(house, NEW);
  const wrong = code === '000000' ? '000001' : '000000';
  t.is((await browser.submit(sent, { code: wrong, step: 'check' }, '/account/mail')).status, 422);
  const elsewhere = await logInAt(house, '/account/mail');
  t.is((await browser.submit(elsewhere.page, { code, step: 'check' }, '/account/mail')).status, 403, 'not its form');
  t.is((await elsewhere.browser.submit(elsewhere.page, { code, step: 'check' }, '/account/mail')).status, 422);
  const phone = await browser.open(`${house.url}/account/phone`);
  t.is((await browser.submit(phone, { code, step: 'check' }, '/account/phone')).status, 422, 'a code for mail');
  t.is((await browser.submit(sent, { code, step: 'check', csrf: 'forged' }, '/account/mail')).status, 403);
  t.is((await documentOf(house))?.mail, undefined);
  // Five tries, then not even the right one.
  for (let count = 0; count < 5; count += 1)
    await browser.submit(sent, { code: wrong, step: 'check' }, '/account/mail');
  t.is((await browser.submit(sent, { code, step: 'check' }, '/account/mail')).status, 422);
  t.is((await documentOf(house))?.mail, undefined);
  // A wrong address is left by a button, at once.
  wait();
  const again = await browser.submit(page, { mail: 'typo@example.cn', step: 'begin' }, '/account/mail');
  const left = await browser.submit(again, { step: 'other' }, '/account/mail');
  t.true(left.text.includes('name="mail"'));
  t.true((await change(house, browser, 'mail', NEW)).text.includes('电子邮箱已绑定'));
  t.is((await makeBrowser().open(`${house.url}/account/mail`)).text.includes('name="mail"'), false, 'nobody');
});

test('a mailbox of another account moves only to a proven one; who had it is told by phone', async (t) => {
  const { house, wait } = await world(t);
  const other = await house.registerPerson({ ...OTHER_PERSON, mail: NEW });
  const { browser } = await logInAt(house, '/account/mail');
  t.true((await change(house, browser, 'mail', NEW)).text.includes('该邮箱已绑定其他账号'));
  t.is((await documentOf(house, other))?.mail, NEW);
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 3 });
  const proven = await proveByPhone(house, browser, '/account/mail');
  t.true(proven.text.includes('name="mail"'));
  wait();
  t.true((await change(house, browser, 'mail', NEW)).text.includes('电子邮箱已绑定'));
  t.is((await documentOf(house, other))?.mail, undefined);
  t.is((await findAccountByMail(house.db, keys, NEW))?.sub, house.accountSub);
  t.deepEqual(await receivers(house, 'mail-unbound'), [OTHER_PERSON.phone]);
  t.true((await eventKinds(house, other)).includes('mail.unbound'));
});

test('a mail address is taken off where a phone is left to be reached by; else there is no such button, and no such act', async (t) => {
  const { house } = await world(t);
  const { browser } = await logInAt(house, '/account/mail');
  const bound = await change(house, browser, 'mail', NEW);
  const removed = await browser.submit(bound, { step: 'remove' }, '/account/mail');
  t.true(removed.text.includes('电子邮箱已解除绑定'));
  t.is((await documentOf(house))?.mail, undefined);
  t.deepEqual(await receivers(house, 'mail-removed'), [PERSON.phone, NEW].sort());
  const { phone: _, ...rest } = OTHER_PERSON;
  const other = await house.registerPerson({ ...rest, mail: OLD });
  const alone = await logInAt(house, '/account/mail', OTHER_PERSON);
  t.false(alone.page.text.includes('value="remove"'));
  await alone.browser.submit(alone.page, { step: 'remove' }, '/account/mail');
  t.is((await documentOf(house, other))?.mail, OLD);
});

/** The page behind a step-up by the phone that the account has. */
async function proveByPhone(house: IdentityHouse, browser: Browser, path: string): Promise<Page> {
  const more = await browser.open(`${house.url}${path}`);
  const sent = await browser.submit(more, { step: 'send' });
  return browser.submit(sent, { step: 'check', code: await readCode(house, PERSON.phone) });
}

test('attack: the password alone binds no phone or mailbox of the thief to a proven account, so no second factor either', async (t) => {
  const { house } = await world(t);
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 4 });
  for (const kind of ['phone', 'mail'] as const) {
    const { browser, page } = await logInAt(house, `/account/${kind}`);
    t.true(page.text.includes('需要再验证一次') && !page.text.includes(`name="${kind}"`), kind);
    // The form of an account that needs no more, sent all the same: with a token of this browser and person.
    const hidden = hiddenOf((await browser.open(`${house.url}/account`)).text);
    const body = new URLSearchParams({ ...hidden, [kind]: kind === 'phone' ? NEW_PHONE : NEW, step: 'begin' });
    const answer = await browser.fetchOnce(`${house.url}/account/${kind}`, { method: 'POST', body });
    t.is(answer.status, 303);
    t.true(answer.headers.get('Location')!.includes('/oidc/auth'), 'asked for what is missing');
  }
  t.is((await readMessages(house, 'phone-code')).length + (await readMessages(house, 'mail-code')).length, 0);
  t.is((await documentOf(house))?.phone, PERSON.phone);
});

test('change of phone: a code to the new number, a notice to both; a bound number moves only to a proven account', async (t) => {
  const { house, wait } = await world(t);
  await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await logInAt(house, '/account/phone');
  t.true(page.text.includes('现在绑定：138****0001'));
  t.is((await browser.submit(page, { phone: '12', step: 'begin' }, '/account/phone')).status, 422);
  t.true((await change(house, browser, 'phone', OTHER_PERSON.phone)).text.includes('该手机号已绑定其他账号'));
  t.is((await documentOf(house))?.phone, PERSON.phone);
  wait();
  t.true((await change(house, browser, 'phone', NEW_PHONE)).text.includes('手机号已更换'));
  t.deepEqual(await receivers(house, 'phone-bound'), [PERSON.phone, NEW_PHONE].sort());
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 3 });
  wait();
  const more = await browser.open(`${house.url}/account/phone`);
  t.true(more.text.includes('139****0007'), 'the second factor is the phone that is bound now');
  const sent = await browser.submit(more, { step: 'send' });
  await browser.submit(sent, { step: 'check', code: await readCode(house, NEW_PHONE) });
  t.true((await change(house, browser, 'phone', OTHER_PERSON.phone)).text.includes('手机号已更换'));
  t.is((await findAccountByPhone(house.db, keys, OTHER_PERSON.phone))?.sub, house.accountSub);
});
