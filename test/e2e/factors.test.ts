// Passkeys with Chromium's virtual authenticator, 扫码 with two browsers, certificates with the local agent: each from the page
// of the user centre to a login. Levels are read where they are written down.

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { type Agent, startAgent } from '../../bin/cert-login/agent.ts';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { systemClock } from '../../common/clock.ts';
import { readPurposeFolder } from '../../common/files/trust-folder.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { makeLog } from '../../common/log.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import { deriveScanKey, scanCode } from '../../identity/domain/scan.ts';
import { openCertificateTrust } from '../../identity/flow/open-certificate-trust.ts';
import { findFreePort } from '../_harness/free-ports.ts';
import { judge } from '../_harness/judges.ts';
import {
  type HouseOptions,
  type IdentityHouse,
  MASTER_KEY,
  PERSON,
  startIdentity,
} from '../identity/identity-house.ts';
import { readCode } from '../identity/messages.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, PHONE, shoot, type Visit, visit } from './chromium.ts';

let browser: Browser | undefined;
const inBrowser = judge(test.serial, 'chromium', 'noto-cjk', 'zbarimg');

test.after.always(async () => {
  await browser?.close();
});

async function enter(
  t: ExecutionContext,
  house: IdentityHouse,
  options: Parameters<Browser['newContext']>[0] = {},
  more: readonly string[] = [],
): Promise<Visit> {
  browser ??= await launchChromium();
  await house.db('identity.accounts').update({ level: 5 });
  const visited = await visit(browser, [house.url, ...more], options);
  t.teardown(() => visited.context.close());
  return visited;
}

async function logInByPassword(page: Page): Promise<void> {
  await page.locator('#field-login').fill(PERSON.loginName);
  await page.locator('#field-password').fill(PERSON.password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

/** Nothing that axe or the layout finds, and nothing in the console. */
async function lookAt(t: ExecutionContext, { page, faults }: Visit, name: string): Promise<void> {
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, 44)), ...faults.splice(0)], [], name);
  await shoot(page, name);
}

/** What a scanner reads off the screen. */
async function readQr(page: Page): Promise<string> {
  const file = join(tmpdir(), `xinji-qr-${process.pid}.png`);
  await page.locator('.qr').screenshot({ path: file });
  const read = execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' });
  rmSync(file);
  // A picture of a part leaves empty attributes behind.
  await page.evaluate("document.querySelectorAll('[style]').forEach((one) => one.removeAttribute('style'))");
  return read.trim();
}

/** One with finger, face or PIN, that answers at once. */
async function addAuthenticator({ page, context }: Visit) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

async function methods(house: IdentityHouse): Promise<string[]> {
  const rows = await house.db('identity.authentications').orderBy('id').select('method', 'user_verified', 'level');
  return rows.map(({ method, user_verified, level }) => `${method}${user_verified ? '+' : ''} L${level}`);
}

inBrowser('a passkey is added, logs in by itself and among the names of the field, and is removed', async (t) => {
  const house = await startIdentity(t);
  const visited = await enter(t, house);
  const { page, context } = visited;
  const { cdp, authenticatorId } = await addAuthenticator(visited);
  // Of an account that was not proofed nothing more than a password can be asked.
  await house.db('identity.accounts').update({ level: 2 });
  await page.goto(`${house.url}/account/factors/passkeys`);
  await logInByPassword(page);
  await page.getByRole('heading', { name: '通行密钥' }).waitFor();
  await lookAt(t, visited, 'passkeys-none.zh');
  await page.locator('#field-label').fill('我的手机');
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await page.getByText('已添加通行密钥').waitFor();
  await lookAt(t, visited, 'passkeys-added.zh');
  await house.db('identity.accounts').update({ level: 5 });
  await page.reload();
  t.is(
    await page.locator('main').getByRole('button').count(),
    0,
    'what the session has proven is not enough any more to change it',
  );
  await page.getByRole('link', { name: '去验证' }).click();
  await lookAt(t, visited, 'step-up-passkey.zh');
  await page.getByRole('button', { name: '使用通行密钥验证' }).click();
  await page.getByRole('button', { name: '移除 我的手机' }).waitFor();

  await context.clearCookies();
  await page.goto(`${house.url}/account/factors/passkeys`);
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await page.getByText('这台设备上已有此账号的通行密钥').waitFor(); // offered by the browser beside the password
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: false });
  await context.clearCookies();
  await page.goto(`${house.url}/account/factors/passkeys`);
  await page.getByRole('link', { name: '通行密钥' }).click();
  await lookAt(t, visited, 'login-passkey.zh');
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true });
  await page.getByRole('button', { name: '使用通行密钥登录' }).click();
  await page.getByRole('heading', { name: '我的手机' }).waitFor();
  t.deepEqual(await methods(house), ['pwd L2', 'passkey+ L3', 'passkey+ L3', 'passkey+ L3']);
  await page.getByRole('button', { name: '移除 我的手机' }).click();
  await page.getByText('已移除通行密钥').waitFor();
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  t.is(credentials.length, 1, 'the browser keeps its copy');
  await context.clearCookies();
  await page.goto(`${house.url}/account/factors/passkeys`);
  await page.getByText('没有账号使用这把通行密钥').first().waitFor();
  await lookAt(t, visited, 'login-passkey-removed.zh');
  const words = (await house.db('identity.outbox').select('kind')).map(({ kind }) => kind);
  t.deepEqual(words.filter((kind) => kind.startsWith('factor')).sort(), ['factor-added', 'factor-removed']);
});

inBrowser('a passkey gets its person back into a proven account, with phone code, name and number', async (t) => {
  const house = await startIdentity(t);
  const visited = await enter(t, house, { viewport: PHONE });
  const { page, context } = visited;
  await addAuthenticator(visited);
  await house.db('identity.accounts').update({ level: 2 });
  await page.goto(`${house.url}/account/factors/passkeys`);
  await logInByPassword(page);
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await page.getByText('已添加通行密钥').waitFor();
  await house.db('identity.accounts').update({ level: 5 });
  await context.clearCookies();
  await page.goto(`${house.url}/recover`);
  await page.locator('#field-account').fill(PERSON.phone);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.locator('#field-code').fill(await readCode(house, PERSON.phone));
  await page.getByRole('button', { name: '核对验证码' }).click();
  await lookAt(t, visited, 'recover-passkey.zh');
  await page.locator('#field-name').fill('张四');
  await page.locator('#field-code').fill(PERSON.holder.code);
  await page.getByRole('button', { name: '使用通行密钥核验' }).click();
  await page.getByText('核验没有通过').waitFor();
  await lookAt(t, visited, 'recover-passkey-refused.zh');
  await page.locator('#field-name').fill(PERSON.name);
  await page.getByRole('button', { name: '使用通行密钥核验' }).click();
  await page.locator('#field-password').fill('another phrase entirely');
  await page.getByRole('button', { name: '修改密码' }).click();
  await page.getByText('密码已修改').first().waitFor();
  const [event] = await house.db('identity.events').where({ kind: 'account.recovered' });
  t.deepEqual(event.detail, { way: 'passkey' });
});

inBrowser(
  '扫码: the desktop shows a code, the phone confirms where it is, the desktop goes on; refused and without script too',
  async (t) => {
    const house = await startIdentity(t);
    const desktop = await enter(t, house, { viewport: DESKTOP });
    const phone = await enter(t, house, { viewport: PHONE });
    await phone.page.goto(`${house.url}/account`);
    await logInByPassword(phone.page);
    await phone.page.getByRole('heading', { name: '账号资料' }).waitFor();

    const code = async (): Promise<string> => {
      const [turn] = await house.db('identity.scans').orderBy('shown_at', 'desc').select('interaction_uid', 'turn');
      return `${house.url}/scan/${scanCode(deriveScanKey(MASTER_KEY), turn.interaction_uid, turn.turn)}`;
    };
    await desktop.page.goto(`${house.url}/account`);
    await desktop.page.getByRole('link', { name: '扫码' }).click();
    await lookAt(t, desktop, 'login-scan.zh-desktop');
    const number = await desktop.page.locator('.code-panel strong').innerText();
    t.is(await readQr(desktop.page), await code(), 'the code on the screen is the address that the phone opens');
    await phone.page.goto(await code());
    t.is(await phone.page.locator('strong').innerText(), number, 'both show the same number');
    t.true((await phone.page.locator('dl').innerText()).includes('127.0.0.1'));
    await lookAt(t, phone, 'scan-confirm.zh');
    await desktop.page.getByText('已扫描，请在手机上确认').waitFor();
    await lookAt(t, desktop, 'login-scanned.zh-desktop');
    await phone.page.getByRole('button', { name: '确认登录' }).click();
    await phone.page.getByRole('heading', { name: '已确认登录' }).waitFor();
    await lookAt(t, phone, 'scan-confirmed.zh');
    await desktop.page.getByRole('heading', { name: '账号资料' }).waitFor();
    t.deepEqual(await methods(house), ['pwd L2', 'scan L2']);

    const plain = await enter(t, house, { viewport: DESKTOP, javaScriptEnabled: false });
    await plain.page.goto(`${house.url}/account`);
    await plain.page.getByRole('link', { name: '扫码' }).click();
    await phone.page.goto(await code());
    await phone.page.getByRole('button', { name: '不是我，拒绝' }).click();
    await phone.page.getByRole('heading', { name: '已拒绝登录' }).waitFor();
    await lookAt(t, phone, 'scan-refused.zh');
    await plain.page.getByRole('link', { name: '已在手机上确认，查看结果' }).click();
    await plain.page.getByText('已在手机上取消').waitFor();
    await shoot(plain.page, 'login-scan-refused.zh-desktop');
    await plain.page.getByRole('link', { name: '换一个' }).click();
    await phone.page.goto(await code());
    await phone.page.getByRole('button', { name: '确认登录' }).click();
    await plain.page.getByRole('link', { name: '已在手机上确认，查看结果' }).click();
    await plain.page.getByRole('button', { name: '继续登录' }).click();
    await plain.page.getByRole('heading', { name: '账号资料' }).waitFor();
  },
);

inBrowser(
  '证书: the page meets the agent of this machine, logs in at level 5, and tells when there is none',
  async (t) => {
    await makeMissingKeys();
    const { agent, house } = await withAgent(t);
    const visited = await enter(t, house, {}, [agent.url]);
    const { page } = visited;
    await page.goto(`${house.url}/account/factors/certificates`);
    await page.getByText('更多方式').click();
    await page.locator('details').getByRole('link', { name: '证书' }).click();
    await lookAt(t, visited, 'login-certificate.zh');
    await page.getByRole('button', { name: '读取证书' }).click();
    await page.getByRole('heading', { name: '数字证书' }).waitFor();
    await page.getByRole('heading', { name: '信基开发个人证书机构' }).waitFor();
    await lookAt(t, visited, 'certificates.zh');
    t.deepEqual(await methods(house), ['cert L5']);
    await page.getByRole('button', { name: '移除 信基开发个人证书机构' }).click();
    await page.getByText('已移除证书').waitFor();
    await page.getByRole('button', { name: '读取证书' }).click();
    await page.getByText('已添加证书').waitFor();
    await agent.stop();
    await page.getByRole('button', { name: '读取证书' }).click();
    await page.getByText('未检测到证书驱动').waitFor();
    visited.faults.splice(0); // the browser notes that nobody answered
    await lookAt(t, visited, 'certificates-no-agent.zh');
  },
);

inBrowser('刷脸: a large picture is made small before it is sent, and the page goes on by itself', async (t) => {
  const house = await startIdentity(t);
  const visited = await enter(t, house);
  const { page } = visited;
  await page.goto(`${house.url}/account/factors/passkeys?prove`);
  await logInByPassword(page);
  await page.getByRole('link', { name: '刷脸核验' }).click();
  await page.locator('#field-picture').waitFor();
  await page.waitForLoadState('load'); // the script listens from here on
  const picture = await page.screenshot({ fullPage: true });
  await page.evaluate("document.querySelectorAll('[style]').forEach((one) => one.removeAttribute('style'))");
  await page.locator('#field-picture').setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: picture });
  // Asked again and again from outside: the page's own policy forbids what waitForFunction would do in it.
  const kind = () => page.evaluate("document.getElementById('field-picture').files[0]?.type");
  while ((await kind()) !== 'image/jpeg') await sleep(20);
  await lookAt(t, visited, 'step-up-face-chosen.zh');
  const sent = page.waitForRequest(/\/face$/);
  await page.getByRole('button', { name: '刷脸核验' }).click();
  t.true((await sent).headers()['content-type']?.startsWith('multipart/form-data'));
  await page.getByRole('button', { name: '添加通行密钥' }).waitFor();
  t.deepEqual(await methods(house), ['pwd L2', 'face L3']);
});

async function withAgent(t: ExecutionContext): Promise<{ agent: Agent; house: IdentityHouse }> {
  const port = await findFreePort();
  const options: HouseOptions = {
    certificateAgent: `http://127.0.0.1:${port}`,
    certificateTrust: await openCertificateTrust(
      {
        mode: 'development',
        certificateTrust: readPurposeFolder(join(KEYS_DEV, 'login-trust'), 'login.pem'),
        developmentAuthorities: KEYS_DEV,
      },
      { clock: systemClock, log: makeLog('identity', 'silent') },
    ),
  };
  const house = await startIdentity(t, options);
  const [certificate] = readCertificatesPem(await readFile(join(KEYS_DEV, 'person/zhangsan.crt.pem'), 'utf8'));
  const key = await readSm2KeyFile(join(KEYS_DEV, 'person/zhangsan.key.pem'), { mode: 'development' });
  const agent = await startAgent({
    ...{ certificate: certificate!, chain: [], key, origin: house.url, port },
    confirm: async () => true,
  });
  t.teardown(() => agent.stop());
  return { agent, house };
}
