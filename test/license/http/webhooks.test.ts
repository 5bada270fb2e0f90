// /v1/webhook-subscriptions: a client subscribes for its own organisation, sees and ends what is its own, and nothing else.
import test from 'ava';
import { secretMade, subscriptionList, subscriptionMade } from '../../../common/contract/webhook.ts';
import { DEPARTMENT, OTHER_DEPARTMENT } from '../doubles.ts';
import { startLicense } from './license-house.ts';

const PATH = '/v1/webhook-subscriptions';
const REQUEST = { url: 'https://cases.example.gov.cn/hook', types: ['license.issued'] };

test('a client subscribes, lists, changes the secret and ends it; of another organisation it sees nothing', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue');
  const stranger = await house.token(OTHER_DEPARTMENT, 'license:issue');
  const made = await house.call('POST', PATH, { token, json: REQUEST });
  t.is(made.status, 201, made.text);
  const { subscription_id, secret, undelivered } = subscriptionMade.parse(made.json);
  t.regex(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.is(undelivered, 0);
  const listed = await house.call('GET', PATH, { token });
  t.is(subscriptionList.parse(listed.json).subscriptions[0]?.subscription_id, subscription_id);
  t.false(listed.text.includes(secret), 'the secret is told once');
  t.false(house.lines.some((line) => line.includes(secret)));
  t.deepEqual((await house.call('GET', PATH, { token: stranger })).json, { subscriptions: [] });
  const secrets = `${PATH}/${subscription_id}/secrets`;
  t.is((await house.call('POST', secrets, { token: stranger, json: {} })).code, 'webhook-not-found');
  const changed = await house.call('POST', secrets, { token, json: {} });
  t.is(changed.status, 201);
  const { secret: next, earlier_secret_until } = secretMade.parse(changed.json);
  t.not(next, secret);
  t.is(earlier_secret_until, new Date(house.now().getTime() + 24 * 3_600_000).toISOString());
  t.is((await house.call('DELETE', `${PATH}/${subscription_id}`, { token: stranger })).code, 'webhook-not-found');
  t.is((await house.call('DELETE', `${PATH}/${subscription_id}`, { token })).status, 204);
  t.is((await house.call('DELETE', `${PATH}/${subscription_id}`, { token })).code, 'webhook-not-found');
});

test('refused: another scope, an unknown client, what is no subscription', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue');
  const call = (json: unknown, by = token) => house.call('POST', PATH, { token: by, json });
  t.is((await call(REQUEST, await house.token(DEPARTMENT, 'license:redeem'))).status, 403);
  t.is((await call(REQUEST, await house.token('nobody', 'license:issue'))).code, 'issuing-not-allowed');
  for (const wrong of [{}, { ...REQUEST, types: [] }, { ...REQUEST, types: ['license.eaten'] }, { ...REQUEST, a: 1 }])
    t.is((await call(wrong)).code, 'invalid-request');
  t.is((await call({ ...REQUEST, types: ['license.issued', 'license.issued'] })).code, 'invalid-request');
  t.is((await call({ ...REQUEST, url: 'ftp://cases.example.gov.cn' })).code, 'webhook-url-refused');
  t.is((await call(REQUEST)).status, 201);
  t.is((await call(REQUEST)).code, 'webhook-exists');
  const { subscriptions } = subscriptionList.parse((await house.call('GET', PATH, { token })).json);
  const secrets = { token, json: { overlap_hours: 169 } };
  t.is(
    (await house.call('POST', `${PATH}/${subscriptions[0]!.subscription_id}/secrets`, secrets)).code,
    'invalid-request',
  );
});
