import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { insertAuthentication } from '../../identity/store/authentications.ts';
import { OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

test('the login history has one’s own logins only, twenty a page, newest first', async (t) => {
  const house = await startIdentity(t, {
    placeOf: (address) => (address === '203.0.113.7' ? '市政务服务大厅' : address),
  });
  await house.client('shop');
  const other = await house.registerPerson(OTHER_PERSON);
  const idOf = async (sub: string): Promise<number> =>
    Number((await house.db('identity.accounts').where({ sub }).first()).id);
  const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 20, 2, minute));
  const write = (accountId: number, minute: number) =>
    insertAuthentication(house.db, {
      proofId: `proof-${accountId}-${minute}`,
      accountId,
      sessionUid: 'another session',
      begins: minute % 2 === 0,
      proof: { method: minute % 2 === 0 ? 'pwd' : 'totp' },
      level: minute % 2 === 0 ? 2 : 3,
      at: at(minute),
      clientId: minute % 3 === 0 ? 'xinji-account' : 'shop',
      address: '203.0.113.7',
      device: 'Chrome，Windows',
    });
  for (let minute = 0; minute < 30; minute += 1) await write(await idOf(house.accountSub), minute);
  await write(await idOf(other), 59);
  const browser = makeBrowser();
  const login = await browser.open(`${house.url}/account/history`);
  const first = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  const times = (text: string): string[] => [...text.matchAll(/20日 (10:\d\d)/g)].map(([, time]) => time ?? '');
  t.true(times(first.text).includes('10:29') && !times(first.text).includes('10:59'), 'no other person’s');
  t.deepEqual(times(first.text), [...times(first.text)].sort().reverse());
  t.true(
    first.text.includes('系统 shop') && first.text.includes('用户中心') && first.text.includes('加强验证：动态口令'),
  );
  t.true(first.text.includes('市政务服务大厅') && !first.text.includes('203.0.113.7'));
  const second = await browser.open(`${house.url}/account/history?page=2`);
  t.true(second.text.includes('第 2 页，共 2 页') && times(second.text).includes('10:00'));
  for (const odd of ['0', '-1', '999999999', 'x', '2&page=3'])
    t.is((await browser.open(`${house.url}/account/history?page=${odd}`)).status, 200, odd);
});
