// docs/integrate-case-system.md does what it says: the receiver that it prints takes what the room sends and nothing else, and
// the message that it prints has the form of those that are sent.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { WEBHOOK_TYPES, webhookMessage } from '../../common/contract/webhook.ts';
import { subscribeWebhook } from '../../license/flow/webhook-subscriptions.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
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

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');

test('the commands of docs/integrate-case-system.md register who issues, and end it; what is wrong does nothing', async (t) => {
  const house = await startLicense(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-registry-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const token = join(folder, 'token');
  const admin = { sub: 'admin-1', roles: [{ org: '11360100MB0D000533', unit: '证照科', role: 'license-admin' }] };
  await writeFile(token, await house.token('xinji-cli', 'license:admin', admin));
  const env = { ...PLAIN_ENV, XINJI_MODE: 'development', XINJI_LICENSE_URL: house.url };
  const xinji = (...args: readonly string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [XINJI, 'license', ...args, '--token-file', token], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const commands = [...text.matchAll(/^xinji license (.*)$/gm)].map(([, line = '']) => line.split(' '));
  t.is(commands.length, 9);
  const issue = async () => {
    const [, body = ''] = /```\nPOST \/v1\/licenses\n(\{.*\})\n```/.exec(text) ?? [];
    const by = await house.token('clinic-cases', 'license:issue');
    return (await house.call('POST', '/v1/licenses', { token: by, json: JSON.parse(body) })).status;
  };
  const outs: string[] = [];
  for (const [index, command] of commands.entries()) {
    const { code, out, err } = await xinji(...command);
    t.is(code, 0, `${command.join(' ')}: ${err}`);
    outs.push(out);
    if (index === 2) t.is(await issue(), 201);
    if (index === 3) t.is(await issue(), 403);
  }
  t.regex(outs[0] ?? '', /^rga_\w+ .* authority-registered .*\n {2}note \/seal_esid: the seal room was not asked/);
  t.regex(outs[6] ?? '', /^11360100MB0D00010M {2}示例市卫生健康委员会 {2}360100 .* ended /m);
  t.regex(
    outs[7] ?? '',
    /^clinic-cases .* ended .*\n {2}issues 11100000MB0D000965001 for 11360100MB0D00010M {2}ended /m,
  );
  t.is((outs[8] ?? '').match(/^rga_/gm)?.length, 4);
  const key = ['--key', 'the-very-key'];
  const register = [
    'client',
    'register',
    'hall',
    '--organisation',
    '11360100MB0D00037D',
    '--name',
    '示例市政务服务大厅',
  ];
  const [noReason, wrong, made] = [
    await xinji(...register),
    await xinji(...register.with(4, '11360100MB0D00037E'), '--reason', '接入'),
    await xinji(...register, '--reason', '接入', ...key),
  ];
  t.is(noReason.code, 64);
  t.is(wrong.code, 1);
  t.regex(wrong.err, /character 18 should be D/);
  t.is((await xinji(...register, '--reason', '接入', ...key)).out, made.out);
  const other = await xinji(...register, '--reason', '改名', ...key);
  t.is(other.code, 1);
  t.regex(other.err, /this key did another act/);
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
