// 窗口核验 on its page: who may, what is shown, what is written down, and what is refused.
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import { listProofings } from '../../identity/store/proofings.ts';
import { enterAsAdmin, hiddenOf } from './admin-house.ts';
import { type IdentityHouse, MASTER_KEY, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';
import { readMessages } from './messages.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const PATH = '/admin/counter';
const REASON = '本人持身份证到 7 号窗口';
const SEEN = { name: OTHER_PERSON.name, code_type: '111', code: OTHER_PERSON.holder.code, reason: REASON } as const;

const accountOf = async (house: IdentityHouse, sub: string) => (await findAccountBySub(house.db, keys, sub))!;
const eventOf = async (house: IdentityHouse, kind: string) =>
  (await house.db('identity.events').where({ kind }).orderBy('id', 'desc').limit(1))[0];

test('a clerk finds the account by exactly its number, types what he sees and confirms: level 5, with his name on record', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'counter-clerk', PATH);
  t.true((await browser.submit(page, { typed: '1380000', reason: REASON }, '/find')).text.includes('没有符合条件'));
  t.is((await browser.submit(page, { typed: OTHER_PERSON.phone, reason: '' }, '/find')).status, 422);
  const found = await browser.submit(page, { typed: OTHER_PERSON.phone, reason: REASON }, '/find');
  t.true(found.text.includes('138****0002'));
  for (const shown of [OTHER_PERSON.name, OTHER_PERSON.phone, OTHER_PERSON.holder.code])
    t.false(found.text.includes(shown), 'nothing to copy from the page');
  const act = { ...SEEN, decision: 'confirm' };
  const bad = await browser.submit(found, { ...act, code: '360102198511267725' }, PATH);
  t.is(bad.status, 422);
  t.true(bad.text.includes('校验不符') && bad.text.includes(`value="${SEEN.name}"`));
  t.is((await browser.submit(found, { ...act, reason: '' }, PATH)).status, 422);
  t.is((await accountOf(house, sub)).level, 2);
  const done = await browser.submit(found, act, PATH);
  t.true(new URL(done.url).pathname === `${PATH}/${sub}/help` && done.text.includes('已确认'));
  const account = await accountOf(house, sub);
  t.is(account.level, 5);
  t.like((await listProofings(house.db, account.id)).at(-1), { method: 'counter', actor: house.accountSub, level: 5 });
  const { detail } = await eventOf(house, 'account.proven');
  t.deepEqual(detail, { level: 5, method: 'counter', by: house.accountSub, reason: REASON });
  t.is((await readMessages(house, 'proof-result')).length, 1);
  t.false(JSON.stringify(await house.db('identity.events')).includes(SEEN.code), 'no number in any event');
});

test('a clerk refuses: on record with his name, and the level stays', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'counter-clerk', PATH);
  const found = await browser.submit(page, { typed: OTHER_PERSON.holder.code, reason: REASON }, '/find');
  t.is((await browser.submit(found, { decision: 'refuse', reason: '' }, PATH)).status, 422);
  const done = await browser.submit(found, { decision: 'refuse', reason: '证件与本人不符' }, PATH);
  t.true(done.text.includes('不予确认'));
  t.like(await eventOf(house, 'account.proof-refused'), {
    sub,
    detail: { by: house.accountSub, reason: '证件与本人不符' },
  });
  const account = await accountOf(house, sub);
  t.is(account.level, 2);
  t.like((await listProofings(house.db, account.id)).at(-1), { outcome: 'mismatched', actor: house.accountSub });
});

test('refused siblings: oneself, an account proven with another document, one that nobody looked up, no role, no token', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'counter-clerk', PATH);
  const own = await browser.submit(page, { typed: PERSON.loginName, reason: REASON }, '/find');
  const mine = { name: PERSON.name, code_type: '111', code: PERSON.holder.code, reason: REASON, decision: 'confirm' };
  const self = await browser.submit(own, mine, PATH);
  t.is(self.status, 422);
  t.true(self.text.includes('不能核验自己的账号'));
  t.is((await accountOf(house, house.accountSub)).level, 4);

  await house.db('identity.accounts').where({ sub }).update({ level: 3 });
  const found = await browser.submit(page, { typed: 'lisi', reason: REASON }, '/find');
  const other = await browser.submit(
    found,
    { ...SEEN, name: '王芳', code: '360102199206150014', decision: 'confirm' },
    PATH,
  );
  t.is(other.status, 422);
  t.true(other.text.includes('已用另一个证件实名'));
  const renamed = await browser.submit(found, { ...SEEN, name: '李新名', decision: 'confirm' }, PATH);
  t.true(renamed.text.includes('已确认'), 'a new name under the same number is what a counter is for');

  t.is((await browser.open(`${house.url}${PATH}/${sub}`)).url, `${house.url}${PATH}`);
  t.is((await browser.open(`${house.url}${PATH}/${sub}?look=invented`)).url, `${house.url}${PATH}`);
  const send = (fields: Record<string, string>) =>
    browser.fetchOnce(found.url, { method: 'POST', body: new URLSearchParams({ ...SEEN, ...fields }) });
  t.is((await send({ ...hiddenOf(found.text), csrf: 'forged' })).status, 403);
  for (const path of ['/admin/accounts', '/admin/clients', '/admin/roles', '/admin/audit'])
    t.is((await browser.open(`${house.url}${path}`)).status, 403, path);
  const nobody = makeBrowser();
  const login = await nobody.open(`${house.url}/account`);
  await nobody.submit(login, { login: 'lisi', password: OTHER_PERSON.password });
  const refused = await nobody.open(`${house.url}${PATH}`);
  t.is(refused.status, 403);
  t.true(refused.text.includes('窗口核验人员'));
  // The role ends: it counts no more, in the same session.
  await house.db.raw('update identity.roles set ends_at = begins_at');
  t.is((await browser.open(`${house.url}${PATH}`)).status, 403);
});
