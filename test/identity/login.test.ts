import test from 'ava';
import { makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { MAX_TRIES, WINDOW_SECONDS } from '../../identity/domain/login-throttle.ts';
import { authorize, logIn, OTHER_PERSON, PERSON, post, startIdentity } from './identity-house.ts';

const WRONG = '账号或密码不正确';

test('a person logs in by user name, phone number or citizen number, also typed in full-width letters and with blanks', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  for (const login of ['zhangsan', 'ZhangSan ', '138 0001 0001', '１３８０００１０００１', '360102199003077718']) {
    const { callback } = await logIn(client, { person: { ...PERSON, loginName: login } });
    t.truthy(callback.searchParams.get('code'), login);
  }
});

test('a wrong password and an unknown account get the same words and the same status, and the password is not repeated', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const answers: string[] = [];
  for (const [login, password] of [
    ['zhangsan', 'not the password'],
    ['nobody', 'not the password'],
  ] as const) {
    const browser = makeBrowser();
    const page = await browser.open((await authorize(client)).target.href);
    const answer = await post(browser, page, { login, password });
    t.is(answer.status, 422);
    const text = await answer.text();
    t.true(text.includes(WRONG));
    t.false(text.includes(password));
    t.true(text.includes(`value="${login}"`));
    const uid = /interaction\/([\w-]+)/.exec(page.url)?.[1] ?? '';
    const same = text.replaceAll(login, 'LOGIN').replaceAll(uid, 'UID');
    answers.push(same.replaceAll(/(name="csrf" value|nonce|data-options)="[^"]*"/g, ''));
  }
  t.is(answers[0], answers[1]);
});

test('empty fields are named, and nothing is counted', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const answer = await post(browser, page, { login: '', password: '' });
  t.is(answer.status, 422);
  const text = await answer.text();
  t.true(text.includes('请填写账号') && text.includes('请填写密码'));
  t.is((await house.db('identity.login_tries')).length, 0);
});

for (const login of ['zhangsan', 'nobody']) {
  test(`after ${MAX_TRIES} wrong passwords login pauses for this account and address (${login}), even for the right one, until the window ends`, async (t) => {
    let now = new Date();
    const house = await startIdentity(t, { clock: () => now });
    await house.registerPerson(OTHER_PERSON);
    const client = await house.client('alpha');
    const browser = makeBrowser();
    const page: Page = await browser.open((await authorize(client)).target.href);
    const attempt = async (password: string): Promise<{ status: number; text: string }> => {
      const answer = await post(browser, page, { login, password });
      return { status: answer.status, text: await answer.text() };
    };
    for (let n = 1; n <= MAX_TRIES; n += 1) {
      const { status, text } = await attempt('wrong');
      t.is(status, 422);
      t.is(text.includes(`再错 ${MAX_TRIES - n} 次`), MAX_TRIES - n <= 3);
    }
    const paused = await attempt(PERSON.password);
    t.is(paused.status, 429);
    t.true(paused.text.includes('登录已暂停'));
    await t.notThrowsAsync(logIn(client, { person: OTHER_PERSON }));
    if (login === 'nobody') return;
    now = new Date(now.getTime() + (WINDOW_SECONDS + 1) * 1000);
    await t.notThrowsAsync(logIn(client));
  });
}

test('parallel guesses are counted before any password is looked at', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const guesses = Array.from({ length: 15 }, () => post(browser, page, { login: 'zhangsan', password: 'wrong' }));
  const statuses = (await Promise.all(guesses)).map(({ status }) => status);
  t.is(statuses.filter((status) => status === 422).length, MAX_TRIES);
  t.is(statuses.filter((status) => status === 429).length, 5);
});

test('a form without its token, from another site or from another browser is csrf-failed', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const values = { login: 'zhangsan', password: PERSON.password };
  t.is((await post(browser, page, { ...values, csrf: 'forged' })).status, 403);
  const foreign = await browser.fetchOnce(`${page.url}/login`, {
    method: 'POST',
    body: new URLSearchParams(values),
    headers: { origin: 'https://evil.example' },
  });
  t.is(foreign.status, 403);
  t.is((await post(makeBrowser(), page, values)).status, 400);
});

test('a login page whose interaction is gone says so with status 400', async (t) => {
  const house = await startIdentity(t);
  const page = await makeBrowser().open(`${house.url}/interaction/unknown`);
  t.is(page.status, 400);
  t.true(page.text.includes('登录页面已失效'));
});

test('a frozen account cannot log in, in the words of a wrong password', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  await house.db('identity.accounts').update({ status: 'frozen' });
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const answer = await post(browser, page, { login: 'zhangsan', password: PERSON.password });
  t.is(answer.status, 422);
  t.true((await answer.text()).includes(WRONG));
});

test('the last POST answers 200 with a page that leads on, because form-action blocks redirects to a system', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  t.regex(page.headers.get('Content-Security-Policy') ?? '', /form-action 'self'/);
  const answer = await post(browser, page, { login: 'zhangsan', password: PERSON.password });
  t.is(answer.status, 200);
  const text = await answer.text();
  t.regex(text, /<meta http-equiv="refresh" content="0;url=/);
  t.true(text.includes('正在返回系统 alpha'));
});

test('cookies bear names of this room, are signed, HttpOnly and SameSite=Lax; a changed session cookie is nobody', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const { browser } = await logIn(client);
  const names = browser.cookieNames(house.url);
  t.true(names.every((name) => /^xinji-identity-/.test(name)));
  t.true(names.includes('xinji-identity-session.sig'));
  const response = await browser.fetchOnce((await authorize(client)).target.href);
  for (const line of response.headers.getSetCookie()) t.regex(line, /httponly/i);
  t.true(response.headers.getSetCookie().every((line) => /samesite=lax/i.test(line)));
});

test('neither passwords nor codes of persons reach the log or the events', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('license', {
    scopes: ['openid', 'profile', 'identity_document'],
    sector: 'xinji',
  });
  await logIn(client, {
    person: { ...PERSON, loginName: PERSON.holder.code },
    extra: { scope: 'openid identity_document' },
  });
  await house.settle();
  const written = house.lines.join('\n') + JSON.stringify(await house.db('identity.events'));
  for (const secret of [PERSON.password, PERSON.holder.code, PERSON.phone]) t.false(written.includes(secret));
  const stored = JSON.stringify(await house.db('identity.accounts'));
  for (const secret of [PERSON.password, PERSON.holder.code, PERSON.phone]) t.false(stored.includes(secret));
});

test('control characters in what is typed or asked for are never a 500', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  t.is((await post(browser, page, { login: 'zhang\0san', password: PERSON.password })).status, 200);
  const wrong = await browser.open((await authorize(client)).target.href);
  t.is((await post(browser, wrong, { login: '\0', password: '\0' })).status, 422);
  for (const extra of [{ state: 'a\0b' }, { nonce: '\0' }, { login_hint: '\0' }, { client_id: 'al\0pha' }]) {
    const { target } = await authorize(client, extra);
    const response = await makeBrowser().fetchOnce(target.href);
    t.true(response.status < 500, `${JSON.stringify(extra)}: ${response.status}`);
    const error = new URL(response.headers.get('Location') ?? house.url, house.url).searchParams.get('error');
    t.not(error, 'server_error', JSON.stringify(extra));
  }
});
