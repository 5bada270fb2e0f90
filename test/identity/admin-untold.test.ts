// What a system was not told of logouts, on its page: how many wait, how many were given up and why, and telling it again.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { enterAsAdmin, hiddenOf } from './admin-house.ts';
import { logIn, OTHER_PERSON, post, startIdentity } from './identity-house.ts';

const REASON = '该系统已恢复，见工单';

test('an administrator sees what a system was not told, and lets it be told again once it is back', async (t) => {
  let offsetMs = 0;
  const clock = (): Date => new Date(Date.now() + offsetMs);
  const house = await startIdentity(t, { clock, logoutRetrySeconds: [1], logoutWaitMs: 0 });
  let [isDown, told] = [true, 0];
  const system = createServer((_, answer) => {
    if (!isDown) told += 1;
    answer.writeHead(isDown ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => system.listen(0, '127.0.0.1', resolve));
  t.teardown(() => system.close());
  const backchannelLogoutUri = `http://localhost:${(system.address() as AddressInfo).port}/logout`;
  const shop = await house.client('shop', { backchannelLogoutUri });
  const other = await house.client('other', { backchannelLogoutUri });
  await house.client('mute');
  await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'system-admin', '/admin/clients/shop');
  t.true(page.text.includes('没有积压，都已送达'));
  t.false((await browser.open(`${house.url}/admin/clients/mute`)).text.includes('送达情况'), 'it takes none');
  for (const client of [shop, other]) {
    const { browser: person } = await logIn(client, { person: OTHER_PERSON });
    await (await post(person, await person.open(`${house.url}/oidc/session/end`), { logout: 'yes' })).text();
  }
  await house.workers.idle();
  const waiting = await browser.open(page.url);
  t.regex(waiting.text, /未送达，正在重试<\/dt><dd[^>]*>1<[\s\S]*多次重试后放弃<\/dt><dd[^>]*>0</);
  t.false(waiting.text.includes('/retell'), 'it is told by itself');
  offsetMs += 5000;
  await house.workers.idle();
  const dead = await browser.open(page.url);
  t.regex(dead.text, /多次重试后放弃<\/dt><dd[^>]*>1</);
  t.true(dead.text.includes('503') && dead.text.includes('/retell'));

  const question = await browser.open(`${page.url}/retell`);
  t.is((await browser.submit(question, { reason: '' }, '/retell')).status, 422);
  const body = new URLSearchParams({ ...hiddenOf(question.text), csrf: 'forged', reason: REASON });
  t.is((await browser.fetchOnce(`${page.url}/retell`, { method: 'POST', body })).status, 403);
  isDown = false;
  const done = await browser.submit(question, { reason: REASON }, '/retell');
  t.true(
    done.text.includes('正在重新通知 1 次退出') && done.text.includes('重新通知退出') && done.text.includes(REASON),
  );
  await house.workers.idle();
  t.is(told, 1);
  t.true((await browser.open(page.url)).text.includes('没有积压，都已送达'));
  const [event] = await house.db('identity.events').where({ kind: 'client.logouts-requeued' });
  t.like(event, { client_id: 'shop', detail: { by: house.accountSub, reason: REASON, notices: 1 } });
  t.is(
    (await house.db('identity.logout_notices').where({ client_id: 'other', state: 'dead' })).length,
    1,
    'of its own',
  );
});
