// What is kept of a login: the proof with the session it belongs to, the browser, a message at a new one.
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { describeBrowser } from '../../identity/domain/device.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { openMessage } from '../../identity/domain/message.ts';
import { listOutbox } from '../../identity/store/outbox.ts';
import { hop, logIn, MASTER_KEY, PERSON, startIdentity } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);

test('a login is written once with its session, also when consent follows; a hop proves nothing; a new login begins anew', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const other = await house.client('beta');
  const { browser } = await logIn(client);
  await hop(browser, other);
  const rows = await house.db('identity.authentications');
  t.is(rows.length, 1);
  const [session] = await house.db('identity.oidc_artifacts').where({ model: 'Session' });
  t.like(rows[0], { session_uid: session.payload.uid, method: 'pwd', level: 2, begins: true, client_id: 'alpha' });
  t.is(rows[0].address, '127.0.0.1');
  await logIn(client, { browser, extra: { prompt: 'login' } });
  const again = await house.db('identity.authentications').orderBy('id');
  t.deepEqual(
    again.map(({ begins }) => begins),
    [true, true],
  );
  t.is(again[1].session_uid, rows[0].session_uid);
});

test('the first login with a browser is told by message, the second is not; the message goes to the phone of the account', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  await logIn(client, { browser });
  await logIn(client, { browser, extra: { prompt: 'login' } });
  const told = await listOutbox(house.db, 10);
  t.deepEqual(
    told.map(({ kind }) => kind),
    ['new-device'],
  );
  const { to, words } = openMessage(keys, told[0]!.id, told[0]!.box);
  t.is(to, PERSON.phone);
  t.regex(
    words,
    /^【信基】您的账号于.*在新设备（.*）登录“系统 alpha”。不是您本人？请到 http:\/\/localhost:\d+\/account\/history /,
  );
  const page = await makeBrowser().open(`${house.url}/outbox`);
  t.true(page.text.includes('系统 alpha'));
  await logIn(client);
  t.is((await listOutbox(house.db, 10)).length, 2, 'another browser');
});

test('a browser is named so that its owner knows it, and nothing that was sent is repeated', (t) => {
  const named: readonly [agent: string, name: string][] = [
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome · Windows',
    ],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge · Windows'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1',
      'Safari · iPhone',
    ],
    ['Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36 MicroMessenger/8.0', '微信 · Android'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
    ['<script>alert(1)</script>', '其他浏览器'],
    ['', '其他浏览器'],
  ];
  for (const [agent, name] of named) t.is(describeBrowser(agent), name);
});
