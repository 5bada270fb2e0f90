// What people do, in a real browser against the whole house: one login for two systems, one logout for both, the wallet,
// the presentation code, the public check. Serial: one house lives through all of it.
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Browser } from 'playwright-core';
import { call } from '../../bin/demo/api.ts';
import { CITIZENS, ISSUING_DEPARTMENT, LICENSE_TYPE, VERIFIER } from '../../bin/seed/values.ts';
import type { LicenseDocument } from '../../common/contract/license.ts';
import { judge } from '../_harness/judges.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, shoot, type Visit, visit } from './chromium.ts';
import { logIn } from './log-in.ts';
import { type RunningHouse, startRunningHouse } from './running-house.ts';

const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');
const [ZHANGSAN] = CITIZENS;
/** Somebody of the health commission: any role of an organisation will do. */
const DESK = 'yinzhang-baoguan';

let house: Promise<RunningHouse> | undefined;
let browser: Browser | undefined;
let license: LicenseDocument | undefined;

test.after.always(async () => {
  await browser?.close();
  await (await house?.catch(() => undefined))?.stop();
});

async function open(
  t: ExecutionContext,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit & RunningHouse> {
  house ??= startRunningHouse();
  const running = await house;
  browser ??= await launchChromium();
  const visited = await visit(browser, running.origins, options);
  t.teardown(() => visited.context.close());
  return { ...visited, ...running };
}

async function issueLicense({ world }: RunningHouse, caseId: string): Promise<LicenseDocument> {
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const { name, codeType, code } = ZHANGSAN;
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const json = {
    case_id: caseId,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字〔2026〕第${caseId}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: today,
      conclusion: '合格',
    },
  };
  // On a busy machine an issue is promised (202); the same case again tells what became of it.
  for (;;) {
    const answer = await call('POST', `${world.licenseUrl}/v1/licenses`, { token, json });
    if (answer.status === 200 || answer.status === 201) return answer.json<LicenseDocument>();
    if (answer.status !== 202) throw new Error(`issuing answered ${answer.status}: ${Buffer.from(answer.bytes)}`);
    await sleep(200);
  }
}

async function licenseFile({ world }: RunningHouse, { file }: LicenseDocument): Promise<Buffer> {
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  return Buffer.from((await call('GET', new URL(file.href, world.licenseUrl).href, { token })).bytes);
}

inBrowser('one login at system A is a login at B without typing; one logout ends both', async (t) => {
  const { page, faults, world } = await open(t);
  const [a, b] = world.systemUrls;
  await page.goto(a);
  await shoot(page, 'system-a.zh');
  await page.getByRole('link', { name: '统一身份认证登录' }).click();
  await page.getByText('登录后继续使用：不动产登记网上办事大厅').waitFor();
  await page.fill('#field-login', 'zhangsan');
  await page.fill('#field-password', 'not the password');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.locator('#summary').waitFor();
  t.true((await page.locator('#summary').innerText()).includes('账号或密码不正确'));
  t.is(await page.inputValue('#field-login'), 'zhangsan');
  await shoot(page, 'live-login-wrong.zh');
  await logIn(page, world.passwords.zhangsan);
  t.is(new URL(page.url()).origin, a);
  t.true((await page.locator('h1').innerText()).includes('张三'));
  await shoot(page, 'live-system-a-in.zh');

  await page.goto(b);
  await page.getByRole('link', { name: '统一身份认证登录' }).click();
  const agree = page.getByRole('button', { name: '同意并继续' });
  await agree
    .or(page.getByRole('button', { name: '退出' }))
    .first()
    .waitFor();
  t.is(await page.locator('input[type=password]').count(), 0, 'nothing is typed at B');
  if (await agree.isVisible()) {
    await shoot(page, 'live-consent.zh');
    await agree.click();
  }
  await page.getByRole('button', { name: '退出' }).waitFor();
  t.true((await page.locator('h1').innerText()).includes('张三'));

  await page.goto(a);
  await page.getByRole('button', { name: '退出' }).click();
  await page.getByRole('button', { name: '全部退出' }).waitFor();
  await shoot(page, 'live-logout-confirm.zh');
  await page.getByRole('button', { name: '全部退出' }).click();
  await page.waitForURL((url) => url.origin === a);
  for (const url of [a, b]) {
    await page.goto(url);
    await page.getByRole('link', { name: '统一身份认证登录' }).waitFor();
  }
  t.deepEqual(faults, []);
});

inBrowser('the login works without JavaScript, up to the wallet and a presentation code', async (t) => {
  const running = await open(t, { javaScriptEnabled: false });
  const { page, faults, world } = running;
  license ??= await issueLicense(running, 'CASE-E2E-1');
  await page.goto(`${world.licenseUrl}/licenses`);
  await logIn(page, world.passwords.zhangsan);
  await page.getByRole('link', { name: license.name }).first().click();
  await page.getByRole('link', { name: '出示这张证照' }).click();
  await page.getByRole('button', { name: '生成亮证码' }).click();
  t.is(await page.locator('.qr path').count(), 1);
  t.regex(await page.locator('.until-words').innerText(), /^\d\d:\d\d:\d\d 前有效，限用一次$/);
  const first = await page.locator('.code .identifier').innerText();
  await page.getByRole('button', { name: '换一个新码' }).click();
  t.not(await page.locator('.code .identifier').innerText(), first);
  t.deepEqual(faults, []);
});

inBrowser(
  'the citizen presents, the verifier redeems, and the page says who read what without being touched',
  async (t) => {
    const running = await open(t);
    const { page, faults, world } = running;
    license ??= await issueLicense(running, 'CASE-E2E-1');
    await page.goto(`${world.licenseUrl}/licenses`);
    await logIn(page, world.passwords.zhangsan);
    t.is(new URL(page.url()).pathname, '/licenses');
    await shoot(page, 'live-wallet.zh');
    await page.getByRole('link', { name: license.name }).first().click();
    await shoot(page, 'live-license.zh');
    t.false((await page.locator('main').innerText()).includes(ZHANGSAN.code), 'the ID number is masked');
    await page.getByRole('link', { name: '出示这张证照' }).click();
    await shoot(page, 'live-present.zh');
    await page.getByRole('button', { name: '生成亮证码' }).click();
    await page.locator('.qr').waitFor();
    await shoot(page, 'live-presentation.zh', true);
    const code = (await page.locator('.whole-code .identifier').textContent()) ?? '';

    const check = await running.context.newPage();
    await check.goto(`${world.licenseUrl}/verify?code=${encodeURIComponent(code)}`);
    await check.getByRole('heading', { name: '此亮证码有效' }).waitFor();
    await shoot(check, 'live-code.zh');
    await check.close();

    const token = world.tokenFor(VERIFIER.clientId, VERIFIER.scopes.join(' '));
    const redeem = (key: string) =>
      call('POST', `${world.licenseUrl}/v1/redemptions`, { token, json: { code }, idempotencyKey: key });
    t.is((await redeem('e2e-redemption-1')).status, 201);
    await page.getByRole('heading', { name: '已出示' }).waitFor();
    t.true((await page.locator('.read-words').innerText()).includes(VERIFIER.name));
    t.false(await page.locator('.qr').isVisible());
    await shoot(page, 'live-presentation-read.zh', true);
    t.is((await redeem('e2e-redemption-2')).status, 409);
    await page.goto(`${world.licenseUrl}/licenses/${license.identifier}`);
    await page.getByText(`${VERIFIER.name}读取了您出示的：证照编号`).waitFor();
    await shoot(page, 'live-license-readings.zh');
    t.deepEqual(faults, []);
  },
);

inBrowser(
  'at a desk somebody with a role types the digits, and reads what was chosen; the citizen sees who',
  async (t) => {
    const running = await open(t);
    const { page, faults, world } = running;
    license ??= await issueLicense(running, 'CASE-E2E-1');
    await page.goto(`${world.licenseUrl}/present`);
    await logIn(page, world.passwords.zhangsan);
    await page.getByRole('button', { name: '生成亮证码' }).click();
    const digits = await page.locator('.code .identifier').innerText();
    const desk = await open(t);
    await desk.page.goto(`${world.licenseUrl}/redeem`);
    await logIn(desk.page, world.passwords[DESK], DESK);
    await desk.page.getByLabel('扫码内容或 8 位数字').fill(digits);
    await shoot(desk.page, 'live-redeem.zh');
    await desk.page.getByRole('button', { name: '读取证照' }).click();
    await desk.page.getByRole('heading', { name: '证照有效' }).waitFor();
    await shoot(desk.page, 'live-redeemed.zh');
    const read = await desk.page.locator('main').innerText();
    t.true(read.includes('张*') && !read.includes('餐饮服务'));
    await page.getByRole('heading', { name: '已出示' }).waitFor();
    t.deepEqual([...faults, ...desk.faults], []);
  },
);

inBrowser('anyone checks a file: passed, one changed byte, no PDF, nothing chosen', async (t) => {
  const running = await open(t);
  const { page, faults, world } = running;
  license ??= await issueLicense(running, 'CASE-E2E-1');
  const pdf = await licenseFile(running, license);
  const changed = Buffer.from(pdf);
  changed[200] = (changed[200] ?? 0) ^ 1;
  const send = async (name: string, buffer: Buffer | null) => {
    await page.goto(`${world.licenseUrl}/verify`);
    if (buffer) await page.setInputFiles('#field-file', { name, mimeType: 'application/pdf', buffer });
    await page.getByRole('button', { name: '开始核验' }).click();
    await page.locator('#verdict, #summary').first().waitFor();
    return (await page.locator('#verdict, #summary').first().innerText()).replace(/\s/g, '');
  };
  t.is(await send('健康证明.pdf', pdf), '签章有效，文件未被改动');
  const unnamed = await page.locator('.step-name').allInnerTexts();
  t.deepEqual(
    unnamed.filter((name) => /[a-z]+-[a-z]+/.test(name)),
    [],
    'every step has a name in words',
  );
  t.true((await page.locator('main').innerText()).includes('证照有效'));
  await shoot(page, 'live-verify-passed.zh');
  t.is(await send('changed.pdf', changed), '签章无效，请勿采用此文件');
  t.true((await page.locator('.verdict').innerText()).includes('内容'));
  await shoot(page, 'live-verify-failed.zh');
  t.true((await send('x.pdf', Buffer.from('PK\u0003\u0004 not a pdf'))).includes('这不是PDF文件'));
  t.regex(await page.title(), /^错误：/);
  t.true((await send('', null)).includes('请选择一个PDF文件'));
  t.deepEqual(faults, []);
});

inBrowser('a revoked license: the seal is good, the license is not, and the page says both', async (t) => {
  const running = await open(t);
  const { page, world } = running;
  const revoked = await issueLicense(running, 'CASE-E2E-2');
  const token = world.tokenFor(ISSUING_DEPARTMENT.clientId, ISSUING_DEPARTMENT.scopes.join(' '));
  const url = `${world.licenseUrl}/v1/licenses/${revoked.identifier}/acts`;
  const json = { act: 'withdraw', reason: '体检结果更正' };
  t.is((await call('POST', url, { token, json, idempotencyKey: 'e2e-revocation' })).status, 201);
  await page.goto(`${world.licenseUrl}/verify`);
  const buffer = await licenseFile(running, revoked);
  await page.setInputFiles('#field-file', { name: '健康证明.pdf', mimeType: 'application/pdf', buffer });
  await page.getByRole('button', { name: '开始核验' }).click();
  const verdict = await page.locator('.verdict').innerText();
  t.true(verdict.includes('签章有效，文件未被改动') && verdict.includes('证照已撤销'), verdict);
  await shoot(page, 'live-verify-revoked.zh');
});

inBrowser(
  'every live page keeps to the policy and to WCAG 2.2 AA, on a desktop and in large English type',
  async (t) => {
    const running = await open(t, { viewport: DESKTOP });
    const { page, context, faults, world } = running;
    license ??= await issueLicense(running, 'CASE-E2E-1');
    await page.goto(`${world.licenseUrl}/licenses`);
    await logIn(page, world.passwords.zhangsan);
    const addresses = {
      wallet: `${world.licenseUrl}/licenses`,
      license: `${world.licenseUrl}/licenses/${license.identifier}`,
      present: `${world.licenseUrl}/present`,
      verify: `${world.licenseUrl}/verify`,
      'license-reference': `${world.licenseUrl}/reference`,
      'seal-reference': `${world.sealUrl}/reference`,
      'identity-home': world.identityUrl,
      'system-a': world.systemUrls[0],
      'license-404': `${world.licenseUrl}/no-such-page`,
      'identity-404': `${world.identityUrl}/no-such-page`,
    };

    const found: string[] = [];
    for (const size of ['standard', 'larger'] as const) {
      if (size === 'larger') {
        const cookie = (name: string, value: string) => ({ name, value, url: world.identityUrl });
        await context.addCookies([cookie('xinji_lang', 'en'), cookie('xinji_size', 'larger')]);
      }
      for (const [name, address] of Object.entries(addresses)) {
        await page.goto(address);
        const lines = [...(await axeFindings(page)), ...(await layoutFindings(page, size === 'standard' ? 44 : 60))];
        found.push(...[...lines, ...faults.splice(0)].map((line) => `${name} ${size}: ${line}`));
        await shoot(page, `live-${name}.desktop-${size}`);
      }
    }
    t.deepEqual(found, []);
  },
);
