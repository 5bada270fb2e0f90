// 窗口办理, once the document is confirmed: another phone, a new password that the person sets, accounts found by any document.
// And what a clerk, or somebody beside him, may not.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { findAccountByPhone, findDocument } from '../../identity/store/accounts.ts';
import { deleteOldVisits } from '../../identity/store/counter-visits.ts';
import { enterAsAdmin, hiddenOf, ORG } from './admin-house.ts';
import { type IdentityHouse, logIn, MASTER_KEY, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const PATH = '/admin/counter';
const REASON = '本人持身份证到 7 号窗口';
const SEEN = { name: OTHER_PERSON.name, code_type: '111', code: OTHER_PERSON.holder.code, reason: REASON } as const;
const NEW_PHONE = '13900000007';
const NEW_PASSWORD = 'a phrase that nobody guesses';
const MAIL = 'lisi@example.cn';

type World = { house: IdentityHouse; sub: string; browser: Browser; page: Page; later: (minutes: number) => void };

/** A clerk who has found and confirmed OTHER_PERSON; the page is the one that follows. */
async function world(t: ExecutionContext): Promise<World> {
  const time = { now: new Date() };
  const house = await startIdentity(t, { clock: () => time.now });
  const sub = await house.registerPerson({ ...OTHER_PERSON, mail: MAIL });
  const { browser, page } = await enterAsAdmin(house, 'counter-clerk', PATH);
  const found = await browser.submit(page, { typed: OTHER_PERSON.phone, reason: REASON }, '/find');
  const help = await browser.submit(found, { ...SEEN, decision: 'confirm' }, PATH);
  const later = (minutes: number): void => {
    time.now = new Date(time.now.getTime() + minutes * 60_000);
  };
  return { house, sub, browser, page: help, later };
}

async function bind({ house, browser }: World, help: Page, phone: string): Promise<Page> {
  const sent = await browser.submit(help, { phone, step: 'begin' }, '/phone');
  return browser.submit(sent, { code: await readCode(house, phone), reason: REASON, step: 'check' }, '/phone');
}

/** As the person does it on the own phone; the page behind the right code. */
async function recover(house: IdentityHouse, account: string): Promise<{ browser: Browser; page: Page }> {
  const browser = makeBrowser();
  const sent = await browser.submit(await browser.open(`${house.url}/recover`), { account }, '/recover');
  return {
    browser,
    page: await browser.submit(sent, { code: await readCode(house, account), step: 'check' }, '/code'),
  };
}

const eventsOf = async (house: IdentityHouse, kind: string) =>
  house.db('identity.events').where({ kind }).orderBy('id').select('sub', 'detail');
const receivers = async (house: IdentityHouse, kind: string): Promise<readonly string[]> =>
  (await readMessages(house, kind)).map(({ to }) => to).sort();
const hashOf = async ({ house, sub }: World): Promise<string> =>
  (await house.db('identity.accounts').where({ sub }).first('password_hash')).password_hash;

test('a lost phone and password: the clerk binds the new phone by its code and allows; the person sets the password at home', async (t) => {
  const at = await world(t);
  const { house, sub, browser, page, later } = at;
  const inside = makeBrowser();
  await inside.submit(await inside.open(`${house.url}/account`), { login: 'lisi', password: OTHER_PERSON.password });
  t.true(page.text.includes('138****0002') && page.text.includes('先核实手机号，再允许设置新密码'));
  t.is((await browser.submit(page, { phone: '12', step: 'begin' }, '/phone')).status, 422);
  const sent = await browser.submit(page, { phone: NEW_PHONE, step: 'begin' }, '/phone');
  t.true(sent.text.includes('139****0007') && !sent.text.includes(NEW_PHONE));
  const code = await readCode(house, NEW_PHONE);
  t.is((await browser.submit(sent, { code, reason: '', step: 'check' }, '/phone')).status, 422, 'a reason first');
  const bound = await browser.submit(sent, { code, reason: REASON, step: 'check' }, '/phone');
  t.true(bound.text.includes('手机号已绑定') && bound.text.includes('139****0007'));
  t.is((await findAccountByPhone(house.db, keys, NEW_PHONE))?.sub, sub);
  t.deepEqual(await receivers(house, 'phone-bound'), [OTHER_PERSON.phone, NEW_PHONE, MAIL].sort());
  t.true((await readMessages(house, 'phone-bound'))[0]!.words.includes('办事窗口'));
  t.deepEqual(await eventsOf(house, 'phone.bound'), [{ sub, detail: { by: house.accountSub, reason: REASON } }]);

  t.is((await browser.submit(bound, { reason: '' }, '/permit')).status, 422);
  const allowed = await browser.submit(bound, { reason: REASON }, '/permit');
  t.true(allowed.text.includes('已允许本人设置新密码') && allowed.text.includes(`${house.url}/recover`));
  t.false(allowed.text.includes('name="password"'), 'a clerk types no password');
  t.deepEqual(await receivers(house, 'recovery-allowed'), [NEW_PHONE, MAIL].sort());
  t.deepEqual(await eventsOf(house, 'account.recovery-allowed'), [
    { sub, detail: { by: house.accountSub, reason: REASON } },
  ]);

  later(2);
  const own = await recover(house, NEW_PHONE);
  t.true(own.page.text.includes('设置新密码'), 'no name, number or second proof: the counter has seen them');
  t.is((await own.browser.submit(own.page, { password: 'lisi1985' }, '/password')).status, 422);
  const done = await own.browser.submit(own.page, { password: NEW_PASSWORD }, '/password');
  t.true(done.text.includes('密码已修改'), 'a refused password used nothing up');
  t.deepEqual(await eventsOf(house, 'account.recovered'), [{ sub, detail: { way: 'counter' } }]);
  t.true((await inside.open(`${house.url}/account`)).text.includes('field-password'), 'the old session is over');
  await t.notThrowsAsync(logIn(await house.client('alpha'), { person: { loginName: 'lisi', password: NEW_PASSWORD } }));
  t.false(JSON.stringify(await house.db('identity.events')).includes(NEW_PHONE));
});

test('a permit is good once, for that phone alone, for its minutes; the mailbox and another phone get nothing by it', async (t) => {
  const at = await world(t);
  const { house, later } = at;
  const bound = await bind(at, at.page, OTHER_PERSON.phone);
  t.true(bound.text.includes('手机号已绑定'), 'the same number, checked');
  await at.browser.submit(bound, { reason: REASON }, '/permit');
  const before = await hashOf(at);
  later(2);
  const byMail = await recover(house, MAIL);
  t.true(byMail.page.text.includes('只凭手机号不能找回'), 'a code to the mailbox is not what was allowed');
  const first = await recover(house, OTHER_PERSON.phone);
  t.true(first.page.text.includes('设置新密码'));
  later(2);
  const other = await recover(house, OTHER_PERSON.phone);
  const answers = await Promise.all(
    [first, other].map(({ browser, page }, turn) =>
      browser.submit(page, { password: `${NEW_PASSWORD} ${turn}` }, '/password'),
    ),
  );
  t.is(answers.filter(({ text }) => text.includes('密码已修改')).length, 1, 'of two at once one gets it');
  t.true(answers.some(({ text }) => text.includes('只凭手机号不能找回')));
  t.not(await hashOf(at), before);
  later(2);
  t.true((await recover(house, OTHER_PERSON.phone)).page.text.includes('只凭手机号不能找回'), 'used up');
});

test('over: after its minutes a permit opens nothing, and a clerk begins with the document again', async (t) => {
  const at = await world(t);
  const { house, browser, later } = at;
  const bound = await bind(at, at.page, NEW_PHONE);
  await browser.submit(bound, { reason: REASON }, '/permit');
  later(2);
  const early = await recover(house, NEW_PHONE);
  t.true(early.page.text.includes('设置新密码'));
  later(29);
  const late = await early.browser.submit(early.page, { password: NEW_PASSWORD }, '/password');
  t.true(late.text.includes('只凭手机号不能找回'), 'begun in time, ended too late');
  const over = await browser.submit(bound, { reason: REASON }, '/permit');
  t.true(over.text.includes('没有办理') && over.text.includes('须先当面核对本人证件'));
  t.true((await browser.submit(at.page, { phone: NEW_PHONE, step: 'begin' }, '/phone')).text.includes('没有办理'));
  t.is((await eventsOf(house, 'account.recovery-allowed')).length, 1);
  t.is(await deleteOldVisits(house.db, house.clock(), 10), 1);
});

test('refused siblings: no document first, another clerk, no phone first, the own number, a wrong code, a frozen account', async (t) => {
  const at = await world(t);
  const { house, sub, browser, page } = at;
  const help = page.url;
  // Before a phone was reached nothing is allowed, also not by a form made by hand.
  const send = (path: string, fields: Record<string, string>) =>
    browser.fetchOnce(help.replace('/help', path), {
      method: 'POST',
      body: new URLSearchParams({ ...hiddenOf(page.text), ...fields }),
    });
  t.is((await send('/permit', { reason: REASON })).status, 303);
  t.true((await browser.open(help)).text.includes('没有办理'));
  t.is((await send('/permit', { reason: REASON, csrf: 'forged' })).status, 403);
  t.is((await eventsOf(house, 'account.recovery-allowed')).length, 0);
  // The clerk's own phone, and a code that is wrong.
  const own = await browser.submit(page, { phone: PERSON.phone, step: 'begin' }, '/phone');
  t.true(own.status === 422 && own.text.includes('您自己账号绑定的号码'));
  const sent = await browser.submit(page, { phone: NEW_PHONE, step: 'begin' }, '/phone');
  const code = await readCode(house, NEW_PHONE);
  const wrong = { code: code === '000000' ? '000001' : '000000', reason: REASON, step: 'check' };
  t.is((await browser.submit(sent, wrong, '/phone')).status, 422);
  t.is((await findDocument(house.db, keys, sub))?.phone, OTHER_PERSON.phone);
  // Another clerk has not seen the document, although he looked the account up.
  const colleague = {
    ...OTHER_PERSON,
    loginName: 'wangwu',
    holder: { type: '414', code: 'E12345678' },
    phone: '13800010003',
  };
  const colleagueSub = await house.registerPerson(colleague);
  await addRole(house, { loginName: 'wangwu', org: ORG, unit: '大厅', role: 'counter-clerk' });
  await house.db('identity.accounts').where({ sub: colleagueSub }).update({ level: 4 });
  const second = makeBrowser();
  const login = await second.open(`${house.url}${PATH}`);
  const more = await second.submit(login, { login: 'wangwu', password: OTHER_PERSON.password });
  const proving = await second.submit(more, { step: 'send' });
  const search = await second.submit(proving, { step: 'check', code: await readCode(house, colleague.phone) });
  const found = await second.submit(search, { typed: 'lisi', reason: REASON }, '/find');
  t.false(found.text.includes('继续办理手机号和密码'));
  const stranger = await second.open(found.url.replace('?', '/help?'));
  t.true(stranger.text.includes('须先当面核对本人证件') && !stranger.text.includes('name="phone"'));
  t.is((await second.open(help)).url, `${house.url}${PATH}`, "the first clerk's address is his own");
  // Frozen meanwhile.
  await house.db('identity.accounts').where({ sub }).update({ status: 'frozen' });
  t.true((await browser.open(help)).text.includes('须先由安全管理员解冻'));
  await browser.submit(sent, { code, reason: REASON, step: 'check' }, '/phone');
  t.is((await findDocument(house.db, keys, sub))?.phone, OTHER_PERSON.phone);
});

const DOCUMENTS = [
  ['414', 'E12345678'],
  ['411', 'D1234567'],
  ['511', '12345678'],
  ['516', 'H12345678'],
  ['999', 'USA123456789012'],
  ['114', '军字第12345678号'],
] as const;

test('an account is found by the document of every type that it has, by that type alone, and confirmed with it', async (t) => {
  const house = await startIdentity(t);
  const subs: string[] = [];
  for (const [at, [type, code]] of DOCUMENTS.entries())
    subs.push(
      await house.registerPerson({
        name: `某某${at}`,
        holder: { type, code },
        phone: `1390000001${at}`,
        password: 'a phrase of nobody',
      }),
    );
  const { browser, page } = await enterAsAdmin(house, 'counter-clerk', PATH);
  for (const [at, [type, code]] of DOCUMENTS.entries()) {
    const typed = code.toLowerCase().replace(/(?=\d)/, ' ');
    const found = await browser.submit(page, { code_type: type, typed, reason: REASON }, '/find');
    t.is(new URL(found.url).pathname, `${PATH}/${subs[at]}`, type);
    const other = await browser.submit(
      page,
      { code_type: type === '414' ? '413' : '414', typed: 'E12345678', reason: REASON },
      '/find',
    );
    t.is(other.url === `${house.url}${PATH}`, type === '414', 'the type counts');
    const done = await browser.submit(
      found,
      { name: `某某${at}`, code_type: type, code, reason: REASON, decision: 'confirm' },
      PATH,
    );
    t.true(done.text.includes('实名等级五级'), type);
  }
  const malformed = await browser.submit(page, { code_type: '516', typed: '12', reason: REASON }, '/find');
  t.is(malformed.status, 422);
  t.true(malformed.text.includes('没有这种形式的证件号码') && malformed.text.includes('<option value="516" selected'));
  t.is(
    (await browser.submit(page, { code_type: '001', typed: ORG, reason: REASON }, '/find')).status,
    422,
    'no person',
  );
  const residence = { name: '陈某', holder: { type: '111', code: '810000199001010019' }, phone: '13900000020' };
  const resident = await house.registerPerson({ ...residence, password: 'a phrase of nobody' });
  const found = await browser.submit(page, { code_type: '', typed: residence.holder.code, reason: REASON }, '/find');
  t.is(new URL(found.url).pathname, `${PATH}/${resident}`, '港澳居民居住证 bears a citizen number');
});
