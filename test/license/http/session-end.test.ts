// Until when somebody is logged in to the pages of the license room: told on them, asked without being prolonged, prolonged by
// use or by 「继续使用」, never past what the identity room allows.
import test, { type ExecutionContext } from 'ava';
import type { SessionUse } from '../../../common/client/session-use-client.ts';
import { TrustError } from '../../../common/errors.ts';
import { formatClock } from '../../../common/web/texts.ts';
import { AUTHORITY, lisiKey, zhangsanKey } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';
import { JSON_ONLY, openBrowser, type PageBrowser } from './page-browser.ts';

const CLERK = { org: AUTHORITY.code, unit: '审批科', role: 'license-clerk' } as const;
const KEEP = '/session/keep';

/** An identity room that says what `answer` is set to: a session that was used now, nothing (ended), or silence. */
async function start(t: ExecutionContext) {
  const uses: string[] = [];
  const world: { answer: 'live' | 'ended' | 'silent'; roles: SessionUse['roles']; lastsMinutes: number } = {
    answer: 'live',
    roles: [],
    lastsMinutes: 600,
  };
  const began = new Map<string, number>();
  const house: LicenseHouse = await startLicense(t, {
    sessionUses: {
      use: async (sid) => {
        uses.push(sid);
        if (world.answer === 'silent') throw new TrustError('identity-unavailable', 'nobody is there');
        if (world.answer === 'ended') return null;
        const now = house.now().getTime();
        const first = began.get(sid) ?? now;
        began.set(sid, first);
        const lastsUntil = new Date(first + world.lastsMinutes * 60_000);
        const endsAt = new Date(Math.min(now + 1_800_000, lastsUntil.getTime()));
        return { endsAt, lastsUntil, idleSeconds: 1800, roles: world.roles };
      },
    },
  });
  return { house, uses, world, browser: openBrowser(house, await house.session(zhangsanKey)) };
}

const untilOf = (text: string): string => /登录有效至 (\d\d:\d\d)/.exec(text)?.[1] ?? '';
const inMinutes = (house: LicenseHouse, minutes: number): string =>
  formatClock(new Date(house.now().getTime() + minutes * 60_000));
const ask = async (browser: PageBrowser) => (await browser.get('/session', JSON_ONLY)).json;
const rowEnd = async (house: LicenseHouse): Promise<Date> =>
  (await house.deps.db('license.sessions').first<{ expires_at: Date }>('expires_at')).expires_at;

test('every page says until when one is logged in; asking says the same, and prolongs nothing', async (t) => {
  const { house, uses, browser } = await start(t);
  for (const path of ['/licenses', '/present', '/consents']) {
    const page = await browser.get(path);
    t.is(page.status, 200, path);
    t.is(untilOf(page.text), inMinutes(house, 30), path);
    t.true(page.text.includes('继续使用'), path);
  }
  house.pass(27 * 60);
  const end = await rowEnd(house);
  const told = { state: 'live', left_seconds: 180, ends_at: inMinutes(house, 3), can_prolong: true };
  t.deepEqual(await ask(browser), told);
  t.deepEqual(await ask(browser), told);
  t.deepEqual(await rowEnd(house), end);
  t.deepEqual(uses, []);
});

test('“keep using” prolongs by script, and by hand leads back to the page; the identity room is told', async (t) => {
  const { house, uses, browser } = await start(t);
  const page = await browser.get('/licenses?state=all');
  house.pass(27 * 60);
  const answer = await browser.post(page, KEEP, {}, JSON_ONLY);
  t.deepEqual(answer.json, { state: 'live', left_seconds: 1800, ends_at: inMinutes(house, 30), can_prolong: true });
  house.pass(27 * 60);
  const back = await browser.send(page, KEEP);
  t.is(back.status, 303);
  t.is(back.headers.get('Location'), '/licenses?state=all');
  t.deepEqual(uses, ['sid-1', 'sid-1']);
  t.is((await rowEnd(house)).getTime(), house.now().getTime() + 1_800_000);
});

test('a page that is opened or a form that is sent in the second half prolongs; what a script asks does not', async (t) => {
  const { house, uses, browser } = await start(t);
  house.pass(10 * 60);
  t.is(untilOf((await browser.get('/licenses')).text), inMinutes(house, 20));
  house.pass(10 * 60);
  t.is((await browser.get('/present/pre_none/state', JSON_ONLY)).status, 404);
  t.deepEqual(uses, []);
  t.is(untilOf((await browser.get('/licenses')).text), inMinutes(house, 30));
  t.deepEqual(uses, ['sid-1']);
});

test('refused siblings: no token, that of another person, another site; nobody at all is told so', async (t) => {
  const { house, uses, browser } = await start(t);
  const page = await browser.get('/licenses');
  house.pass(27 * 60);
  t.is((await browser.post(page, KEEP, { csrf: '' }, JSON_ONLY)).code, 'csrf-failed');
  const origin = { ...JSON_ONLY, Origin: 'https://evil.example' };
  t.is((await browser.post(page, KEEP, {}, origin)).code, 'csrf-failed');
  const other = openBrowser(house, await house.session(lisiKey, { sub: 'sub-2', sid: 'sid-2' }));
  await other.get('/licenses');
  t.is((await other.post(page, KEEP, {}, JSON_ONLY)).code, 'csrf-failed');
  t.is((await browser.get(KEEP, JSON_ONLY)).code, 'method-not-allowed');
  t.false(uses.includes('sid-1'));
  const nobody = openBrowser(house, '');
  t.deepEqual(await ask(nobody), { state: 'ended' });
  t.is((await nobody.post(page, KEEP, {}, JSON_ONLY)).code, 'session-missing');
  const led = await nobody.send(page, KEEP);
  t.is(led.status, 200, 'no redirect that the content policy would stop');
  t.true(led.text.includes('<meta http-equiv="refresh" content="0;url=/licenses">'));
});

test('it does not outlast the session at the identity room, says so before, and refuses then', async (t) => {
  const { house, world, browser } = await start(t);
  world.lastsMinutes = 20;
  const page = await browser.get('/licenses');
  house.pass(16 * 60);
  t.is(untilOf((await browser.get('/licenses')).text), inMinutes(house, 20), 'the first word of the other room');
  house.pass(16 * 60);
  const shown = await browser.get('/licenses');
  t.is(untilOf(shown.text), inMinutes(house, 4));
  t.notRegex(shown.text, /<button class="as-link"[^>]*form="session-form"/);
  t.like(await ask(browser), { can_prolong: false });
  const refused = await browser.post(page, KEEP, {}, JSON_ONLY);
  t.is(refused.status, 409);
  t.is(refused.code, 'session-at-its-end');
});

test('a session that ended over there ends here at the next word of it', async (t) => {
  const { house, world, browser } = await start(t);
  const page = await browser.get('/licenses');
  world.answer = 'ended';
  house.pass(20 * 60);
  t.is((await browser.post(page, KEEP, {}, JSON_ONLY)).code, 'session-missing');
  t.deepEqual(await ask(browser), { state: 'ended' });
  t.is((await house.deps.db('license.sessions')).length, 0);
});

test('a silent identity room ends nothing: pages go on, and “keep using” says that it did not work', async (t) => {
  const { house, world, browser } = await start(t);
  world.answer = 'silent';
  house.pass(20 * 60);
  const page = await browser.get('/licenses');
  t.is(page.status, 200);
  t.is(untilOf(page.text), inMinutes(house, 10));
  t.is((await browser.post(page, KEEP, {}, JSON_ONLY)).code, 'identity-unavailable');
  house.pass(11 * 60);
  t.is((await browser.get('/licenses')).headers.get('Location'), '/login?return=%2Flicenses');
});

test('roles follow with every use: one that was taken away ends, one that was given opens the desk', async (t) => {
  const { house, world } = await start(t);
  const browser = openBrowser(house, await house.session(zhangsanKey, { roles: [CLERK] }));
  const desk = `/desk/${AUTHORITY.code}`;
  t.is((await browser.get(desk)).status, 200);
  house.pass(20 * 60);
  t.is((await browser.get(desk)).status, 403);
  world.roles = [CLERK];
  house.pass(20 * 60);
  t.is((await browser.get(desk)).status, 200);
});

test('a form that was opened before a new login of the same person is taken, in another name it is not', async (t) => {
  const { house, browser } = await start(t);
  const page = await browser.get('/licenses');
  const csrfCookie =
    page.headers
      .getSetCookie()
      .find((line) => line.includes('-csrf='))
      ?.split(';')[0] ?? '';
  const again = openBrowser(house, `${await house.session(zhangsanKey)}; ${csrfCookie}`);
  t.is((await again.post(page, KEEP, {}, JSON_ONLY)).status, 200);
  const asUnit = openBrowser(house, `${await house.session(lisiKey)}; ${csrfCookie}`);
  t.is((await asUnit.post(page, KEEP, {}, JSON_ONLY)).code, 'csrf-failed');
});

test('a form sent without a session comes back, to be sent after a new login; nothing was done', async (t) => {
  const { house } = await start(t);
  const browser = openBrowser(house, await house.session(zhangsanKey, { roles: [CLERK] }));
  const search = `/desk/${AUTHORITY.code}/licenses`;
  const page = await browser.get(search);
  const values = { holder_name: '张三', note: '“引号”<b>&amp;' };
  await house.deps.db('license.sessions').delete();
  const lapsed = await browser.post(page, search, values);
  t.is(lapsed.status, 401);
  t.true(lapsed.text.includes('登录已结束') && lapsed.text.includes('还在本页'));
  t.true(lapsed.text.includes('href="/session/back" target="_blank"'));
  t.true(lapsed.text.includes('value="“引号”&lt;b&gt;&amp;amp;"'), 'what is typed is text, never markup');
  t.false(lapsed.text.includes('登录有效至'));
  // Logged in again, in a new window of the same browser.
  t.is((await browser.get('/session/back')).headers.get('Location'), '/login?return=%2Fsession%2Fback');
  browser.take(await house.session(zhangsanKey, { roles: [CLERK] }));
  const back = await browser.get('/session/back');
  t.true(back.text.includes('您已登录') && back.text.includes('请关闭本窗口'));
  t.not((await browser.send(lapsed, search)).status, 403, 'the form of this person is taken');
  browser.take(await house.session(lisiKey, { sub: 'sub-2', roles: [CLERK] }));
  t.is((await browser.send(lapsed, search)).status, 403, 'and nobody else sends it');
});

test('refused siblings: a script, the API and a logout get no form back', async (t) => {
  const { house, browser } = await start(t);
  const page = await browser.get('/licenses');
  await house.deps.db('license.sessions').delete();
  t.is((await browser.post(page, '/present', {}, JSON_ONLY)).code, 'session-missing');
  t.is((await browser.post(page, '/v1/presentations', {})).code, 'session-missing');
  const out = await browser.post(page, '/logout');
  t.is(out.status, 401);
  t.false(out.text.includes('继续提交'));
});

test('of a form with files the words come back and the files are chosen again', async (t) => {
  const { house } = await start(t);
  const browser = openBrowser(house, await house.session(zhangsanKey, { roles: [CLERK] }));
  const batches = `/desk/${AUTHORITY.code}/batches`;
  const page = await browser.get(`${batches}/new`);
  await house.deps.db('license.sessions').delete();
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field-${index}`, '值']));
  const lapsed = await browser.upload(page, batches, { ...many, type: 'x', list: new File(['a,b'], 'list.csv') });
  t.is(lapsed.status, 401);
  t.true(lapsed.text.includes('文件需要重新选择') && lapsed.text.includes('enctype="multipart/form-data"'));
  t.true(lapsed.text.includes('name="type" value="x"'));
  t.false(lapsed.text.includes('a,b'));
});
