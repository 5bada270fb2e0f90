// Webhooks by Standard Webhooks 1.0.0: what a case system gets when something happens to its licenses, judged by a receiver's
// implementation of its own; what is tried again, what is given up, and who is never told.
import test from 'ava';
import { webhookMessage } from '../../common/contract/webhook.ts';
import { listDeadJobs, requeueDeadJobs } from '../../common/queue/store/jobs.ts';
import { signWebhook } from '../../license/domain/webhook.ts';
import { rotateWebhookSecret, subscribeWebhook, unsubscribeWebhook } from '../../license/flow/webhook-subscriptions.ts';
import { insertEvent } from '../../license/store/events.ts';
import { findSubscription, listSubscriptions } from '../../license/store/webhook-subscriptions.ts';
import { CASE_SYSTEM, licenseIdAt, makeEvent, TYPE } from './registry-rows.ts';
import { whatIsWrong } from './standard-webhooks.ts';
import { openOutbox, startReceiver } from './webhook-kit.ts';

const US = { organisation: CASE_SYSTEM, actor: 'case-system' };
const OTHERS = { organisation: '11360100MB0D00029J', actor: 'another-system' };
const seconds = (at: Date): number => at.getTime() / 1000;

test('the signature of the published example of the scheme', (t) => {
  const secret = new Uint8Array(Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'));
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: new Date(1614265330_999), body: '{"test": 2432232314}' };
  t.deepEqual(signWebhook([secret], message), {
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('an issue reaches the subscriber of its organisation, signed, thin, within the chain of events; others get nothing', async (t) => {
  const house = await openOutbox(t);
  const [ours, theirs] = [await startReceiver(t), await startReceiver(t)];
  const { secret } = await subscribeWebhook(house, US, { url: ours.url, types: ['license.issued'] });
  await subscribeWebhook(house, OTHERS, { url: theirs.url, types: ['license.issued', 'license.state_changed'] });
  const licenseId = await house.put(1, { versions: 2 });
  await insertEvent(house.db, makeEvent(licenseId, house.clock(), { kind: 'read', basis: 'authority' }));
  await house.settle();
  t.is(ours.got.length, 1);
  t.deepEqual(theirs.got, []);
  const [delivery] = ours.got;
  t.is(await whatIsWrong(delivery!, secret, seconds(house.clock())), null);
  t.is(delivery!.url, 'POST /hook');
  t.is(delivery!.headers['content-type'], 'application/json');
  const event = await house.db('license.events').where({ kind: 'issued' }).first('event_id');
  t.is(delivery!.headers['webhook-id'], event.event_id);
  const [identifier, at] = [makeEvent(licenseId, house.clock()).identifier!, house.clock().toISOString()];
  t.deepEqual(webhookMessage.parse(JSON.parse(delivery!.body)), {
    type: 'license.issued',
    timestamp: at,
    data: { identifier, license_type: TYPE, case_id: 'CASE-1-1', state: 'valid', at, valid_to: '2027-01-01' },
  });
});

test('refused siblings: another secret, body, id or time, and an old message, are seen by the receiver', async (t) => {
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  const { secret } = await subscribeWebhook(house, US, { url: receiver.url, types: ['license.issued'] });
  await house.put(1);
  await house.settle();
  const [got] = receiver.got;
  const now = seconds(house.clock());
  const other = (headers: Record<string, string>, body = got!.body) => ({
    headers: { ...got!.headers, ...headers },
    body,
  });
  const strange = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  t.is(await whatIsWrong(got!, strange, now), 'no signature fits');
  t.is(await whatIsWrong(other({}, `${got!.body} `), secret, now), 'no signature fits');
  t.is(await whatIsWrong(other({ 'webhook-id': 'another' }), secret, now), 'no signature fits');
  t.is(await whatIsWrong(other({ 'webhook-timestamp': `${now + 1}` }), secret, now), 'no signature fits');
  t.is(await whatIsWrong(got!, secret, now + 301), 'too old or too new');
});

test('what fails is tried again under the same id with a fresh time, then is dead, and comes when it is requeued', async (t) => {
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  const { secret, subscription } = await subscribeWebhook(house, US, { url: receiver.url, types: ['license.issued'] });
  receiver.answers.push(500, 302, 404);
  await house.put(1);
  await house.settle();
  for (const delay of [10, 100]) {
    t.is((await listSubscriptions(house.db, CASE_SYSTEM))[0]!.undelivered, 0);
    house.pass(delay - 1);
    await house.settle();
    const before = receiver.got.length;
    house.pass(1);
    await house.settle();
    t.is(receiver.got.length, before + 1);
  }
  const dead = await listDeadJobs(house.db, 'license', { queue: 'notify' }, 10);
  t.like(dead, [{ key: subscription.subscriptionId, tries: 3, error: 'the receiver answered 404' }]);
  t.is((await listSubscriptions(house.db, CASE_SYSTEM))[0]!.undelivered, 1);
  await requeueDeadJobs(house.db, 'license', {}, house.clock());
  await house.settle();
  t.is(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size, 1);
  t.is(new Set(receiver.got.map(({ headers }) => headers['webhook-timestamp'])).size, 3);
  t.is(new Set(receiver.got.map(({ body }) => body)).size, 1);
  t.is(receiver.got.length, 4);
  t.is(await whatIsWrong(receiver.got[3]!, secret, seconds(house.clock())), null);
  t.is((await listSubscriptions(house.db, CASE_SYSTEM))[0]!.undelivered, 0);
});

test('two secrets sign while one follows the other, and the earlier one no longer than it was given', async (t) => {
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  const { secret: first, subscription } = await subscribeWebhook(house, US, {
    url: receiver.url,
    types: ['license.issued'],
  });
  const { subscriptionId } = subscription;
  const { secret: second } = await rotateWebhookSecret(house, US, { subscriptionId, overlapHours: 1 });
  const judge = async (index: number): Promise<readonly (string | null)[]> => {
    await house.put(index);
    await house.settle();
    const got = receiver.got.at(-1)!;
    return Promise.all([first, second].map((secret) => whatIsWrong(got, secret, seconds(house.clock()))));
  };
  t.deepEqual(await judge(1), [null, null]);
  house.pass(3600);
  t.deepEqual(await judge(2), ['no signature fits', null]);
  const { secret: third, earlierUntil } = await rotateWebhookSecret(house, US, { subscriptionId, overlapHours: 0 });
  t.is(earlierUntil, null);
  t.deepEqual(await judge(3), ['no signature fits', 'no signature fits']);
  t.is(await whatIsWrong(receiver.got.at(-1)!, third, seconds(house.clock())), null);
  const row = await findSubscription(house.db, subscriptionId);
  t.false(Buffer.from(row!.secretBox).includes(Buffer.from(third.slice(6), 'base64')), 'sealed at rest');
  const change = { subscriptionId, overlapHours: 1 };
  await t.throwsAsync(rotateWebhookSecret(house, OTHERS, change), { code: 'webhook-not-found' });
});

test('a receiver that is gone (410) gets nothing more; one that unsubscribed gets nothing of what waited', async (t) => {
  const house = await openOutbox(t);
  const [gone, leaving] = [await startReceiver(t), await startReceiver(t)];
  await subscribeWebhook(house, US, { url: gone.url, types: ['license.issued'] });
  const { subscription } = await subscribeWebhook(house, US, { url: leaving.url, types: ['license.issued'] });
  gone.answers.push(410);
  leaving.answers.push(503);
  await house.put(1);
  await house.settle();
  await t.throwsAsync(unsubscribeWebhook(house, OTHERS, subscription.subscriptionId), { code: 'webhook-not-found' });
  await unsubscribeWebhook(house, US, subscription.subscriptionId);
  house.pass(1000);
  await house.put(2);
  await house.settle();
  t.deepEqual([gone.got.length, leaving.got.length], [1, 1]);
  t.truthy((await listSubscriptions(house.db, CASE_SYSTEM))[0]!.goneAt);
  t.deepEqual(await house.db('license.jobs').whereNot({ state: 'done' }).select('id'), []);
});

test('private addresses are refused unless the operator allows their network', async (t) => {
  const house = await openOutbox(t, ['10.0.0.0/8']);
  const receiver = await startReceiver(t);
  await subscribeWebhook(house, US, { url: receiver.url, types: ['license.issued'] });
  await house.put(1);
  await house.settle();
  t.deepEqual(receiver.got, []);
  const [job] = await house.db('license.jobs').select('last_error');
  t.is(job.last_error, '127.0.0.1 has no address that may be reached');
});

test('which addresses are taken: https, in development http too, no name, password or fragment; each once, at most twenty', async (t) => {
  const house = await openOutbox(t);
  const production = { ...house, mode: 'production' } as const;
  const ask = (url: string, deps = house as typeof production | typeof house) =>
    subscribeWebhook(deps, US, { url, types: ['license.issued'] });
  for (const url of [
    '',
    'cases',
    'ftp://a.example',
    'file:///etc/passwd',
    'https://a:b@c.example/',
    'https://a.example/#b',
  ])
    await t.throwsAsync(ask(url), { code: 'webhook-url-refused' }, url);
  await t.throwsAsync(ask('http://cases.example.gov.cn/', production), { code: 'webhook-url-refused' });
  await t.notThrowsAsync(ask('https://cases.example.gov.cn/', production));
  await t.throwsAsync(ask('https://cases.example.gov.cn/', production), { code: 'webhook-exists' });
  for (let index = 1; index < 20; index++) await ask(`https://cases.example.gov.cn/${index}`);
  await t.throwsAsync(ask('https://cases.example.gov.cn/21'), { code: 'webhook-too-many' });
});

test('the first read of a license by a unit on a legal basis is told once, and never a read that its holder took part in', async (t) => {
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  await subscribeWebhook(house, US, { url: receiver.url, types: ['license.read_by_new_unit'] });
  const licenseId = await house.put(1);
  const reader = '11360100MB0D00037D';
  const reads: readonly (readonly [organisation: string, basis: string])[] = [
    [reader, 'consent:c1'],
    [CASE_SYSTEM, 'basis:b1'],
    [reader, 'basis:b1'],
    [reader, 'basis:b1'],
  ];
  for (const [organisation, basis] of reads)
    await insertEvent(house.db, makeEvent(licenseId, house.clock(), { kind: 'shared', organisation, basis }));
  await house.settle();
  await insertEvent(
    house.db,
    makeEvent(licenseId, house.clock(), { kind: 'read', organisation: reader, basis: 'basis:b2' }),
  );
  await house.settle();
  t.deepEqual(
    receiver.got.map(({ body }) => webhookMessage.parse(JSON.parse(body)).data.reader),
    [reader],
  );
  const notices = await house.db('license.notices').select('license_id', 'kind', 'ref');
  t.deepEqual(notices, [{ license_id: licenseIdAt(1), kind: 'new-reader', ref: reader }]);
});

test('nothing of a person lies in the queue: identifiers, types, cases, states and dates only', async (t) => {
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  await subscribeWebhook(house, US, { url: receiver.url, types: ['license.issued'] });
  await house.put(1);
  await house.settle();
  const [{ payload }] = await house.db('license.jobs').select('payload');
  t.deepEqual(Object.keys(payload).sort(), ['message', 'message_id', 'subscription_id']);
  t.deepEqual(Object.keys(payload.message.data).sort(), [
    'at',
    'case_id',
    'identifier',
    'license_type',
    'state',
    'valid_to',
  ]);
});
