// Shredding by API and by command: only a person with the duty, asked twice, and nobody's code in a log.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { shreddingAsked, shreddingDone } from '../../../common/contract/license-shredding.ts';
import { PLAIN_ENV } from '../../_harness/plain-env.ts';
import { DEPARTMENT, makeRequest, ZHANGSAN } from '../doubles.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

const XINJI = join(import.meta.dirname, '../../../bin/xinji.ts');
const ROLES = [{ org: '11360100MB0D00010M', unit: '政务服务局', role: 'license-admin' }];
const REASON = '依据行政复议决定书〔2026〕17号';
const holder = { code_type: ZHANGSAN.code_type, code: ZHANGSAN.code };
const admin = (house: LicenseHouse, sub = 'sub-admin') =>
  house.token('xinji-cli', 'license:admin', { sub, roles: ROLES });

async function issueOne(house: LicenseHouse): Promise<string> {
  const token = await house.token(DEPARTMENT, 'license:issue');
  const issued = await house.call('POST', '/v1/licenses', { token, json: makeRequest() });
  return (issued.json as { identifier: string }).identifier;
}

test('an administrator is asked twice; then the license is gone for its authority too, and no log has the code', async (t) => {
  const house = await startLicense(t);
  const identifier = await issueOne(house);
  const token = await admin(house);
  const asked = await house.call('POST', '/v1/shreddings', { token, json: { holder, reason: REASON } });
  t.is(asked.status, 200, asked.text);
  const { confirmation, ...counts } = shreddingAsked.parse(asked.json);
  t.deepEqual(counts, { licenses_destroyed: 1, licenses_kept: 0 });
  const order = { holder, reason: REASON, confirmation };
  const other = await house.call('POST', '/v1/shreddings', { token: await admin(house, 'sub-other'), json: order });
  t.is(other.code, 'shredding-not-confirmed');
  const done = await house.call('POST', '/v1/shreddings', { token, json: order });
  t.is(done.status, 201, done.text);
  t.like(shreddingDone.parse(done.json), { licenses_destroyed: 1 });
  const read = await house.call('GET', `/v1/licenses/${identifier}`, {
    token: await house.token(DEPARTMENT, 'license:issue'),
  });
  t.deepEqual([read.status, read.code], [410, 'license-shredded']);
  t.is((await house.call('POST', '/v1/shreddings', { token, json: order })).code, 'holder-not-found');
  t.false(house.lines.some((line) => line.includes(ZHANGSAN.code) || line.includes(REASON)));
});

test('a machine, a person without the role, another scope, no token and what breaks the contract are refused', async (t) => {
  const house = await startLicense(t);
  await issueOne(house);
  const json = { holder, reason: REASON };
  const ask = async (token: string | null, body: unknown = json) =>
    (await house.call('POST', '/v1/shreddings', { json: body, ...(token === null ? {} : { token }) })).code;
  t.is(await ask(null), 'token-missing');
  t.is(await ask(await house.token(DEPARTMENT, 'license:issue')), 'scope-missing');
  t.not(await ask(await house.token(DEPARTMENT, 'license:admin')), null, 'a machine has no duty');
  t.not(await ask(await house.token('xinji-cli', 'license:admin', { sub: 'sub-admin', roles: [] })), null);
  const clerk = [{ ...ROLES[0]!, role: 'license-clerk' }];
  t.not(await ask(await house.token('xinji-cli', 'license:admin', { sub: 'sub-clerk', roles: clerk })), null);
  const token = await admin(house);
  for (const body of [{ holder }, { holder, reason: 'x' }, { ...json, confirmation: 'yes' }, { ...json, more: 1 }])
    t.is(await ask(token, body), 'invalid-request');
  t.is((await house.deps.db('license.holder_keys')).length, 1);
});

test('xinji license shred: the first run destroys nothing and says how to go on', async (t) => {
  const house = await startLicense(t);
  await issueOne(house);
  const xinji = await makeCommand(t, house);
  const first = await xinji();
  t.is(first.code, 0, first.err);
  t.regex(first.out, /^Nothing was destroyed yet\. This order would destroy: 1 licenses for ever; 0 stay/);
  const code = /--confirm ([0-9a-f]{16})/.exec(first.out)![1]!;
  const wrong = await xinji(
    '--confirm',
    code.replace(/./, (digit) => (digit === '0' ? '1' : '0')),
  );
  t.is(wrong.code, 1);
  t.regex(wrong.err, /not the confirmation of this order/);
  t.is((await xinji('--confirm', 'yes')).code, 64);
  const second = await xinji('--confirm', code);
  t.regex(second.out, /^Destroyed at .*: 1 licenses for ever/);
  t.is((await house.deps.db('license.holder_keys')).length, 0);
  t.false(`${first.out}${first.err}${second.out}`.includes(ZHANGSAN.code));
});

async function makeCommand(t: ExecutionContext, house: LicenseHouse) {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-shred-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [codeFile, tokenFile] = [join(folder, 'code'), join(folder, 'token')];
  await writeFile(codeFile, `${ZHANGSAN.code}\n`);
  await writeFile(tokenFile, await admin(house));
  const whom = ['--holder-code-type', '111', '--holder-code-file', codeFile, '--token-file', tokenFile];
  const env = { ...PLAIN_ENV, XINJI_MODE: 'development', XINJI_LICENSE_URL: house.url };
  return (...more: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const args = [XINJI, 'license', 'shred', ...whom, '--reason', REASON, ...more];
      execFile(process.execPath, args, { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
}
