import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { logIn, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };

/** A system that notes what it is told; `status` 503 is one that is down. */
async function listenForLogout(t: ExecutionContext, status: number): Promise<{ url: string; told: () => number }> {
  let told = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      told += 1;
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`, told: () => told };
}

test('one device is logged out from another, with its systems; who did not answer is said', async (t) => {
  const house = await startIdentity(t);
  const [up, down] = [await listenForLogout(t, 200), await listenForLogout(t, 503)];
  const shop = await house.client('shop', { backchannelLogoutUri: up.url });
  const dead = await house.client('dead', { backchannelLogoutUri: down.url });
  const { browser: phone } = await logIn(shop);
  await logIn(dead, { browser: phone }).catch(() => null); // already logged in: the form is missing, the part is taken
  const desk = makeBrowser();
  await desk.submit(await desk.open(`${house.url}/account`), LOGIN);
  const page = await desk.open(`${house.url}/account/devices`);
  t.is(page.text.match(/退出此设备/g)?.length, 1, 'not for the own device');
  t.true(page.text.includes('本机') && page.text.includes('系统 shop、系统 dead'));
  const [{ session_uid: uid }] = await house.db('identity.session_clients').where({ client_id: 'shop' });
  t.false(page.text.includes(uid), 'the name of a session never leaves');
  const done = await desk.submit(page, {}, '/devices/end');
  t.true(done.text.includes('已退出 1 台设备、1 个系统；1 个系统暂未回应，将继续通知。'));
  t.is(up.told(), 1);
  t.true((await phone.open(`${house.url}/account`)).text.includes('field-password'), 'logged out there');
  t.is((await desk.open(`${house.url}/account/devices`)).status, 200);
});

test('all others at once; refused siblings: a session of another person, an invented one, one’s own', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const open = async (person: { loginName: string; password: string }) => {
    const browser = makeBrowser();
    const login = await browser.open(`${house.url}/account/devices`);
    const page = await browser.submit(login, { login: person.loginName, password: person.password });
    return { browser, page };
  };
  const stranger = await open(OTHER_PERSON);
  await open(OTHER_PERSON);
  const [first, second, third] = [await open(PERSON), await open(PERSON), await open(PERSON)];
  const referenceOf = (text: string) => /name="session" value="([^"]*)"/.exec(text)?.[1] ?? '';
  const foreign = (await stranger.browser.open(`${house.url}/account/devices`)).text;
  for (const session of [referenceOf(foreign), 'invented']) {
    t.not(session, '');
    const page = await third.browser.open(`${house.url}/account/devices`);
    const refused = await third.browser.submit(page, { session }, '/devices/end');
    t.true(refused.text.includes('该设备此前已退出'), 'nothing ended');
  }
  t.is((await stranger.browser.open(`${house.url}/account/devices`)).text.match(/退出此设备/g)?.length, 1);
  const page = await third.browser.open(`${house.url}/account/devices`);
  const done = await third.browser.submit(page, {}, '/end-others');
  t.true(done.text.includes('已退出 2 台设备') && done.text.includes('没有在其他设备上登录'));
  for (const { browser } of [first, second])
    t.true((await browser.open(`${house.url}/account`)).text.includes('field-password'));
  t.is((await stranger.browser.open(`${house.url}/account`)).url, `${house.url}/account`);
});
