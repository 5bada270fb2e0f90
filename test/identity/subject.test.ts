import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import test from 'ava';
import { deriveSubjectKey, makePairwiseSubjects, OWN_SECTOR, pairwiseSub } from '../../identity/domain/subject.ts';
import { judge } from '../_harness/judges.ts';
import { exchange, hop, logIn, startIdentity } from './identity-house.ts';

const MASTER = new Uint8Array(32).fill(7);
const ACCOUNT = 'lU8Yb1w0pQ7rXn3mZk2vT5sJd9e';

judge(test, 'openssl')('openssl derives the same key (HKDF-SM3) and the same subject (HMAC-SM3)', (t) => {
  const openssl = (args: readonly string[], input?: string): string =>
    execFileSync('openssl', args, { input, encoding: 'latin1' }).replaceAll(/[:\s]/g, '').toLowerCase();
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  const kdf = (name: string, value: string): string[] => ['-kdfopt', `${name}:${value}`];
  const key = openssl([
    ...['kdf', '-keylen', '32', ...kdf('digest', 'SM3'), ...kdf('hexkey', '07'.repeat(32))],
    ...[...kdf('hexsalt', hex('xinji')), ...kdf('hexinfo', hex('identity pairwise subject')), 'HKDF'],
  ]);
  t.is(key, Buffer.from(deriveSubjectKey(MASTER)).toString('hex'));
  const mac = openssl(['mac', '-digest', 'SM3', '-macopt', `hexkey:${key}`, 'HMAC'], `licence.example\0${ACCOUNT}`);
  const sub = pairwiseSub(deriveSubjectKey(MASTER), ACCOUNT, 'licence.example');
  t.is(Buffer.from(mac, 'hex').toString('base64url'), sub);
  t.regex(sub, /^[\w-]{43}$/);
});

test('another key, account or sector gives another subject; a sector that could blur the two is refused', (t) => {
  const key = randomBytes(32);
  const sub = pairwiseSub(key, ACCOUNT, 'health');
  t.is(sub, createHmac('sm3', key).update('health').update(Buffer.of(0)).update(ACCOUNT).digest('base64url'));
  t.not(sub, pairwiseSub(randomBytes(32), ACCOUNT, 'health'));
  t.not(sub, pairwiseSub(key, `${ACCOUNT}x`, 'health'));
  t.not(sub, pairwiseSub(key, ACCOUNT, 'healt'));
  for (const sector of ['', 'he\0alth', 'Health', '卫健', 'a'.repeat(64)]) {
    t.throws(() => pairwiseSub(key, ACCOUNT, sector), { instanceOf: RangeError });
  }
});

test('subjects that are remembered are those that are made, and what is refused is refused each time', (t) => {
  const key = randomBytes(32);
  const subjectOf = makePairwiseSubjects(key);
  for (const account of [ACCOUNT, `${ACCOUNT}x`, ACCOUNT])
    for (const sector of ['health', 'healt', 'h', 'health'])
      t.is(subjectOf(account, sector), pairwiseSub(key, account, sector));
  t.not(makePairwiseSubjects(randomBytes(32))(ACCOUNT, 'health'), subjectOf(ACCOUNT, 'health'));
  for (let round = 0; round < 2; round += 1) {
    for (const sector of ['', 'he\0alth', 'Health'])
      t.throws(() => subjectOf(ACCOUNT, sector), { instanceOf: RangeError });
    t.throws(() => subjectOf(`a\0${ACCOUNT}`, 'health'), { instanceOf: RangeError });
  }
});

test('OpenID Connect Core, pairwise: two departments know one person under two subjects, our own clients under one', async (t) => {
  const house = await startIdentity(t);
  const health = await house.client('health', { sector: 'health' });
  const housing = await house.client('housing', {
    sector: 'housing',
    redirectUris: ['http://a.housing.example:9/callback', 'http://b.housing.example:9/callback'],
  });
  const [license, console_] = [
    await house.client('license', { sector: OWN_SECTOR }),
    await house.client('console', { sector: OWN_SECTOR }),
  ];
  const { browser, ...login } = await logIn(health);
  const subs = [(await exchange(health, { ...login })).claims()?.sub];
  for (const client of [housing, license, console_]) {
    subs.push((await exchange(client, await hop(browser, client))).claims()?.sub);
  }
  const own = house.subOf(OWN_SECTOR);
  t.deepEqual(subs, [house.subOf('health'), house.subOf('housing'), own, own]);
  t.is(new Set(subs).size, 3);
  t.false(subs.includes(house.accountSub));
});
