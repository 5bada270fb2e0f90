import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { endRole } from '../../identity/flow/assign-role.ts';
import { findClient } from '../../identity/store/clients.ts';
import { enterAsAdmin, hiddenOf, ORG, proveTwice } from './admin-house.ts';
import { type IdentityHouse, logIn, makeKeyPem, PERSON, publicJwk, startIdentity } from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const REASON = '按接入申请单办理';

async function lastDetail(house: IdentityHouse, kind: string) {
  const [event] = await house.db('identity.events').where({ kind }).orderBy('id', 'desc').limit(1);
  return event?.detail;
}

test('an administrator is asked for a second proof, sees what he may do, and nothing once his role has ended', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enterAsAdmin(house, 'system-admin');
  t.is(page.url, `${house.url}/admin`);
  t.true(page.text.includes('系统管理员') && page.text.includes('href="/admin/clients"'));
  t.false(page.text.includes('href="/admin/accounts"') || page.text.includes('href="/admin/audit"'));
  const role = { loginName: PERSON.loginName, org: ORG, unit: '信息科', role: 'system-admin' };
  await endRole({ db: house.db, clock: house.clock }, role);
  const gone = await browser.open(`${house.url}/admin/clients`);
  t.is(gone.status, 403);
  t.true(gone.text.includes('没有权限查看') && gone.text.includes('需要“系统管理员”'));
});

test('refused siblings: no role; the wrong role; nothing to prove a second time with; an account that was not proofed', async (t) => {
  const house = await startIdentity(t);
  const nobody = makeBrowser();
  await nobody.submit(await nobody.open(`${house.url}/account`), LOGIN);
  t.is((await nobody.open(`${house.url}/admin`)).status, 403);
  const { browser } = await enterAsAdmin(house, 'audit-admin');
  const wrong = await browser.open(`${house.url}/admin/clients`);
  t.is(wrong.status, 403);
  t.true(wrong.text.includes('系统管理员'));
  await house.db('identity.accounts').update({ phone_key: null, level: 2 });
  const low = await nobody.open(`${house.url}/admin`);
  t.is(low.status, 403);
  t.true(low.text.includes('请先完成') && low.text.includes('二级'));
});

test('the list is filtered and searched by GET, page by page, with how it goes today', async (t) => {
  const house = await startIdentity(t);
  const shop = await house.client('shop', { name: '不动产登记' });
  await logIn(shop);
  await t.throwsAsync(logIn(shop, { person: { ...PERSON, password: 'wrong' } }));
  await house.client('school', { organisation: '示例市教育局' });
  await house.db.raw(
    `insert into identity.clients (client_id, name, organisation, purpose, first_party, grant_types, scopes, redirect_uris,
       post_logout_redirect_uris, sector, jwks, application_type)
     select 'bulk-' || n, '批量系统 ' || lpad(n::text, 3, '0'), '示例单位', '测试', false, '{authorization_code}', '{openid}',
       '{https://a.example/cb}', '{}', 'bulk', '{"keys":[]}', 'web' from generate_series(1, 60) n`,
  );
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients');
  t.true(page.text.includes('共 62 个系统') && page.text.includes('第 1 页，共 2 页'));
  const second = await browser.open(`${house.url}/admin/clients?page=2`);
  t.is(second.text.match(/role="rowheader"/g)?.length, 12);
  const found = await browser.open(`${house.url}/admin/clients?search=${encodeURIComponent('不动产')}`);
  t.is(found.text.match(/role="rowheader"/g)?.length, 1);
  t.regex(found.text, /data-name="今日登录"[^>]*>1</);
  t.regex(found.text, /data-name="成功率"[^>]*>50\.0%</);
  t.true(found.text.includes('账号、密码或证明有误'));
  const byUnit = await browser.open(`${house.url}/admin/clients?search=${encodeURIComponent('教育局')}`);
  t.true(byUnit.text.includes('系统 school'));
  const none = await browser.open(`${house.url}/admin/clients?status=suspended`);
  t.true(none.text.includes('没有符合条件的记录'));
});

test('a system is registered, changed topic by topic with a reason, and each change says who and why', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients/new');
  const jwks = JSON.stringify(await publicJwk(makeKeyPem()));
  const values = {
    clientId: 'tax-desk',
    sector: 'tax',
    name: '办税大厅',
    organisation: '示例市税务局',
    purpose: '办税',
    redirectUris: 'https://tax.example/cb',
    'scopes.openid': 'on',
    'scopes.profile': 'on',
    'grantTypes.authorization_code': 'on',
    authMethod: 'private_key_jwt',
    profile: 'standard',
    jwks,
    reason: REASON,
  };
  for (const [change, words] of [
    [{ clientId: 'Tax' }, '标识须以小写字母开头'],
    [{ clientId: 'xinji-account' }, '标识须以小写字母开头'],
    [{ redirectUris: 'https://tax.example/#x' }, '且不能含 #'],
    [{ sector: 'xinji' }, '不是平台自用的'],
    [{ jwks: 'nonsense' }, '须为 P-256 公钥'],
    [{ jwks: makeKeyPem() }, '须为 P-256 公钥'],
    [{ reason: ' ' }, '请填写原因'],
  ] as const) {
    const refused = await browser.submit(page, { ...values, ...change }, '/new');
    t.is(refused.status, 422);
    t.true(refused.text.includes(words), words);
    t.true(refused.text.includes('办税大厅'), 'what was typed stays');
  }
  const done = await browser.submit(page, values, '/new');
  t.is(done.url, `${house.url}/admin/clients/tax-desk`);
  t.true(done.text.includes('已登记') && done.text.includes(REASON));
  t.is((await browser.submit(page, values, '/new')).status, 422, 'the name is taken');

  const form = await browser.open(`${done.url}/addresses`);
  const lines = 'https://tax.example/cb\r\nhttps://tax.example/cb2';
  t.is((await browser.submit(form, { redirectUris: lines, reason: '' }, '/addresses')).status, 422);
  t.is((await browser.submit(form, { redirectUris: 'ftp://x', reason: REASON }, '/addresses')).status, 422);
  const saved = await browser.submit(form, { redirectUris: lines, reason: REASON }, '/addresses');
  t.true(saved.text.includes('已保存修改') && saved.text.includes('https://tax.example/cb2'));
  t.like(await lastDetail(house, 'client.changed'), { topic: 'addresses', by: house.accountSub, reason: REASON });
  const late = await browser.submit(form, { redirectUris: 'https://other.example/', reason: REASON }, '/addresses');
  t.is(late.status, 409);
  t.true(late.text.includes('已被他人修改'));
  t.is((await findClient(house.db, 'tax-desk'))?.redirectUris.length, 2);

  const rules = await browser.open(`${done.url}/rules`);
  const strict = {
    'grantTypes.authorization_code': 'on',
    authMethod: 'private_key_jwt',
    profile: 'fapi2',
    reason: REASON,
  };
  t.is((await browser.submit(rules, strict, '/rules')).status, 422, 'FAPI without DPoP and PAR');
  const demands = {
    'demands.dpopBound': 'on',
    'demands.parRequired': 'on',
    'demands.acceptsUnits': null,
    minLevel: '3',
  };
  t.is((await browser.submit(rules, { ...strict, ...demands }, '/rules')).status, 200);
  t.like(await findClient(house.db, 'tax-desk'), { profile: 'fapi2', minLevel: 3, acceptsUnits: false });
  const csrf = await browser.fetchOnce(`${done.url}/about`, {
    method: 'POST',
    body: new URLSearchParams({ ...hiddenOf(form.text), csrf: 'forged', name: 'x', reason: REASON }),
  });
  t.is(csrf.status, 403);
});

test('a secret is shown once; the one before stays until its end or until it is ended; keys overlap likewise', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('desk', { authMethod: 'client_secret_basic' });
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients/desk/secret');
  t.is((await browser.submit(page, { overlap: '24', reason: '' }, '/secret')).status, 422);
  const shown = await browser.submit(page, { overlap: '24', reason: REASON }, '/secret');
  t.is(shown.url, `${house.url}/admin/clients/desk/new-secret`);
  const secret = /xjs_[\w-]{43}/.exec(shown.text)?.[0] ?? '';
  t.not(secret, '');
  t.false((await browser.open(shown.url)).text.includes('xjs_'), 'once');
  t.false(JSON.stringify(await house.db('identity.kept_forms')).includes(secret));
  const introspect = (given: string) =>
    fetch(`${house.url}/oidc/token/introspection`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`desk:${given}`).toString('base64')}` },
      body: new URLSearchParams({ token: 'x' }),
    });
  t.deepEqual([(await introspect(secret)).status, (await introspect(client.secret!)).status], [200, 200]);
  const detail = await browser.open(`${house.url}/admin/clients/desk`);
  t.true(detail.text.includes('前仍可用') && detail.text.includes('现在停用旧密钥'));
  const end = await browser.open(`${house.url}/admin/clients/desk/end-secret`);
  t.true((await browser.submit(end, { reason: REASON }, '/end-secret')).text.includes('旧密钥已停用'));
  t.deepEqual([(await introspect(secret)).status, (await introspect(client.secret!)).status], [200, 401]);
  t.like(await lastDetail(house, 'client.secret-ended'), { by: house.accountSub, reason: REASON });

  const fresh = JSON.stringify(await publicJwk(makeKeyPem()));
  const keys = await browser.open(`${house.url}/admin/clients/desk/keys`);
  t.true(
    (await browser.submit(keys, { jwks: fresh, reason: REASON }, '/keys')).text.includes('旧公钥，轮换期间仍可用'),
  );
  t.is((await findClient(house.db, 'desk'))?.jwks.keys.length, 2);
  const drop = await browser.open(`${house.url}/admin/clients/desk/end-key`);
  await browser.submit(drop, { reason: REASON }, '/end-key');
  t.is((await findClient(house.db, 'desk'))?.jwks.keys[0]?.x, JSON.parse(fresh).x);
});

test('a suspended system leaves its sessions and logs nobody in; its name is typed; it comes back', async (t) => {
  const house = await startIdentity(t);
  const shop = await house.client('shop');
  await logIn(shop);
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients/shop/suspend');
  const refused = await browser.submit(page, { name: '系统 other', reason: REASON }, '/suspend');
  t.is(refused.status, 422);
  t.true(refused.text.includes('与系统名称不一致'));
  const done = await browser.submit(page, { name: '系统 shop', reason: REASON }, '/suspend');
  t.true(done.text.includes('该系统退出了 1 个登录会话'));
  t.like(await lastDetail(house, 'client.suspended'), { sessions: 1, by: house.accountSub });
  await t.throwsAsync(logIn(shop));
  const resume = await browser.open(`${house.url}/admin/clients/shop/resume`);
  t.true((await browser.submit(resume, { reason: REASON }, '/resume')).text.includes('已恢复使用'));
  await t.notThrowsAsync(logIn(shop));
});

test('identity documents are approved with a reason and withdrawn', async (t) => {
  const house = await startIdentity(t);
  await house.client('clinic', { scopes: ['openid', 'identity_document'] });
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients/clinic');
  t.true(page.text.includes('未批准'));
  const approve = await browser.open(`${page.url}/approve?scope=identity_document`);
  t.is((await browser.submit(approve, { reason: 'x' }, '/approve')).status, 422);
  t.true((await browser.submit(approve, { reason: REASON }, '/approve')).text.includes('已批准'));
  t.deepEqual((await findClient(house.db, 'clinic'))?.approvedScopes, ['identity_document']);
  const withdraw = await browser.open(`${page.url}/withdraw?scope=identity_document`);
  t.true((await browser.submit(withdraw, { reason: REASON }, '/withdraw')).text.includes('已撤回批准'));
  t.like(await lastDetail(house, 'client.claims-withdrawn'), { by: house.accountSub, reason: REASON });
});

test('who logged in with one proof comes back to the page that he asked for', async (t) => {
  const house = await startIdentity(t);
  await house.client('shop');
  await enterAsAdmin(house, 'system-admin');
  const page = await proveTwice(house, makeBrowser(), '/admin/clients/shop');
  t.is(page.url, `${house.url}/admin/clients/shop`);
});
