// What people do about their own accounts: raise the level, get back in, change the phone.
import test, { type ExecutionContext } from 'ava';
import { Secret, TOTP } from 'otpauth';
import { type Browser, type Page as FullPage, makeBrowser } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { Source } from '../../identity/domain/proofing.ts';
import { enrolTotp, makeRecoveryCodes, makeTotpSecret } from '../../identity/flow/authenticator.ts';
import {
  closeAccount,
  endDueAccounts,
  freezeAccount,
  keepAccount,
  unfreezeAccount,
} from '../../identity/flow/close-account.ts';
import { proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { TEST_UNITS } from '../../identity/proofing/test-persons.ts';
import { findAccountByPhone, findAccountBySub } from '../../identity/store/accounts.ts';
import { listUnitsOf } from '../../identity/store/legal-persons.ts';
import { CHEAP_WORK, type IdentityHouse, logIn, MASTER_KEY, PERSON, post, startIdentity } from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const WANG = { name: '王芳', code_type: '111', code: '360102199206150014' } as const;
const WANG_PHONE = '13900000001';
const LOGIN = { login: WANG_PHONE, password: 'a phrase that nobody guesses' };
const PICTURE = new Uint8Array([0xff, 0xd8, 0xff, ...new Uint8Array(100)]);

type Page = Pick<FullPage, 'url' | 'status' | 'text'>;
type World = { house: IdentityHouse; outages: Source[]; time: { now: Date }; sub: string };

/** 王芳 at level 2, logged in nowhere. */
async function world(t: ExecutionContext): Promise<World> {
  const outages: Source[] = [];
  const time = { now: new Date() };
  const house = await startIdentity(t, { clock: () => time.now, outages });
  const deps = { ...house, keys, work: CHEAP_WORK };
  const { sub } = await registerAccount(deps, { name: WANG.name, phone: WANG_PHONE, password: LOGIN.password });
  return { house, outages, time, sub };
}

async function submit(browser: Browser, page: Page, values: Record<string, string>): Promise<Page> {
  return follow(browser, page, await post(browser, page, values));
}

async function follow(browser: Browser, page: Page, answer: Response): Promise<Page> {
  const location = answer.headers.get('Location');
  if (location !== null) return browser.open(new URL(location, page.url).href);
  const text = await answer.text();
  const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(text)?.[1];
  if (next) return browser.open(new URL(next.replaceAll('&amp;', '&'), page.url).href);
  return { url: page.url, status: answer.status, text };
}

/** A form with a file, as a browser sends it. */
async function upload(
  browser: Browser,
  page: Page,
  values: Record<string, string>,
  picture?: Uint8Array,
): Promise<Page> {
  const form = /<form[^>]*action="([^"]*)"[^>]*multipart[\s\S]*?<\/form>/.exec(page.text)!;
  const body = new FormData();
  for (const [, name, value] of form[0].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
    body.set(name!, value!);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  if (picture) body.set('picture', new File([picture as Uint8Array<ArrayBuffer>], 'face.jpg', { type: 'image/jpeg' }));
  return follow(browser, page, await browser.fetchOnce(new URL(form[1]!, page.url).href, { method: 'POST', body }));
}

async function logInAt(house: IdentityHouse, path: string): Promise<{ browser: Browser; page: Page }> {
  const browser = makeBrowser();
  const page = await submit(browser, await browser.open(`${house.url}${path}`), LOGIN);
  return { browser, page };
}

test("level by level: name and number make three, the face four; faults keep what was typed; a unit of one's own is proven", async (t) => {
  const { house, sub } = await world(t);
  const { browser, page } = await logInAt(house, '/prove');
  t.true(page.text.includes('现在是二级') && page.text.includes('核对姓名和证件号码'));
  const bad = await submit(browser, page, { ...WANG, code: '360102199206150015' });
  t.is(bad.status, 422);
  t.true(bad.text.includes('第 18 位校验不符') && bad.text.includes('value="王芳"'));
  t.true((await submit(browser, page, { ...WANG, name: '汪芳' })).text.includes('姓名与人口库登记不一致'));
  const three = await submit(browser, page, WANG);
  t.true(three.text.includes('核验通过，实名等级三级') && three.text.includes('刷脸核验'));
  t.is((await upload(browser, three, {})).status, 422);
  t.true((await upload(browser, three, {}, new Uint8Array(100))).text.includes('没有通过刷脸核验'));
  const four = await upload(browser, three, {}, PICTURE);
  t.true(four.text.includes('核验通过，实名等级四级'));
  t.is((await findAccountBySub(house.db, keys, sub))?.level, 4);
  const forged = await upload(browser, three, { csrf: 'x' }, PICTURE);
  t.is(forged.status, 403);
  const unit = await browser.open(`${house.url}/prove/unit`);
  t.true((await submit(browser, unit, { code: '91360100MA35XJ0171', name: '甲' })).text.includes('逐位核对'));
  t.true(
    (await submit(browser, unit, { code: TEST_UNITS[0]!.code, name: '别的公司' })).text.includes('与法人库登记不一致'),
  );
  const proven = await submit(browser, unit, TEST_UNITS[0]!);
  t.true(proven.text.includes(`您是${TEST_UNITS[0]!.name}的法定代表人`));
  t.is((await listUnitsOf(house.db, sub)).length, 1);
});

test("a silent source is nobody's fault: entries are kept and the level stays; ten checks a day", async (t) => {
  const { house, outages, sub } = await world(t);
  outages.push('population');
  const { browser, page } = await logInAt(house, '/prove');
  t.true((await submit(browser, page, WANG)).text.includes('人口库暂时没有回应，您填写的内容已保存'));
  t.is((await findAccountBySub(house.db, keys, sub))?.level, 2);
  for (let count = 1; count < 10; count += 1) await submit(browser, page, WANG);
  outages.pop();
  t.true((await submit(browser, page, WANG)).text.includes('今天的核验次数已用完'));
});

/** As far as the page behind the right code. */
async function untilCode(house: IdentityHouse, browser: Browser, phone = WANG_PHONE): Promise<Page> {
  const second = await submit(browser, await browser.open(`${house.url}/recover`), { account: phone });
  return submit(browser, second, { code: await readCode(house, phone), step: 'check' });
}

test('recovery at level 2: the code and a new password; all sessions end, the person is told', async (t) => {
  const { house } = await world(t);
  const client = await house.client('alpha');
  const inside = await logInAt(house, '/account');
  const browser = makeBrowser();
  const page = await untilCode(house, browser);
  t.true(page.text.includes('设置新密码'));
  t.is((await submit(browser, page, { password: 'password1' })).status, 422);
  const done = await submit(browser, page, { password: 'another phrase entirely' });
  t.true(done.text.includes('密码已修改'));
  t.true((await inside.browser.open(`${house.url}/account`)).text.includes('登录后'), 'the old session is over');
  const person = { loginName: WANG_PHONE, password: 'another phrase entirely' };
  t.truthy((await logIn(client, { person })).callback.searchParams.get('code'));
  t.true((await readMessages(house, 'password-set'))[0]!.words.includes('已修改'));
  t.true(
    (await browser.open(`${house.url}/recover/password`)).text.includes('找回账号'),
    'a second time needs a second code',
  );
});

test('an account that is proven while its recovery is under way is not recovered by the code alone', async (t) => {
  const { house, sub } = await world(t);
  const browser = makeBrowser();
  const page = await untilCode(house, browser);
  t.true(page.text.includes('设置新密码'));
  const ports = makeDevelopmentPorts({ delayMs: 0, outages: () => [] });
  await proveByPopulation({ ...house, keys, ports, proofWaitDays: 14 }, sub, {
    name: WANG.name,
    holder: { type: '111', code: WANG.code },
  });
  const before = (await house.db('identity.accounts').where({ sub }))[0].password_hash;
  t.true((await submit(browser, page, { password: 'another phrase entirely' })).text.includes('找回账号'));
  t.is((await house.db('identity.accounts').where({ sub }))[0].password_hash, before);
  t.true((await browser.open(`${house.url}/recover/identity`)).text.includes('只凭手机号不能找回'));
});

test('a phone alone never recovers a proven account: name, number and face besides, and few tries', async (t) => {
  const { house, sub, time } = await world(t);
  const own = await logInAt(house, '/prove');
  await submit(own.browser, own.page, WANG);
  time.now = new Date(time.now.getTime() + 61_000);
  const browser = makeBrowser();
  const page = await untilCode(house, browser);
  t.true(page.text.includes('只凭手机号不能找回'));
  t.true((await browser.open(`${house.url}/recover/password`)).text.includes('找回账号'));
  const before = (await house.db('identity.accounts').where({ sub }))[0].password_hash;
  const wrong = { ...WANG, name: PERSON.name, code: PERSON.holder.code };
  t.true((await upload(browser, page, wrong, PICTURE)).text.includes('核验没有通过'));
  t.true((await upload(browser, page, WANG, new Uint8Array(100))).text.includes('核验没有通过'));
  t.is((await upload(browser, page, WANG)).status, 422);
  const password = await upload(browser, page, WANG, PICTURE);
  t.true(password.text.includes('设置新密码'));
  const done = await submit(browser, password, { password: 'another phrase entirely' });
  t.true(done.text.includes('密码已修改'));
  t.not((await house.db('identity.accounts').where({ sub }))[0].password_hash, before);
  const again = makeBrowser();
  time.now = new Date(time.now.getTime() + 61_000);
  const second = await untilCode(house, again);
  for (let count = 0; count < 2; count += 1) await upload(again, second, wrong, PICTURE);
  t.is((await upload(again, second, WANG, PICTURE)).status, 429, 'five tries an hour');
  const [event] = await house.db('identity.events').where({ kind: 'account.recovered' });
  t.deepEqual(event.detail, { way: 'face' });
});

const NO_FACE = { ...makeDevelopmentPorts({ delayMs: 0, outages: () => [] }), face: null };

/** 王芳 at level 3 in a house that compares no faces. */
async function provenWithoutFace(t: ExecutionContext) {
  const time = { now: new Date() };
  const house = await startIdentity(t, { clock: () => time.now, ports: NO_FACE });
  const deps = { ...house, keys, ports: NO_FACE, work: CHEAP_WORK, proofWaitDays: 14 };
  const { sub } = await registerAccount(deps, { name: WANG.name, phone: WANG_PHONE, password: LOGIN.password });
  await proveByPopulation(deps, sub, { name: WANG.name, holder: { type: '111', code: WANG.code } });
  return { house, deps, time, account: (await findAccountBySub(house.db, keys, sub))! };
}

test('recovery by an authenticator code or a recovery code, with name and number; each is good once', async (t) => {
  const { house, deps, time, account } = await provenWithoutFace(t);
  const secret = makeTotpSecret();
  const codeNow = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: time.now.getTime() });
  const done = async (): Promise<void> => {};
  await enrolTotp(deps, { account, secret, code: codeNow(), label: 'x', done });
  const [first, second] = await makeRecoveryCodes(deps, account, done);
  time.now = new Date(time.now.getTime() + 61_000);

  const browser = makeBrowser();
  const start = await submit(browser, await browser.open(`${house.url}/recover`), { account: WANG_PHONE });
  t.false(/动态口令|恢复码/.test(start.text), 'before the code is right nobody learns what the account has');
  const page = await submit(browser, start, { code: await readCode(house, WANG_PHONE), step: 'check' });
  t.true(page.text.includes('动态口令或恢复码') && !page.text.includes('正面照片'));
  t.is((await upload(browser, page, WANG)).status, 422);
  t.is((await upload(browser, page, WANG, PICTURE)).status, 422, 'a picture that nobody compares is no proof');
  const stranger = { ...WANG, name: PERSON.name, code: PERSON.holder.code };
  t.true((await upload(browser, page, { ...stranger, second: first! })).text.includes('核验没有通过'));
  t.true((await upload(browser, page, { ...WANG, second: '000000' })).text.includes('核验没有通过'));
  t.true((await upload(browser, page, { ...WANG, second: codeNow() })).text.includes('设置新密码'));

  const again = makeBrowser();
  time.now = new Date(time.now.getTime() + 3_600_001);
  const other = await untilCode(house, again);
  const next = await upload(again, other, { ...WANG, second: first!.toUpperCase() });
  t.true(next.text.includes('设置新密码'), 'not spent by the try of a stranger');
  t.true((await submit(again, next, { password: 'another phrase entirely' })).text.includes('密码已修改'));
  const [event] = await house.db('identity.events').where({ kind: 'account.recovered' });
  t.deepEqual(event.detail, { way: 'recovery' });

  const late = makeBrowser();
  time.now = new Date(time.now.getTime() + 3_600_001);
  const last = await untilCode(house, late);
  const refused = async (code: string) => (await upload(late, last, { ...WANG, second: code })).text;
  t.true((await refused(first!)).includes('核验没有通过'), 'used');
  const someone = (await findAccountBySub(house.db, keys, house.accountSub))!;
  const [foreign] = await makeRecoveryCodes(deps, someone, done);
  t.true((await refused(foreign!)).includes('核验没有通过'), 'of another account');
  for (let count = 2; count < 5; count += 1) await refused('aaaaa-bbbbb');
  t.is((await upload(late, last, { ...WANG, second: second! })).status, 429, 'five tries an hour');
});

test('where nothing can be checked the page says that a service hall helps, and has no form', async (t) => {
  const { house, time } = await provenWithoutFace(t);
  time.now = new Date(time.now.getTime() + 61_000);
  const browser = makeBrowser();
  const page = await untilCode(house, browser);
  t.true(page.text.includes('请本人携带证件到办事窗口办理'));
  t.false(page.text.includes('action="/recover/identity"'));
  t.true((await browser.open(`${house.url}/recover/password`)).text.includes('找回账号'));
});

test('an address that nobody has gets the same pages and no message', async (t) => {
  const { house } = await world(t);
  const pages: string[] = [];
  for (const account of ['13912345678', WANG_PHONE]) {
    const browser = makeBrowser();
    const page = await submit(browser, await browser.open(`${house.url}/recover`), { account });
    pages.push(page.text.replace(/csrf" value="[^"]*"|nonce="[^"]*"|\d{2}:\d{2}:\d{2}|\d{3}\*{4}\d{4}/g, ''));
  }
  t.is(pages[0], pages[1]);
  t.deepEqual(
    (await readMessages(house, 'recover-code')).map(({ to }) => to),
    [WANG_PHONE],
  );
  const browser = makeBrowser();
  t.is((await submit(browser, await browser.open(`${house.url}/recover`), { account: 'x' })).status, 422);
  for (const path of ['code', 'identity', 'password', 'done'])
    t.true((await browser.open(`${house.url}/recover/${path}`)).text.includes('找回账号'), path);
});

test("closing: days to change one's mind, then nothing personal is left; freezing logs out and keeps out", async (t) => {
  const { house, sub, time } = await world(t);
  const deps = { ...house, clock: () => time.now, keys, closingDays: 7 };
  const client = await house.client('alpha');
  const person = { loginName: WANG_PHONE, password: LOGIN.password };
  const closesAt = await closeAccount(deps, { sub });
  t.is(closesAt.getTime() - time.now.getTime(), 7 * 86_400_000);
  t.truthy((await logIn(client, { person })).callback, 'who is closing may log in and take it back');
  const { browser, page } = await logInAt(house, '/account/close');
  t.true(page.text.includes('撤回注销'));
  const kept = await submit(browser, page, { decision: 'keep' });
  t.true(kept.text.includes('无法恢复'));
  t.true((await submit(browser, kept, { decision: 'close' })).text.includes('撤回注销'));
  await keepAccount(deps, sub);
  await t.throwsAsync(keepAccount(deps, sub), { code: 'account-state' });
  await freezeAccount(deps, { sub, actor: 'admin', reason: '本人要求' });
  await t.throwsAsync(logIn(client, { person }));
  await t.throwsAsync(closeAccount(deps, { sub }), { code: 'account-state' });
  await unfreezeAccount(deps, { sub, actor: 'admin', reason: '本人要求' });
  await closeAccount(deps, { sub });
  t.is(await endDueAccounts(deps), 0);
  time.now = new Date(closesAt.getTime() + 1000);
  t.is(await endDueAccounts(deps), 1);
  t.is(await endDueAccounts(deps), 0);
  const [row] = await house.db('identity.accounts').where({ sub });
  t.like(row, {
    status: 'closed',
    person_box: null,
    phone_key: null,
    holder_key: null,
    password_hash: null,
    name: null,
  });
  t.is(await findAccountByPhone(house.db, keys, WANG_PHONE), null);
  t.true((await readMessages(house, 'account-closed'))[0]!.words.includes('已注销'));
  t.truthy(
    await registerAccount({ ...deps, work: CHEAP_WORK }, { name: '王芳', phone: WANG_PHONE }),
    'the phone is free again',
  );
});
