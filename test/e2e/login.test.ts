// Login in a real browser: every way that needs no device of its own, faults, pauses, large type, English, keyboard, no script,
// a narrow screen; each page judged by axe-core and by the layout's rules on the way.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { MAX_TRIES } from '../../identity/domain/login-throttle.ts';
import { enrolTotp, makeRecoveryCodes, makeTotpSecret } from '../../identity/flow/authenticator.ts';
import { changeDocument, findAccountBySub } from '../../identity/store/accounts.ts';
import { judge } from '../_harness/judges.ts';
import {
  authorize,
  exchange,
  type IdentityHouse,
  MASTER_KEY,
  PERSON,
  startIdentity,
  type TestClient,
} from '../identity/identity-house.ts';
import { readCode } from '../identity/messages.ts';
import { axeFindings, launchChromium, layoutFindings, visit } from './chromium.ts';

const inBrowser = judge(test.serial, 'chromium', 'noto-cjk');
const keys = deriveDocumentKeys(MASTER_KEY);
let browser: Browser | undefined;

test.after.always(async () => {
  await browser?.close();
});

type World = {
  readonly house: IdentityHouse;
  readonly client: TestClient;
  /** Opens an authorization request in a fresh browser context. */
  start(
    options?: Parameters<Browser['newContext']>[0],
    extra?: Record<string, string>,
  ): Promise<{
    page: Page;
    faults: string[];
    finish: () => Promise<Record<string, unknown>>;
    again: (extra: Record<string, string>) => Promise<void>;
  }>;
};

/** A house, and a business system that only shows that one has arrived. */
async function openWorld(t: ExecutionContext): Promise<World> {
  browser ??= await launchChromium();
  const system = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end('<!doctype html><title>arrived</title><link rel="icon" href="data:,">');
  });
  await new Promise<void>((resolve) => system.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void system.close());
  const origin = `http://localhost:${(system.address() as AddressInfo).port}`;
  const house = await startIdentity(t);
  await house.db('identity.accounts').update({ level: 4 });
  const client = await house.client('alpha', { redirectUris: [`${origin}/callback`] });
  return {
    house,
    client,
    start: async (options = {}, extra = {}) => {
      const { page, context, faults } = await visit(browser!, [house.url, origin], options);
      t.teardown(() => context.close());
      let authorization = await authorize(client, extra);
      await page.goto(authorization.target.href);
      return {
        page,
        faults,
        again: async (more) => {
          authorization = await authorize(client, more);
          await page.goto(authorization.target.href);
        },
        finish: async () => {
          await page.waitForURL(`${origin}/callback**`);
          return (await exchange(client, { ...authorization, callback: new URL(page.url()) })).claims()!;
        },
      };
    },
  };
}

async function judgePage(t: ExecutionContext, page: Page, touch = 44): Promise<void> {
  t.deepEqual([...(await axeFindings(page)), ...(await layoutFindings(page, touch))], [], await page.title());
}

inBrowser(
  'password by keyboard alone, then a step-up with the authenticator, a recovery code, the phone',
  async (t) => {
    const { house, start } = await openWorld(t);
    const { db, clock } = house;
    const deps = { db, clock, keys };
    const account = (await findAccountBySub(db, keys, house.accountSub))!;
    const secret = makeTotpSecret();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const done = async (): Promise<void> => {};
    const enrolledAt = Date.now() - 60_000;
    await enrolTotp(
      { ...deps, clock: () => new Date(enrolledAt) },
      { account, secret, code: totp.generate({ timestamp: enrolledAt }), label: 'x', done },
    );
    const [code] = await makeRecoveryCodes(deps, account, done);

    const { page, faults, finish, again } = await start({}, { acr_values: 'L3' });
    await judgePage(t, page);
    for (let n = 0; n < 20 && (await page.evaluate('document.activeElement.id')) !== 'field-login'; n += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.type(PERSON.loginName);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PERSON.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /需要再验证一次/ }).waitFor();
    await judgePage(t, page);
    await page.getByLabel('手机应用显示的 6 位数字').fill('000000');
    await page.getByRole('button', { name: '核对' }).click();
    t.is(await page.evaluate('document.activeElement.id'), 'summary');
    await page.getByLabel('手机应用显示的 6 位数字').fill(totp.generate());
    await page.getByRole('button', { name: '核对' }).click();
    t.like(await finish(), { acr: 'L3', amr: ['pwd', 'otp', 'mfa'] });

    await again({ acr_values: 'L3', prompt: 'login' });
    await page.getByLabel('手机号、证件号码或用户名').fill(PERSON.phone);
    await page.getByLabel('密码', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('link', { name: '恢复码' }).click();
    await judgePage(t, page);
    await page.getByLabel(/恢复码/).fill(code!);
    await page.getByRole('button', { name: '核对' }).click();
    t.like(await finish(), { acr: 'L3', amr: ['pwd', 'recovery', 'mfa'] });

    await again({ acr_values: 'L5' });
    await page.getByText('先提升等级才能办理').waitFor();
    await judgePage(t, page);
    await page.getByRole('button', { name: /稍后再办/ }).click();
    await page.waitForURL(/error=unmet_authentication_requirements/);
    t.deepEqual(faults, []);
  },
);

inBrowser('SMS and mail without script, in English and large type, at 320 px', async (t) => {
  const { house, client, start } = await openWorld(t);
  const mail = 'zhang@example.gov.cn';
  await house.db.transaction((trx) =>
    changeDocument(trx, keys, house.accountSub, (document) => ({ ...document, mail })),
  );
  const { page, faults, finish } = await start({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  await page.getByRole('link', { name: '短信' }).click();
  t.is(await page.getByRole('link', { name: '短信' }).getAttribute('aria-current'), 'page');
  await page.getByRole('link', { name: '长辈版' }).click();
  await page.getByRole('link', { name: 'English' }).click();
  t.is(await page.getByRole('link', { name: 'SMS' }).getAttribute('aria-current'), 'page', 'the same page');
  t.deepEqual(await layoutFindings(page, 60), []);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('There is 1 thing to fix').waitFor();
  await page.getByLabel('Phone').fill('138 0001 0001');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText(/Code sent to 138\*\*\*\*0001, valid until/).waitFor();
  t.deepEqual(await layoutFindings(page, 60), []);
  await page.getByLabel('Code', { exact: true }).fill(await readCode(house, PERSON.phone));
  await page.getByRole('button', { name: 'Log in' }).click();
  t.like(await finish(), { acr: 'L2', amr: ['otp', 'sms'] });

  const authorization = await authorize(client, { prompt: 'login' });
  await page.goto(authorization.target.href);
  await page.getByText('More ways').click();
  await page.locator('details').getByRole('link', { name: 'Mail' }).click();
  await page.getByLabel('Mail address').fill(mail);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code', { exact: true }).fill(await readCode(house, mail));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(/callback/);
  t.deepEqual(faults, []);
});

inBrowser('faults are said where they are, the password is never repeated, and a pause says until when', async (t) => {
  const { start } = await openWorld(t);
  const { page, faults } = await start();
  const submit = page.getByRole('button', { name: '登录', exact: true });
  await submit.click();
  t.regex(await page.title(), /^错误：/);
  t.is(await page.evaluate('document.activeElement.id'), 'summary');
  await judgePage(t, page);
  for (let n = 0; n <= MAX_TRIES; n += 1) {
    await page.getByLabel('手机号、证件号码或用户名').fill('zhangsan');
    await page.getByLabel('密码', { exact: true }).fill('not the password');
    await submit.click();
    await page.waitForLoadState();
  }
  t.regex(await page.locator('#summary').innerText(), /登录已暂停，\d\d:\d\d:\d\d 后可再试/);
  t.is(await page.getByLabel('手机号、证件号码或用户名').inputValue(), 'zhangsan');
  t.is(await page.getByLabel('密码', { exact: true }).inputValue(), '');
  await judgePage(t, page);
  t.deepEqual(faults, []);
});
