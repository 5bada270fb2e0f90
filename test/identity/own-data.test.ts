import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { SECTIONS } from '../../identity/store/own-data.ts';
import { exchange, logIn, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';
import { readCode } from './messages.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };

/** Tables that name an account, and why the download does not read them row by row. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  accounts: 'read by id; the person himself lies in a box',
  scans: 'a code on a screen that is confirmed, or gone, within two minutes',
  oidc_artifacts: 'sessions are listed; the rest is tokens',
};

test('the download holds the person, his logins and what systems were told, of nobody else, and no secrets', async (t) => {
  const house = await startIdentity(t);
  const other = await house.registerPerson(OTHER_PERSON);
  const shop = await house.client('shop');
  const { browser, ...login } = await logIn(shop);
  const tokens = await exchange(shop, login);
  await fetch(`${house.url}/oidc/me`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
  const page = await browser.open(`${house.url}/account/data`);
  t.true(page.text.includes('下载我的数据'));
  const file = await browser.submit(page, {}, '/account/data');
  t.regex(file.headers.get('Content-Disposition') ?? '', /^attachment/);
  t.is(file.headers.get('Cache-Control'), 'no-store');
  const data = JSON.parse(file.text);
  t.is(data.person.name, PERSON.name);
  t.is(data.person.holder.code, PERSON.holder.code);
  t.is(data.account[0].login_name, PERSON.loginName);
  t.is(data.logins[0].client_id, 'shop');
  t.deepEqual(data.disclosures[0].claims, ['name']);
  t.deepEqual(
    Object.keys(SECTIONS).filter((name) => !(name in data)),
    [],
  );
  const [row] = await house.db('identity.accounts').where({ sub: house.accountSub });
  const [session] = await house.db('identity.oidc_artifacts').where({ model: 'Session' });
  for (const secret of [row.password_hash, house.accountSub, session.session_uid, other, OTHER_PERSON.name])
    t.false(file.text.includes(secret), secret);
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'account.data-read', sub: house.accountSub })).length, 1);
});

test('who can prove more than a password is asked for it first, and comes back to the page', async (t) => {
  const house = await startIdentity(t);
  await house.db('identity.accounts').update({ level: 4 });
  const browser = makeBrowser();
  const asked = await browser.submit(await browser.open(`${house.url}/account/data`), LOGIN);
  t.true(asked.text.includes('需要再验证一次') && asked.text.includes('此事项要求三级'));
  t.is((await browser.fetchOnce(`${house.url}/account/data`)).status, 303, 'no page and no file before that');
  await browser.submit(asked, { step: 'send' });
  const code = await readCode(house, PERSON.phone);
  const page = await browser.submit(await browser.open(asked.url), { step: 'check', code });
  t.is(page.url, `${house.url}/account/data`);
  t.is(JSON.parse((await browser.submit(page, {}, '/account/data')).text).person.name, PERSON.name);
});

test('who says 「稍后再办」 on the way is told what is missing, and goes round in no circle', async (t) => {
  const house = await startIdentity(t);
  await house.db('identity.accounts').update({ level: 4 });
  const browser = makeBrowser();
  const asked = await browser.submit(await browser.open(`${house.url}/account/data`), LOGIN);
  const back = await browser.submit(asked, { decision: 'later' });
  t.is(back.status, 403);
  t.true(back.text.includes('您这次登录达到二级；这个页面要求三级'));
  t.is((await browser.open(`${house.url}/account`)).status, 200);
});

test('every table that names an account is in the download, or it is said why not', async (t) => {
  const house = await startIdentity(t);
  const { rows } = await house.db.raw(`select distinct table_name from information_schema.columns
    where table_schema = 'identity' and column_name in ('account_id', 'sub') order by table_name`);
  const read = Object.values(SECTIONS).map(({ table }) => table);
  const missing = rows
    .map(({ table_name }: { table_name: string }) => table_name)
    .filter((table: string) => !read.includes(table) && !(table in ELSEWHERE));
  t.deepEqual(missing, []);
});

test('refused siblings: nobody without a session, no GET for the file, no form from elsewhere', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  t.regex((await browser.open(`${house.url}/account/data`)).url, /\/interaction\//);
  await browser.submit(await browser.open(`${house.url}/account/data`), LOGIN);
  const forged = await browser.fetchOnce(`${house.url}/account/data`, { method: 'POST', body: new URLSearchParams() });
  t.is(forged.status, 403);
  t.is((await house.db('identity.events').where({ kind: 'account.data-read' })).length, 0);
});
