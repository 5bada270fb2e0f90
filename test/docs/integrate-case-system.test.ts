// docs/integrate-case-system.md does what it says: the receiver that it prints takes what the room sends and nothing else, and
// the message that it prints has the form of those that are sent.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { WEBHOOK_TYPES, webhookMessage } from '../../common/contract/webhook.ts';
import { subscribeWebhook } from '../../license/flow/webhook-subscriptions.ts';
import { DEPARTMENT } from '../license/doubles.ts';
import { startLicense } from '../license/http/license-house.ts';
import { CASE_SYSTEM } from '../license/registry-rows.ts';
import { type Delivery, openOutbox, startReceiver } from '../license/webhook-kit.ts';

const text = await readFile(join(import.meta.dirname, '../../docs/integrate-case-system.md'), 'utf8');
const snippet = (language: string): string => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text)![1]!;

type IsGenuine = (secret: string, headers: Delivery['headers'], body: string, now: number) => boolean;

test('the receiver of docs/integrate-case-system.md takes what the room sends, also while secrets change, and nothing else', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-receiver-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'receiver.mjs'), snippet('js'));
  const { isGenuine }: { isGenuine: IsGenuine } = await import(join(folder, 'receiver.mjs'));
  const house = await openOutbox(t);
  const receiver = await startReceiver(t);
  const us = { organisation: CASE_SYSTEM, actor: 'case-system' };
  const { secret } = await subscribeWebhook(house, us, { url: receiver.url, types: ['license.issued'] });
  await house.put(1);
  await house.settle();
  const { headers, body } = receiver.got[0]!;
  const now = house.clock().getTime();
  t.true(isGenuine(secret, headers, body, now));
  const several = { ...headers, 'webhook-signature': `v1,AAAA v1a,BBBB ${headers['webhook-signature']}` };
  t.true(isGenuine(secret, several, body, now));
  const refused: readonly (readonly [Delivery['headers'], string, number])[] = [
    [headers, `${body} `, now],
    [headers, body, now + 301_000],
    [{ ...headers, 'webhook-id': 'another' }, body, now],
    [{ ...headers, 'webhook-timestamp': 'soon' }, body, now],
    [{ ...headers, 'webhook-signature': 'v1,' }, body, now],
  ];
  for (const [others, text, at] of refused) t.false(isGenuine(secret, others, text, at));
});

test('the message of docs/integrate-case-system.md has the form of those that are sent; every type is told of', (t) => {
  t.true(webhookMessage.safeParse(JSON.parse(snippet('json'))).success);
  for (const type of WEBHOOK_TYPES) t.true(text.includes(`| \`${type}\` |`), type);
});

test('the requests of docs/integrate-case-system.md issue, change and suspend a license', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue license:change license:revoke');
  const requests = [...text.matchAll(/```\n(POST \/v1\/licenses\S*)\n(\{.*\})\n```/g)];
  t.is(requests.length, 3);
  let identifier = '';
  for (const [, line = '', body = ''] of requests) {
    const path = line.slice('POST '.length).replace('{identifier}', identifier);
    const headers = { 'Idempotency-Key': 'CASE-2026-000789-act' };
    const answer = await house.call('POST', path, { token, headers, json: JSON.parse(body) });
    t.is(answer.status, 201, answer.text);
    ({ identifier } = answer.json as { identifier: string });
    const again = await house.call('POST', path, { token, headers, json: JSON.parse(body) });
    t.is(again.status, 200, 'the same request again');
    t.deepEqual(again.json, answer.json);
  }
});
