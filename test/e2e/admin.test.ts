// The administrators' pages in a browser: phone and desktop, both languages, large type, 320 px, and an edit without script.
import type { ExecutionContext } from 'ava';
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { ADMIN_ROLES } from '../../common/contract/roles.ts';
import { insertRole } from '../../identity/store/roles.ts';
import { judge } from '../_harness/judges.ts';
import { ORG } from '../identity/admin-house.ts';
import { type IdentityHouse, OTHER_PERSON, PERSON, startIdentity } from '../identity/identity-house.ts';
import { readCode } from '../identity/messages.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';

let browser: Browser | undefined;
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');

test.after.always(async () => {
  await browser?.close();
});

/** A house with 62 systems; PERSON has the pages of all three administrators, which no flow would give one person. */
async function startWithAdmin(t: ExecutionContext): Promise<IdentityHouse> {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  await house.client('shop', { name: '不动产登记网上办事大厅', scopes: ['openid', 'profile', 'identity_document'] });
  await house.client('desk', { authMethod: 'client_secret_basic' });
  await house.db.raw(
    `insert into identity.clients (client_id, name, organisation, purpose, first_party, grant_types, scopes, redirect_uris,
       post_logout_redirect_uris, sector, jwks, application_type)
     select 'bulk-' || n, '批量系统 ' || lpad(n::text, 3, '0'), '示例单位', '测试', false, '{authorization_code}', '{openid}',
       '{https://a.example/cb}', '{}', 'bulk', '{"keys":[]}', 'web' from generate_series(1, 60) n`,
  );
  await house
    .db('identity.clients')
    .where({ client_id: 'shop' })
    .update({ backchannel_logout_uri: 'https://a.example/out' });
  await house.db.raw(
    `insert into identity.logout_notices (session_uid, client_id, sid, sub, reason, state, tries, last_error, asked_at)
     select 's' || n, 'shop', 's', 'x', 'logout', case when n < 4 then 'waiting' else 'dead' end, 11,
       'the client answered 503 to https://a.example/out after 10,000 milliseconds', now() from generate_series(1, 9) n`,
  );
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 4 });
  const term = { beginsAt: new Date(0), endsAt: null };
  for (const role of ADMIN_ROLES)
    await insertRole(house.db, house.accountSub, { org: ORG, unit: '信息科', role }, term);
  return house;
}

async function enter(
  t: ExecutionContext,
  house: IdentityHouse,
  options: Parameters<Browser['newContext']>[0],
): Promise<Visit> {
  browser ??= await launchChromium();
  const visited = await visit(browser, [house.url], options);
  t.teardown(() => visited.context.close());
  const { page } = visited;
  await page.goto(`${house.url}/admin`);
  await page.locator('#field-login').fill(PERSON.loginName);
  await page.locator('#field-password').fill(PERSON.password);
  await page.locator('button[type=submit]').first().click();
  await page.locator('button[value=send], form:has(input[value=send]) button').first().click();
  await page.locator('#field-code').fill(await readCode(house, PERSON.phone));
  await page.locator('#field-code').press('Enter');
  await page.waitForURL(`${house.url}/admin`);
  return visited;
}

async function lookAt(t: ExecutionContext, { page, faults }: Visit, name: string, touchPx = 44): Promise<void> {
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, touchPx)), ...faults.splice(0)], [], name);
  await shoot(page, name);
}

const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['home', '/admin'],
  ['clients', '/admin/clients'],
  ['client', '/admin/clients/shop'],
  ['client-new', '/admin/clients/new'],
  ['client-rules', '/admin/clients/shop/rules'],
  ['client-suspend', '/admin/clients/shop/suspend'],
  ['client-retell', '/admin/clients/shop/retell'],
  ['accounts', '/admin/accounts'],
  ['everybody', '/admin/accounts/everybody'],
  ['roles', '/admin/roles'],
  ['role-new', '/admin/roles/new'],
  ['audit', '/admin/audit'],
];

inBrowser(
  'every page of the administrators on a phone in Chinese, on a desktop in English, in large type and at 320 px',
  async (t) => {
    const house = await startWithAdmin(t);
    const visited = await enter(t, house, { viewport: PHONE });
    const { page } = visited;
    const through = async (suffix: string, touchPx: number, only: readonly string[] = []): Promise<void> => {
      for (const [name, path] of PAGES.filter(([one]) => only.length === 0 || only.includes(one))) {
        await page.goto(`${house.url}${path}`);
        await lookAt(t, visited, `admin-${name}.${suffix}`, touchPx);
      }
    };
    await through('zh', 44);
    await page.setViewportSize({ width: 320, height: 256 });
    await through('zh-320', 44, ['clients', 'client-new', 'audit']);
    await page.setViewportSize(DESKTOP);
    await page.goto(`${house.url}/preferences?lang=en&return=/admin`);
    await through('en-desktop', 44, ['clients', 'client', 'accounts', 'roles', 'audit']);
    await page.setViewportSize(PHONE);
    await page.goto(`${house.url}/preferences?size=larger&lang=zh&return=/admin`);
    await through('zh-larger', 60, ['client', 'role-new', 'audit']);
  },
);

inBrowser(
  'without script: faults are said, a topic is saved, a secret is shown once, an account is found and frozen',
  async (t) => {
    const house = await startWithAdmin(t);
    const { page, faults } = await enter(t, house, { viewport: DESKTOP, javaScriptEnabled: false });
    await page.goto(`${house.url}/admin/clients/shop/addresses`);
    await page.getByLabel('回调地址').fill('https://shop.example/#x');
    await page.getByLabel('原因').fill('更换域名，申请单 8');
    await page.getByRole('button', { name: '保存修改' }).click();
    t.regex(await page.title(), /^错误：/);
    await page.getByLabel('回调地址').fill('https://shop.example/cb');
    await page.getByRole('button', { name: '保存修改' }).click();
    await page.getByText('已保存修改').waitFor();
    await shoot(page, 'admin-client-saved.zh-desktop');
    await makeSecret(page, house);
    await page.goto(`${house.url}/admin/accounts`);
    await page.getByLabel('号码或名称').fill(OTHER_PERSON.phone);
    await page.getByLabel('原因').fill('本人来电报失手机');
    await page.getByRole('button', { name: '查找账号' }).click();
    await page.getByRole('heading', { name: '李四' }).waitFor();
    await shoot(page, 'admin-account.zh-desktop');
    await page.getByRole('link', { name: '冻结账号' }).click();
    await page.getByLabel('原因').fill('本人来电报失手机');
    await page.getByRole('button', { name: '冻结账号' }).click();
    await page.getByText('已冻结，并退出了全部会话。').waitFor();
    t.deepEqual(faults, []);
  },
);

async function makeSecret(page: Page, house: IdentityHouse): Promise<void> {
  await page.goto(`${house.url}/admin/clients/desk`);
  await page.getByRole('link', { name: '更换密钥' }).click();
  await page.getByLabel('原因').fill('按季度更换');
  await page.getByRole('button', { name: '更换并显示新密钥' }).click();
  await page.getByText(/xjs_/).waitFor();
  await shoot(page, 'admin-secret.zh-desktop');
  await page.getByRole('link', { name: '已保存，继续' }).click();
  await page.getByText('前仍可用').first().waitFor();
  await shoot(page, 'admin-secrets-overlap.zh-desktop');
}
