// GET /v1/licenses/{identifier}/events: the record of a license for its authority, opened, newest first, page by page.
import test from 'ava';
import { licenseDocument } from '../../../common/contract/license.ts';
import { eventPage } from '../../../common/contract/license-event.ts';
import { DEPARTMENT, makeRequest, OTHER_DEPARTMENT } from '../doubles.ts';
import { startLicense } from './license-house.ts';

const SCOPES = 'license:issue license:change license:revoke';

test('the authority reads what happened to a license, with reasons, in pages and by kind; another unit is told of none', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, SCOPES);
  const asked = { token, json: makeRequest(), headers: { 'X-Request-Id': 'req-events-issue' } };
  const made = await house.call('POST', '/v1/licenses', asked);
  const path = `/v1/licenses/${licenseDocument.parse(made.json).identifier}`;
  for (const act of ['suspend', 'resume']) {
    house.pass(1);
    const headers = { 'Idempotency-Key': `act-${act}-1`, 'X-Request-Id': `req-events-${act}` };
    const answer = await house.call('POST', `${path}/acts`, { token, headers, json: { act, reason: `样例 ${act}` } });
    t.is(answer.status, 201, answer.text);
  }
  house.pass(1);
  const read = async (query: string) =>
    eventPage.parse((await house.call('GET', `${path}/events${query}`, { token })).json);
  const all = await read('');
  t.deepEqual(
    all.events.map(({ kind }) => kind),
    ['state-changed', 'state-changed', 'issued'],
  );
  t.deepEqual(
    all.events.map((event) => event.request_id),
    ['req-events-resume', 'req-events-suspend', 'req-events-issue'],
    'each can be looked up in the logs by the request that did it',
  );
  t.is(all.older, null);
  t.true(JSON.stringify(all.events[0]!.detail).includes('样例 resume'));
  t.is(all.events[2]!.actor, DEPARTMENT);
  house.pass(1);
  const first = await read('?limit=2');
  const [opening, ...newest] = first.events;
  t.like(opening, { kind: 'read', actor: DEPARTMENT, basis: 'authority', detail: { fields: ['record'] } });
  t.deepEqual(newest, all.events.slice(0, 1), 'what was read is below who read it');
  t.deepEqual((await read(`?limit=2&before=${first.older}`)).events, all.events.slice(1));
  t.deepEqual((await read('?kind=issued')).events, all.events.slice(2));
  for (const wrong of ['?kind=eaten', '?limit=0', '?limit=201', '?before=yesterday', '?colour=red'])
    t.is((await house.call('GET', `${path}/events${wrong}`, { token })).code, 'invalid-request', wrong);
  const stranger = await house.token(OTHER_DEPARTMENT, SCOPES);
  t.is((await house.call('GET', `${path}/events`, { token: stranger })).code, 'license-not-found');
  t.is((await house.call('GET', `${path}/events`)).status, 401);
});
