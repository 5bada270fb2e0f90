// Login by a code that is sent: what the person sees, and what somebody gets who guesses.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { RESEND_SECONDS } from '../../identity/flow/one-time-code.ts';
import { changeDocument } from '../../identity/store/accounts.ts';
import { listEvents } from '../../identity/store/events.ts';
import {
  authorize,
  exchange,
  type IdentityHouse,
  MASTER_KEY,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';
import { readCode, readMessages } from './messages.ts';

const UNKNOWN = '13900009999';

/** The page of a way of a fresh login. */
async function openWay(client: TestClient, way: string, browser: Browser = makeBrowser()) {
  const authorization = await authorize(client);
  const { url } = await browser.open(authorization.target.href);
  const open = (): Promise<Page> => browser.open(`${url.split('?')[0]}?way=${way}`);
  return { authorization, browser, open, page: await open() };
}

async function askForCode(house: IdentityHouse, address: string, way = 'sms', browser = makeBrowser()) {
  const client = await house.client(`c${Math.random().toString(36).slice(2, 10)}`);
  const at = await openWay(client, way, browser);
  const answer = await post(at.browser, at.page, { address, step: 'send' });
  return { ...at, client, answer, page: answer.status === 303 ? await at.open() : at.page };
}

test('a code that comes by SMS logs in, without script, and is named in amr', async (t) => {
  const house = await startIdentity(t);
  const { authorization, browser, page, client } = await askForCode(house, '138 0001 0001');
  t.true(page.text.includes('138****0001'));
  t.false(page.text.includes(PERSON.phone));
  const code = await readCode(house, PERSON.phone);
  const accepted = await post(browser, page, { code: ` ${code.slice(0, 3)} ${code.slice(3)}`, step: 'check' });
  const next = /content="0;url=([^"]*)"/.exec(await accepted.text())?.[1];
  const callback = await openUntilCallback(browser, new URL(next!, page.url).href, client.redirectUri);
  const { claims } = await exchange(client, { ...authorization, callback }).then((tokens) => ({
    claims: tokens.claims()!,
  }));
  t.is(claims.sub, house.sub);
  t.deepEqual(claims['amr'], ['otp', 'sms']);
  t.deepEqual(await house.db('identity.one_time_codes'), [], 'spent');
});

test('a code that comes by mail logs in; the way that was used last is shown first', async (t) => {
  const house = await startIdentity(t);
  const keys = deriveDocumentKeys(MASTER_KEY);
  const mail = 'zhang@example.gov.cn';
  await house.db.transaction((trx) =>
    changeDocument(trx, keys, house.accountSub, (document) => ({ ...document, mail })),
  );
  const { browser, page } = await askForCode(house, mail, 'mail');
  t.is((await post(browser, page, { code: await readCode(house, mail), step: 'check' })).status, 200);
  const again = await browser.open((await authorize(await house.client('other'), { prompt: 'login' })).target.href);
  t.true(again.text.includes('name="address"') && again.text.includes('邮箱地址'));
});

test('an address that nobody has gets the same answers, and no message is sent', async (t) => {
  const house = await startIdentity(t);
  const seen: string[][] = [];
  for (const phone of [PERSON.phone, UNKNOWN]) {
    const { answer, browser, page, open } = await askForCode(house, phone);
    const wrong = await post(browser, page, { code: '000000', step: 'check' });
    const again = await post(browser, page, { step: 'send' });
    const pages = [page.text, await wrong.text(), await again.text(), (await open()).text];
    seen.push([
      `${answer.status} ${wrong.status} ${again.status}`,
      ...pages.map((text) =>
        text
          .replaceAll(/\d{3}\*{4}\d{4}/g, 'PHONE')
          .replaceAll(/interaction(\/|%2F)[\w-]+/g, 'UID')
          .replaceAll(/系统 \w+/g, 'SYSTEM')
          .replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')
          .replaceAll(/(name="csrf" value|nonce)="[^"]*"/g, ''),
      ),
    ]);
  }
  t.deepEqual(seen[0], seen[1]);
  t.deepEqual(
    (await readMessages(house)).map(({ to }) => to),
    [PERSON.phone],
  );
});

test('attack, OTP guessing: five tries a code, one after the other or all at once; then the right one does not count either', async (t) => {
  const house = await startIdentity(t);
  const { browser, page, client } = await askForCode(house, PERSON.phone);
  const code = await readCode(house, PERSON.phone);
  const wrong = Array.from({ length: 20 }, (_, n) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, '0'));
  const answers = await Promise.all(wrong.map((guess) => post(browser, page, { code: guess, step: 'check' })));
  t.true(answers.every(({ status }) => status === 422));
  const [row] = await house.db('identity.one_time_codes');
  t.is(row.tries, 5, 'the other fifteen were not looked at');
  await house.settle();
  const written = (await listEvents(house.db, 30)).filter(({ kind }) => kind === 'login.refused');
  t.is(written.length, 20, 'each is written down');
  for (const { clientId, detail } of written)
    t.deepEqual({ clientId, detail }, { clientId: client.id, detail: { method: 'sms' } });
  t.is(written.filter(({ sub }) => sub === house.accountSub).length, 5, 'with the account, where one was asked for');
  const right = await post(browser, page, { code, step: 'check' });
  t.is(right.status, 422);
  t.true((await right.text()).includes('验证码不正确或已过期，请重新获取'));
});

test('attack, OTP guessing: the right code sent twenty times at once logs in once', async (t) => {
  const house = await startIdentity(t);
  const { browser, page } = await askForCode(house, PERSON.phone);
  const code = await readCode(house, PERSON.phone);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(browser, page, { code, step: 'check' })));
  t.is(answers.filter(({ status }) => status === 200).length, 1);
});

test('attack, OTP guessing: with new codes again and again there are five an hour for one phone, however many browsers ask', async (t) => {
  let now = new Date();
  const house = await startIdentity(t, { clock: () => now });
  const client = await house.client('alpha');
  const outcomes: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    const { browser, page } = await openWay(client, 'sms');
    outcomes.push((await post(browser, page, { address: PERSON.phone, step: 'send' })).status);
  }
  t.deepEqual(outcomes, [303, 303, 303, 303, 303, 429, 429]);
  t.is((await readMessages(house)).length, 5);
  now = new Date(now.getTime() + 3_601_000);
  const { browser, page } = await openWay(client, 'sms');
  t.is((await post(browser, page, { address: PERSON.phone, step: 'send' })).status, 303);
});

test('a code is good for the login that it was asked for: not for another interaction or browser, not after its time', async (t) => {
  let now = new Date();
  const house = await startIdentity(t, { clock: () => now });
  const mine = await askForCode(house, PERSON.phone);
  const code = await readCode(house, PERSON.phone);
  const { browser: thief, page } = await openWay(await house.client('alpha'), 'sms');
  t.is((await post(thief, page, { code, step: 'check' })).status, 422, 'another interaction');
  t.is((await post(thief, mine.page, { code, step: 'check' })).status, 400, 'another browser');
  now = new Date(now.getTime() + 301_000);
  t.is((await post(mine.browser, mine.page, { code, step: 'check' })).status, 422, 'five minutes later');
});

test('too early for another code is said with the time; later it comes, and only the new one is good', async (t) => {
  let now = new Date();
  const house = await startIdentity(t, { clock: () => now });
  const { browser, page } = await askForCode(house, PERSON.phone);
  const first = await readCode(house, PERSON.phone);
  const early = await post(browser, page, { step: 'send' });
  t.is(early.status, 422);
  t.regex(await early.text(), /刚刚发送过，\d\d:\d\d:\d\d 后可重新获取/);
  now = new Date(now.getTime() + RESEND_SECONDS * 1000 + 1000);
  t.is((await post(browser, page, { step: 'send' })).status, 303);
  const second = await readCode(house, PERSON.phone);
  if (first !== second) t.is((await post(browser, page, { code: first, step: 'check' })).status, 422);
  t.is((await post(browser, page, { code: second, step: 'check' })).status, 200);
});

test('an empty field, a phone number that is none and an empty code are named; another address can be chosen', async (t) => {
  const house = await startIdentity(t);
  const { browser, page, open } = await openWay(await house.client('alpha'), 'sms');
  for (const [address, words] of [
    ['', '请填写手机号'],
    ['12', '手机号是以 1 开头的 11 位数字'],
  ] as const) {
    const answer = await post(browser, page, { address, step: 'send' });
    t.is(answer.status, 422);
    t.true((await answer.text()).includes(words));
  }
  await post(browser, page, { address: UNKNOWN, step: 'send' });
  const empty = await post(browser, await open(), { code: '', step: 'check' });
  t.true((await empty.text()).includes('请填写验证码'));
  t.is((await post(browser, page, { step: 'other' })).status, 303);
  t.true((await open()).text.includes('name="address"'));
});

test('codes and addresses reach neither log nor events nor tables in clear; the gateway gets them, again until it takes them', async (t) => {
  const taken: { key: unknown; body: { to: string; text: string } }[] = [];
  const gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      taken.push({ key: request.headers['idempotency-key'], body: JSON.parse(body) });
      response.writeHead(taken.length === 1 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  t.teardown(() => gateway.close());
  const port = (gateway.address() as AddressInfo).port;
  let now = new Date();
  const house = await startIdentity(t, { clock: () => now, smsUrl: `http://127.0.0.1:${port}/` });
  await askForCode(house, PERSON.phone);
  const code = await readCode(house, PERSON.phone);
  await house.workers.idle();
  now = new Date(now.getTime() + 60_000);
  await house.workers.idle();
  t.is(taken.length, 2);
  t.is(taken[0]!.key, taken[1]!.key);
  t.is(taken[1]!.body.to, PERSON.phone);
  t.true(taken[1]!.body.text.includes(code));
  await house.settle();
  const tables = ['events', 'one_time_codes', 'outbox', 'login_tries', 'jobs'];
  const rows = await Promise.all(tables.map((name) => house.db(`identity.${name}`)));
  const written = house.lines.join('\n') + JSON.stringify(rows);
  for (const secret of [code, PERSON.phone]) t.false(written.includes(secret), secret);
});
