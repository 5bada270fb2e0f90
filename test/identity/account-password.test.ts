import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { PERSON, startIdentity } from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const NEXT = 'a sentence that nobody would guess';

test('不是我本人: in one act the password changes, every other device is out and nothing is known any more', async (t) => {
  const house = await startIdentity(t);
  const enter = async (password: string = PERSON.password) => {
    const browser = makeBrowser();
    const page = await browser.submit(await browser.open(`${house.url}/account/history`), { ...LOGIN, password });
    return { browser, page };
  };
  const thief = await enter();
  const owner = await enter();
  t.true(owner.page.text.includes('不是我本人？'));
  const page = await owner.browser.open(`${house.url}/account/factors/password?why=not-me`);
  const done = await owner.browser.submit(page, { current: PERSON.password, next: NEXT }, '/password');
  t.is(done.url, `${house.url}/account/devices`);
  t.true(done.text.includes('密码已修改') && done.text.includes('已退出 1 台设备'));
  t.true((await thief.browser.open(`${house.url}/account`)).text.includes('field-password'), 'out');
  t.is((await house.db('identity.known_devices')).length, 0);
  t.is((await enter()).page.status, 422, 'the old password is gone');
  t.is((await enter(NEXT)).page.url, `${house.url}/account/history`);
  for (const line of house.lines) t.false(line.includes(NEXT));
});

test('refused siblings: wrong, missing and guessable passwords change nothing; guesses are counted', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const path = `${house.url}/account/factors/password`;
  let page = await browser.submit(await browser.open(path), LOGIN);
  const send = async (current: string, next: string) => {
    page = await browser.submit(page, { current, next }, '/password');
    return page;
  };
  t.true((await send('', '')).text.includes('有 2 处需要改正'));
  t.true((await send('not it', NEXT)).text.includes('现在的密码不正确'));
  t.true((await send(PERSON.password, 'zhangsan1990')).text.includes('请换一个'));
  t.is(page.status, 422);
  for (let at = 0; at < 10; at += 1) await send('guess', NEXT);
  t.is((await send(PERSON.password, NEXT)).status, 429, 'the right one too, until the window ends');
  t.is((await house.db('identity.events').where({ kind: 'password.set' })).length, 0);
});
