// Registration page by page, as a browser without script does it: what becomes of the phone, of the person, and of who is
// somebody else.
import test, { type ExecutionContext } from 'ava';
import { type Browser, type Page as FullPage, makeBrowser } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { Source } from '../../identity/domain/proofing.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { findAccountByHolder, findAccountByPhone, findDocument } from '../../identity/store/accounts.ts';
import { CHEAP_WORK, type IdentityHouse, logIn, MASTER_KEY, PERSON, post, startIdentity } from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const WANG = { name: '王芳', code_type: '111', code: '360102199206150014' } as const;
const PHONE = '13900000001';
const PASSWORD = 'a phrase that nobody guesses';

type World = { readonly house: IdentityHouse; readonly outages: Source[]; readonly time: { now: Date } };

async function world(t: ExecutionContext): Promise<World> {
  const outages: Source[] = [];
  const time = { now: new Date() };
  return { house: await startIdentity(t, { clock: () => time.now, outages }), outages, time };
}

type Page = Pick<FullPage, 'url' | 'status' | 'text'>;

/** Sends the form of a page and follows where it leads; a page with faults is the answer itself. */
async function submit(browser: Browser, page: Page, values: Record<string, string>): Promise<Page> {
  const answer = await post(browser, page, values);
  const location = answer.headers.get('Location');
  if (location !== null) return browser.open(new URL(location, page.url).href);
  return { url: page.url, status: answer.status, text: await answer.text() };
}

const lastCode = (house: IdentityHouse): Promise<string> => readCode(house, PHONE);

/** As far as name and number. */
async function untilIdentity(house: IdentityHouse, browser: Browser): Promise<Page> {
  const first = await browser.open(`${house.url}/register`);
  const second = await submit(browser, first, { phone: PHONE });
  const third = await submit(browser, second, { code: await lastCode(house), step: 'check' });
  return submit(browser, third, { password: PASSWORD });
}

test('phone, code, password, name and number: level 3, and the new account logs in; no secret stays in the draft', async (t) => {
  const { house } = await world(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const first = await browser.open(`${house.url}/register?return=/interaction/x`);
  t.true(first.text.includes('第 1 步，共 4 步：手机号'));
  const second = await submit(browser, first, { phone: '139-0000 0001' });
  t.true(second.text.includes('第 2 步，共 4 步：验证码') && second.text.includes('139****0001'));
  const third = await submit(browser, second, { code: ` ${await lastCode(house)}`, step: 'check' });
  t.true(third.text.includes('第 3 步，共 4 步：设置密码') && third.text.includes('至少 8 位'));
  const fourth = await submit(browser, third, { password: PASSWORD });
  t.true(fourth.text.includes('第 4 步，共 4 步：核对身份'));
  const done = await submit(browser, fourth, { ...WANG, decision: 'check' });
  t.true(done.text.includes('注册完成，实名等级三级'));
  t.true(done.text.includes('href="/interaction/x"'), 'back to where the login was');
  const account = await findAccountByPhone(house.db, keys, PHONE);
  t.like(account, { name: '王芳', level: 3, status: 'active', hasPassword: true, loginName: null });
  for (const loginName of [PHONE, WANG.code]) {
    const { callback } = await logIn(client, { person: { loginName, password: PASSWORD } });
    t.truthy(callback.searchParams.get('code'));
  }
  const drafts = await house.db('identity.drafts');
  t.is(drafts.length, 1);
  t.false(
    house.lines.join().includes(PASSWORD) ||
      house.lines.join().includes(PHONE) ||
      house.lines.join().includes(WANG.code),
  );
  t.true((await browser.open(`${house.url}/register/identity`)).text.includes('注册完成'), 'once is enough');
});

test('refused siblings of each step keep what was typed, and no step can be left out', async (t) => {
  const { house } = await world(t);
  const browser = makeBrowser();
  for (const path of ['code', 'password', 'identity', 'done'])
    t.true((await browser.open(`${house.url}/register/${path}`)).text.includes('第 1 步'), path);
  const first = await browser.open(`${house.url}/register`);
  const wrong = await submit(browser, first, { phone: '12345' });
  t.is(wrong.status, 422);
  t.true(wrong.text.includes('value="12345"') && wrong.text.includes('<title>错误：'));
  t.is((await post(browser, first, { phone: PHONE, csrf: 'x' })).status, 403);
  const second = await submit(browser, first, { phone: PHONE });
  const code = await lastCode(house);
  t.is((await submit(browser, second, { code: code === '000000' ? '111111' : '000000', step: 'check' })).status, 422);
  t.true((await browser.open(`${house.url}/register/password`)).text.includes('第 1 步'), 'not before the right code');
  const third = await submit(browser, second, { code, step: 'check' });
  for (const [password, words] of [
    ['', '请填写密码'],
    ['1234567', '至少 8 位'],
    ['password1', '曾经泄露'],
    [PHONE, '手机号'],
  ] as const) {
    const page = await submit(browser, third, { password });
    t.is(page.status, 422);
    t.true(page.text.includes(words), words);
    t.false(password.length > 8 && page.text.includes(`"${password}"`));
  }
  const fourth = await submit(browser, third, { password: 'wangfang0614' });
  const bad = await submit(browser, fourth, { ...WANG, code: '360102199206150015', decision: 'check' });
  t.is(bad.status, 422);
  t.true(bad.text.includes('第 18 位校验不符') && bad.text.includes('value="王芳"'));
  const mismatch = await submit(browser, fourth, { ...WANG, name: '汪一方', decision: 'check' });
  t.true(mismatch.text.includes('姓名与人口库登记不一致'));
  const guessable = await submit(browser, fourth, { ...WANG, decision: 'check' });
  t.true(guessable.text.includes('密码用了您的'), 'judged again when the name is known');
  t.is(await findAccountByPhone(house.db, keys, PHONE), null);
  t.is((await house.db('identity.proofings')).length, 0);
});

test('a registered phone gets the same pages; only the SMS tells, and only proof of another person moves the phone', async (t) => {
  const { house, time } = await world(t);
  const [known, fresh] = [makeBrowser(), makeBrowser()];
  const pages: string[] = [];
  for (const [browser, phone] of [
    [known, PERSON.phone],
    [fresh, PHONE],
  ] as const) {
    const first = await browser.open(`${house.url}/register`);
    const second = await submit(browser, first, { phone });
    pages.push(second.text.replace(/csrf" value="[^"]*"|nonce="[^"]*"|\d{2}:\d{2}:\d{2}|\d{3}\*{4}\d{4}/g, ''));
    time.now = new Date(time.now.getTime() + 1000);
  }
  t.is(pages[0], pages[1]);
  const messages = await readMessages(house, 'register-code');
  t.true(messages.find(({ to }) => to === PERSON.phone)!.words.includes('已有账号'));
  t.false(messages.find(({ to }) => to === PHONE)!.words.includes('已有账号'));
  const code = /验证码 (\d{6})/.exec(messages.find(({ to }) => to === PERSON.phone)!.words)![1]!;
  const third = await submit(known, await known.open(`${house.url}/register/code`), { code, step: 'check' });
  const fourth = await submit(known, third, { password: PASSWORD });
  const later = await submit(known, fourth, { ...WANG, decision: 'later' });
  t.true(later.text.includes('该手机号已绑定其他账号'));
  t.is((await findAccountByPhone(house.db, keys, PERSON.phone))?.sub, house.accountSub);
  const done = await submit(known, fourth, { ...WANG, decision: 'check' });
  t.true(done.text.includes('注册完成'));
  t.is((await findAccountByPhone(house.db, keys, PERSON.phone))?.name, '王芳');
  t.is((await findDocument(house.db, keys, house.accountSub))?.phone, undefined);
  const events = await house.db('identity.events').where({ sub: house.accountSub }).pluck('kind');
  t.true(events.includes('phone.unbound'));
});

test('one document, one proven account: the page tells it after code, name and number, with the masked phone', async (t) => {
  const { house } = await world(t);
  const { sub } = await registerAccount(
    { ...house, keys, work: CHEAP_WORK },
    { name: '王芳', holder: { type: '111', code: WANG.code }, phone: '13900000012' },
    { vouched: 3 },
  );
  const browser = makeBrowser();
  const fourth = await untilIdentity(house, browser);
  const wrong = await submit(browser, fourth, { ...WANG, name: '王房', decision: 'check' });
  t.false(wrong.text.includes('139****0012'), 'not to who only guesses');
  const taken = await submit(browser, fourth, { ...WANG, decision: 'check' });
  t.is(taken.status, 422);
  t.true(taken.text.includes('同一证件已有账号 139****0012') && taken.text.includes('不是您的账号') === false);
  t.true(taken.text.includes('这不是我的账号'));
  t.is((await findAccountByHolder(house.db, keys, { type: '111', code: WANG.code }))?.sub, sub);
});

test('a silent population base: level 2 at once, entries kept, checked later, and told by SMS', async (t) => {
  const { house, outages, time } = await world(t);
  outages.push('population');
  const browser = makeBrowser();
  const done = await submit(browser, await untilIdentity(house, browser), { ...WANG, decision: 'check' });
  t.true(done.text.includes('实名等级二级') && done.text.includes('人口库暂时没有回应，您填写的内容已保存'));
  const tries = async (): Promise<number> => {
    await house.workers.idle();
    return (await house.db('identity.jobs').where({ queue: 'proofs' }).first('tries')).tries;
  };
  t.is(await tries(), 0, 'not at once');
  time.now = new Date(time.now.getTime() + 61_000);
  t.is(await tries(), 1, 'still silent');
  t.is((await findAccountByPhone(house.db, keys, PHONE))?.level, 2);
  outages.pop();
  time.now = new Date(time.now.getTime() + 60_000);
  t.is(await tries(), 1, 'the longer it is silent, the later it is asked again');
  time.now = new Date(time.now.getTime() + 90_000);
  t.is(await tries(), 2);
  t.is((await findAccountByPhone(house.db, keys, PHONE))?.level, 3);
  const [message] = await readMessages(house, 'proof-result');
  t.is(message!.to, PHONE);
  t.true(message!.words.includes('已核验通过'));
});

test('questions to the base are counted by phone: the eleventh of a day waits', async (t) => {
  const { house } = await world(t);
  const browser = makeBrowser();
  const fourth = await untilIdentity(house, browser);
  for (let count = 0; count < 10; count += 1)
    t.is((await submit(browser, fourth, { ...WANG, name: `王${count}`, decision: 'check' })).status, 422);
  const paused = await submit(browser, fourth, { ...WANG, decision: 'check' });
  t.is(paused.status, 429);
  t.true(paused.text.includes('核对次数过多'));
});
