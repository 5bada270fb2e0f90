// Notices: a license that ends is told of 30 and 7 days before, once, however many nodes look and however often.
import test from 'ava';
import { webhookMessage } from '../../common/contract/webhook.ts';
import { doChores } from '../../license/flow/background.ts';
import { listHolderNotices } from '../../license/flow/holder-notices.ts';
import { noticeEndings } from '../../license/flow/notice-endings.ts';
import { subscribeWebhook } from '../../license/flow/webhook-subscriptions.ts';
import { insertEvent } from '../../license/store/events.ts';
import { CASE_SYSTEM, licenseIdAt, makeEvent } from './registry-rows.ts';
import { openOutbox, startReceiver } from './webhook-kit.ts';

const DAY = 86_400;

test('30 and 7 days before the end, each once, by three nodes at once, and made up for after a day without a node', async (t) => {
  const house = await openOutbox(t); // noon of 2026-11-20
  const receiver = await startReceiver(t);
  const request = { url: receiver.url, types: ['license.expiring'] } as const;
  await subscribeWebhook(house, { organisation: CASE_SYSTEM, actor: 'x' }, { ...request, types: [...request.types] });
  const ends = ['2026-11-19', '2026-11-20', '2026-11-27', '2026-11-28', '2026-12-20', '2026-12-21', '2026-12-22'];
  for (const [index, validTo] of ends.entries()) await house.put(index, { validTo });
  await house.put(90, { validTo: '2026-12-01', validFrom: '2026-11-15' }); // made for 16 days
  await house.put(91, { validTo: '2026-12-01' });
  await house
    .db('license.licenses')
    .where({ license_id: licenseIdAt(91) })
    .update({ state: 'suspended' });
  const told = async (): Promise<readonly string[]> => {
    await house.settle();
    const messages = receiver.got.splice(0).map(({ body }) => webhookMessage.parse(JSON.parse(body)));
    return messages.map(({ data }) => data.valid_to).sort();
  };
  const counts = await Promise.all([1, 2, 3].map(() => noticeEndings(house)));
  t.is(
    counts.reduce((sum, count) => sum + count),
    4,
  );
  t.deepEqual(await told(), ['2026-11-20', '2026-11-27', '2026-11-28', '2026-12-20']);
  t.is(await noticeEndings(house), 0, 'done for today');
  house.pass(2 * DAY);
  t.is(await noticeEndings(house), 3);
  t.deepEqual(await told(), ['2026-11-28', '2026-12-21', '2026-12-22']);
  house.pass(4 * DAY);
  t.is(await noticeEndings(house), 1, 'the one that was made for 16 days: 7 days before');
  t.deepEqual(await told(), ['2026-12-01']);
  const refs = await house.db('license.notices').pluck('ref');
  t.deepEqual(refs.sort(), [
    '30 2026-11-28',
    '30 2026-12-20',
    '30 2026-12-21',
    '30 2026-12-22',
    '7 2026-11-20',
    '7 2026-11-27',
    '7 2026-11-28',
    '7 2026-12-01',
  ]);
});

test('a license that was renewed is told of again before its new end', async (t) => {
  const house = await openOutbox(t);
  const licenseId = await house.put(1, { validTo: '2026-11-25' });
  t.is(await noticeEndings(house), 1);
  await house.db('license.licenses').where({ license_id: licenseId }).update({ valid_to: '2026-12-25' });
  house.pass(10 * DAY);
  t.is(await noticeEndings(house), 1);
  t.deepEqual(await house.db('license.notices').orderBy('ref').pluck('ref'), ['30 2026-12-25', '7 2026-11-25']);
});

test('the holder is told of what was done, of the end and of a new reader, newest first, of his licenses only', async (t) => {
  const house = await openOutbox(t);
  const ids = [await house.put(1, { validTo: '2026-11-25' }), await house.put(2)];
  await house.put(3, { validTo: '2026-11-25' });
  house.pass(60);
  const reader = '11360100MB0D00037D';
  const shared = { kind: 'shared', organisation: reader, basis: 'basis:b1' } as const;
  await insertEvent(house.db, makeEvent(ids[1]!, house.clock(), shared));
  await house.settle();
  house.pass(60);
  await noticeEndings(house);
  const notices = await listHolderNotices(house, ids);
  t.deepEqual(notices.map(({ kind, licenseId }) => [kind, licenseId]).slice(0, 2), [
    ['expiring', ids[0]],
    ['new-reader', ids[1]],
  ]);
  t.deepEqual(
    notices
      .slice(2)
      .map(({ kind, licenseId }) => [kind, licenseId])
      .sort(),
    ids.map((id) => ['issued', id]),
  );
  t.like(notices[0], { days: 7, validTo: '2026-11-25' });
  t.like(notices[1], { reader });
  house.pass(200 * DAY);
  t.deepEqual(await listHolderNotices(house, ids), []);
  t.deepEqual(await listHolderNotices(house, []), []);
});

test('chores: the notices of the day, and jobs that are done longer than they are kept go; dead ones stay', async (t) => {
  const house = await openOutbox(t);
  await house.put(1, { validTo: '2026-11-25' });
  const now = house.clock();
  const at = { queue: 'notify', payload: '{}', run_after: now, enqueued_at: now };
  const finished = (days: number) => new Date(now.getTime() - days * DAY * 1000);
  for (const [state, days] of [
    ['done', 4],
    ['done', 2],
    ['dead', 400],
  ] as const)
    await house.db('license.jobs').insert({ ...at, state, finished_at: finished(days) });
  await doChores({ ...house, jobDays: 3 }, new AbortController().signal);
  t.deepEqual(await house.db('license.jobs').orderBy('state').pluck('state'), ['dead', 'done']);
  t.is((await house.db('license.notices').select('ref')).length, 1);
});
