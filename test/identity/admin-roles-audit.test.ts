import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openAudit } from '../../common/audit/open-audit.ts';
import { makeLog } from '../../common/log.ts';
import { makeEventChain } from '../../identity/flow/chain-events.ts';
import { csvCell } from '../../identity/http/admin/audit.ts';
import { signer } from '../common/audit/log-kit.ts';
import { enterAsAdmin, hiddenOf, ORG } from './admin-house.ts';
import { type IdentityHouse, OTHER_PERSON, PERSON, startIdentity } from './identity-house.ts';

const REASON = '按干部任免通知办理';

/** Puts what happened into the chain, and makes a checkpoint. */
async function chainUp(house: IdentityHouse): Promise<void> {
  await house.settle();
  const copyFolder = await mkdtemp(join(tmpdir(), 'xinji-admin-'));
  const log = makeLog('identity', 'fatal', { write: () => undefined });
  const { audit, checkpoints, close } = openAudit({
    ...{ databaseUrl: house.databaseUrl, schema: 'identity', room: 'identity', signer, copyFolder, log },
    clock: house.clock,
  });
  await makeEventChain({ audit, log }).run();
  await checkpoints.run();
  await close();
  await rm(copyFolder, { recursive: true, force: true });
}

test('a role is given for a term and ended, with a reason and an event that names the administrator', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'security-admin', '/admin/roles/new');
  const values = {
    ...{ login: 'lisi', org: '11360100MB0D00010M', unit: '机要室', role: 'seal-keeper', reason: REASON },
    ...{ 'to-year': '2099', 'to-month': '6', 'to-day': '30' },
  };
  for (const [change, words] of [
    [{ login: 'nobody' }, '没有正在使用的账号'],
    [{ login: PERSON.loginName }, '不能变更自己的角色'],
    [{ org: '11360100MB0D00010X' }, '请逐位核对'],
    [{ unit: '' }, '请填写内设机构'],
    [{ 'to-day': '31' }, '截止日期不存在'],
    [{ 'to-year': '2001' }, '截止日期不存在'],
    [{ reason: '' }, '请填写原因'],
  ] as const) {
    const refused = await browser.submit(page, { ...values, ...change }, '/new');
    t.is(refused.status, 422, words);
    t.true(refused.text.includes(words), words);
  }
  const done = await browser.submit(page, values, '/new');
  t.true(done.text.includes('已授予角色') && done.text.includes('2099年6月30日') && done.text.includes('机要室'));
  const [added] = await house.db('identity.events').where({ kind: 'role.added', sub });
  t.like(added.detail, { by: house.accountSub, reason: REASON, role: 'seal-keeper' });
  t.is((await browser.submit(page, values, '/new')).status, 422, 'he has it already');
  const org = await browser.open(`${house.url}/admin/roles?org=11360100MB0D00010M`);
  t.is(org.text.match(/role="rowheader"/g)?.length, 1);
  const href = /href="(\/admin\/roles\/end[^"]*)"/.exec(org.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const end = await browser.open(`${house.url}${href}`);
  t.is((await browser.submit(end, { reason: '' }, '/end')).status, 422);
  t.true((await browser.submit(end, { reason: REASON }, '/end')).text.includes('已收回角色'));
  const forged = { ...hiddenOf(end.text), csrf: 'forged', reason: REASON };
  const answer = await browser.fetchOnce(`${house.url}/admin/roles/end`, {
    method: 'POST',
    body: new URLSearchParams(forged),
  });
  t.is(answer.status, 403);
});

test('two administrators’ roles never meet in one person; the wrong role gives none', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const { browser, page } = await enterAsAdmin(house, 'security-admin', '/admin/roles/new');
  const values = { login: 'lisi', org: ORG, unit: '审计室', reason: REASON };
  t.is((await browser.submit(page, { ...values, role: 'audit-admin' }, '/new')).status, 200);
  const second = await browser.submit(page, { ...values, role: 'system-admin' }, '/new');
  t.is(second.status, 422);
  t.true(second.text.includes('须由三人分任'));
  t.is((await browser.open(`${house.url}/admin/audit`)).status, 403);
});

test('the log is read by filter and page, its newest part is checked, and it is handed out as CSV', async (t) => {
  const house = await startIdentity(t);
  const sub = await house.registerPerson(OTHER_PERSON);
  await house.client('shop');
  const { browser, page } = await enterAsAdmin(house, 'audit-admin', '/admin/audit');
  t.true(page.text.includes('还没有检查点') && page.text.includes('还没有记录'));
  await house.db.raw(
    `with event as (insert into identity.events (at, kind, client_id, detail)
       select '2026-11-20T00:00:00Z'::timestamptz + n * interval '1 minute', 'client.changed', 'shop', '{"by":"=cmd"}'
       from generate_series(1, 60) n returning id)
     insert into identity.unchained_events select id from event`,
  );
  await chainUp(house);
  const all = await browser.open(`${house.url}/admin/audit`);
  t.true(all.text.includes('未发现改动') && all.text.includes('检查点第 1 号'));
  const shop = await browser.open(`${house.url}/admin/audit?client=shop&kind=client.changed`);
  t.is(shop.text.match(/role="rowheader"/g)?.length, 50);
  const next = /rel="next" href="([^"]*)"/.exec(shop.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  t.is((await browser.open(`${house.url}${next}`)).text.match(/role="rowheader"/g)?.length, 10);
  const day = await browser.open(`${house.url}/admin/audit?client=shop&from=2026-11-20+08:00&to=2026-11-20+08:10`);
  t.is(day.text.match(/role="rowheader"/g)?.length, 9);
  t.true((await browser.open(`${house.url}/admin/audit?kind=key.withdrawn`)).text.includes('没有符合条件的记录'));
  for (const filter of ['from=2026-02-30', 'from=yesterday', 'to=2026-11-20+24:00', 'to=2026-11-20T08:10:00Z']) {
    const wrong = await browser.open(`${house.url}/admin/audit?client=shop&${filter}`);
    t.is(wrong.status, 422, filter);
    t.true(wrong.text.includes('没有这个时间') && !wrong.text.includes('role="rowheader"'), filter);
    const export422 = await browser.submit(wrong, {}, '/csv');
    t.deepEqual([export422.status, export422.headers.get('Content-Disposition')], [422, null], filter);
  }

  t.is((await browser.submit(all, { typed: 'lisi', reason: '' }, '/subject')).status, 422);
  const found = await browser.submit(all, { typed: OTHER_PERSON.phone, reason: REASON }, '/subject');
  t.is(found.url, `${house.url}/admin/audit?subject=${sub}`);
  t.true(found.text.includes('account.registered'));
  const looked = await house.db('identity.events').where({ kind: 'account.looked-up', sub });
  t.like(looked[0].detail, { by: house.accountSub, reason: REASON });

  const csv = await browser.submit(shop, {}, '/csv');
  t.regex(csv.headers.get('Content-Disposition') ?? '', /audit\.csv/);
  t.is(csv.text.trim().split('\r\n').length, 61);
  t.true(csv.text.includes(`,'=cmd,`), 'no spreadsheet takes it for a formula');
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'audit.exported' })).length, 1);
  const refused = await browser.fetchOnce(`${house.url}/admin/audit/csv`, {
    method: 'POST',
    body: new URLSearchParams(),
  });
  t.is(refused.status, 403);

  t.is(csvCell('a,"b"\n'), '"a,""b""\n"');
});
