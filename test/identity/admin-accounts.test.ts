import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { enterAsAdmin, hiddenOf, proveTwice } from './admin-house.ts';
import { type IdentityHouse, logIn, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

const REASON = '本人来电报失手机，工单 17';
const PATH = '/admin/accounts';

async function lastEvent(house: IdentityHouse, kind: string) {
  const [event] = await house.db('identity.events').where({ kind }).orderBy('id', 'desc').limit(1);
  return event;
}

test('one account is found by exactly its number or name, with a reason, masked, and each look-up is written down', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'security-admin', PATH);
  for (const typed of [OTHER_PERSON.phone, OTHER_PERSON.holder.code, OTHER_PERSON.loginName]) {
    const found = await browser.submit(page, { typed, reason: REASON }, '/find');
    t.true(found.text.includes('李四') && found.text.includes('138****0002'));
    t.false(found.text.includes(OTHER_PERSON.phone) || found.text.includes(OTHER_PERSON.holder.code));
  }
  t.like(await lastEvent(house, 'account.looked-up'), {
    sub,
    detail: { by: house.accountSub, reason: REASON, found: true },
  });
  const none = await browser.submit(page, { typed: OTHER_PERSON.phone.slice(0, 7), reason: REASON }, '/find');
  t.true(none.text.includes('没有符合条件的记录'));
  t.like(await lastEvent(house, 'account.looked-up'), { sub: null, detail: { found: false } });
  for (const [values, words] of [
    [{ typed: OTHER_PERSON.phone, reason: '' }, '请填写原因'],
    [{ typed: '', reason: REASON }, '请输入完整的'],
  ] as const) {
    const refused = await browser.submit(page, values, '/find');
    t.is(refused.status, 422);
    t.true(refused.text.includes(words));
  }
  const rows = await house.db('identity.events').where({ kind: 'account.looked-up' });
  t.is(rows.length, 4);
  t.false(JSON.stringify(rows).includes(OTHER_PERSON.phone), 'what was typed is not kept');
});

test('refused siblings: an account that nobody looked up, the look-up of another session, the wrong role, no token', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'security-admin', PATH);
  t.is((await browser.open(`${house.url}${PATH}/${sub}`)).url, `${house.url}${PATH}`);
  t.is((await browser.open(`${house.url}${PATH}/${sub}?look=invented`)).url, `${house.url}${PATH}`);
  const found = await browser.submit(page, { typed: 'lisi', reason: REASON }, '/find');
  const freeze = found.url.replace('?', '/freeze?');
  const form = await browser.open(freeze);
  const send = (fields: Record<string, string>) =>
    browser.fetchOnce(freeze, { method: 'POST', body: new URLSearchParams({ reason: REASON, ...fields }) });
  t.is((await send({ ...hiddenOf(form.text), csrf: 'forged' })).status, 403);
  const nobody = makeBrowser();
  await nobody.submit(await nobody.open(`${house.url}/account`), { login: 'lisi', password: OTHER_PERSON.password });
  t.is((await nobody.open(found.url)).status, 403);
  // A new session of the same administrator looks up anew.
  await house.db('identity.oidc_artifacts').where({ model: 'Session', account_id: house.accountSub }).delete();
  t.is((await send(hiddenOf(form.text))).status, 401);
  await proveTwice(house, browser, PATH);
  t.is((await send(hiddenOf(form.text))).headers.get('Location'), PATH);
  t.is((await house.db('identity.accounts').where({ sub }))[0].status, 'active');
});

test('an account is frozen, logged out with it, and unfrozen; nobody freezes himself', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const shop = await house.client('shop');
  const { browser: person } = await logIn(shop, { person: OTHER_PERSON });
  const { browser, page } = await enterAsAdmin(house, 'security-admin', PATH);
  const found = await browser.submit(page, { typed: 'lisi', reason: REASON }, '/find');
  t.true(found.text.includes('1 个，共进入 1 个系统'));
  const freeze = await browser.open(found.url.replace('?', '/freeze?'));
  t.true(freeze.text.includes('立即退出 1 个会话'));
  t.is((await browser.submit(freeze, { reason: '' }, '/freeze')).status, 422);
  t.true((await browser.submit(freeze, { reason: REASON }, '/freeze')).text.includes('已冻结'));
  t.like(await lastEvent(house, 'account.frozen'), { sub, detail: { actor: house.accountSub, reason: REASON } });
  t.true((await person.open(`${house.url}/account`)).text.includes('field-password'));
  await t.throwsAsync(logIn(shop, { person: OTHER_PERSON }));
  const again = await browser.submit(freeze, { reason: REASON }, '/freeze');
  t.is(again.status, 409, 'it is frozen already');
  const unfreeze = await browser.open(found.url.replace('?', '/unfreeze?'));
  t.true((await browser.submit(unfreeze, { reason: REASON }, '/unfreeze')).text.includes('已解冻'));
  await t.notThrowsAsync(logIn(shop, { person: OTHER_PERSON }));
  const own = await browser.submit(page, { typed: PERSON.loginName, reason: REASON }, '/find');
  const self = await browser.open(own.url.replace('?', '/freeze?'));
  const refused = await browser.submit(self, { reason: REASON }, '/freeze');
  t.is(refused.status, 422);
  t.true(refused.text.includes('不能冻结自己的账号'));
});

test('one account is logged out everywhere; and everybody, by the queue, after the words were typed', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const shop = await house.client('shop');
  const login = () => logIn(shop, { person: OTHER_PERSON });
  await login();
  await login();
  const { browser, page } = await enterAsAdmin(house, 'security-admin', PATH);
  const found = await browser.submit(page, { typed: 'lisi', reason: REASON }, '/find');
  const logout = await browser.open(found.url.replace('?', '/logout?'));
  t.true((await browser.submit(logout, { reason: REASON }, '/logout')).text.includes('已退出 2 个会话'));
  t.like(await lastEvent(house, 'account.logged-out'), { detail: { by: house.accountSub, sessions: 2 } });

  const { browser: person } = await login();
  const everybody = await browser.open(`${house.url}${PATH}/everybody`);
  t.true(everybody.text.includes('目前有 2 个登录会话'));
  t.is((await browser.submit(everybody, { confirm: '好的', reason: REASON }, '/everybody')).status, 422);
  t.is((await browser.submit(everybody, { confirm: '全部人员退出', reason: '' }, '/everybody')).status, 422);
  t.is((await house.db('identity.jobs').where({ queue: 'logout-everybody' })).length, 0);
  await browser.submit(everybody, { confirm: '全部人员退出', reason: REASON }, '/everybody');
  await house.workers.idle();
  t.like(await lastEvent(house, 'session.all-ended'), {
    detail: { by: house.accountSub, sessions: 2, reason: REASON },
  });
  for (const one of [person, browser])
    t.true((await one.open(`${house.url}/account`)).text.includes('field-password'), 'logged out');
  const left = await house.db('identity.oidc_artifacts').whereNotNull('account_id').whereNot({ model: 'Interaction' });
  t.deepEqual(
    left.filter(({ consumed_at }) => consumed_at === null),
    [],
    'no grant is left',
  );
});
