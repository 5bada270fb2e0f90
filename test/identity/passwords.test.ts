// Passwords: what is refused as a new one, which hashes of other houses are taken over, and that ours replace them.
import { createHash, pbkdf2Sync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { sm3 } from '../../common/crypto/sm3.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { parseForeignHash } from '../../identity/domain/foreign-hash.ts';
import { authenticate } from '../../identity/flow/authenticate.ts';
import { openBreachFile } from '../../identity/flow/breach-file.ts';
import { judgeNewPassword } from '../../identity/flow/new-password.ts';
import { hashPassword, isPassword, needsNewHash } from '../../identity/flow/password.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { renewHash } from '../../identity/flow/renew-hash.ts';
import { findPassword } from '../../identity/store/accounts.ts';
import { testDatabase } from '../_harness/database.ts';
import { CHEAP_WORK as CHEAP, MASTER_KEY, PERSON } from './identity-house.ts';

const POLICY = { minLength: 8, work: CHEAP, breachFile: null };
const ABOUT = {
  name: '张三',
  holder: PERSON.holder,
  phone: PERSON.phone,
  mail: 'zsan@example.cn',
  loginName: 'zhang3',
};
const judge = async (password: string) => (await judgeNewPassword(POLICY, password, ABOUT))?.kind ?? null;

test('NIST SP 800-63B: length counts, phrases and every script are welcome, kinds of characters are not asked for', async (t) => {
  for (const password of [
    'correct horse battery',
    '今天天气很好我去爬山',
    'qpwmfjxz',
    'a1 b2 c3 d4',
    '🦆🐢🐍🦄🐝🐞🦋🐌',
  ])
    t.is(await judge(password), null, password);
  t.is(await judge('kz8#fq!'), 'short');
  t.is(await judge('x7'.repeat(65)), 'long');
});

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  known: ['password', 'PASSWORD1', '12345678', 'iloveyou', 'qwertyuiop'],
  simple: ['aaaaaaaaaa', 'abababab', 'abcdefgh', '98765432', '一一一一一一一一'],
  personal: [
    '13800010001',
    'a13800010001',
    '19900307',
    'zs19900307',
    'zhangsan1990',
    'ZhangSan123',
    'zhangsan!',
    'sanzhang1',
    '张三199003',
    '077718zs',
    'zhang3zhang3',
    'zsan@example.cn',
  ],
};
for (const [kind, passwords] of Object.entries(REFUSED)) {
  test(`refused as ${kind}: ${passwords.join(' ')}`, async (t) => {
    for (const password of passwords) t.is(String(await judge(password)), kind, password);
  });
}

test('a name inside of a long phrase is fine; surnames are also known in their reading as surnames', async (t) => {
  t.is(await judge('zhangsan likes green tea'), null);
  t.is((await judgeNewPassword(POLICY, 'shanxiongxin1', { name: '单雄信' }))?.kind ?? null, 'personal');
  t.is((await judgeNewPassword(POLICY, 'danxiongxin1', { name: '单雄信' }))?.kind ?? null, 'personal');
});

test('a breach file is searched where it lies: found are first, last and middle lines, with counts and without', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-breach-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const words = Array.from({ length: 500 }, (_, index) => `leaked-${index}`);
  const sha1 = (word: string) => createHash('sha1').update(word).digest('hex').toUpperCase();
  const lines = words.map(sha1).sort();
  const forms = [lines.map((line, index) => `${line}:${index ** 3}`).join('\r\n'), `${lines.join('\n')}\n`, lines[0]!];
  for (const [index, text] of forms.entries()) {
    const path = join(folder, String(index));
    await writeFile(path, text);
    const file = await openBreachFile(path);
    for (const word of words) t.is(await file.has(word), text.includes(sha1(word)), word);
    for (const word of ['fresh', 'new', '', 'leaked-500']) t.false(await file.has(word), word);
    if (index === 1)
      t.deepEqual(await judgeNewPassword({ ...POLICY, breachFile: file }, 'leaked-77', {}), { kind: 'known' });
    await file.close();
  }
  await writeFile(join(folder, 'other'), 'password\n');
  await t.throwsAsync(openBreachFile(join(folder, 'other')), { code: 'config-invalid' });
  await t.throwsAsync(openBreachFile(join(folder, 'none')), { code: 'config-invalid' });
});

const SALT = Buffer.from('0123456789abcdef');
const passlib = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('+', '.').replaceAll('=', '');
const derived = (digest: string) => pbkdf2Sync('geheim 密码', SALT, 1000, 32, digest);
const FOREIGN: Record<string, () => Promise<string> | string> = {
  bcrypt: () => hashBcrypt('geheim 密码', 4),
  'bcrypt as PHP writes it': async () => (await hashBcrypt('geheim 密码', 4)).replace('$2b$', '$2y$'),
  'PBKDF2 as passlib writes it': () => `$pbkdf2-sha512$1000$${passlib(SALT)}$${passlib(derived('sha512'))}`,
  'PBKDF2 with SHA-1 as passlib writes it': () => `$pbkdf2$1000$${passlib(SALT)}$${passlib(derived('sha1'))}`,
  'PBKDF2 as Django writes it': () => `pbkdf2_sha256$1000$${SALT}$${derived('sha256').toString('base64')}`,
  'SM3 of salt and password': () =>
    `$sm3$salt-password$${SALT.toString('base64')}$${Buffer.from(sm3(Buffer.concat([SALT, Buffer.from('geheim 密码')]))).toString('hex')}`,
  'SM3 of password and salt': () =>
    `$sm3$password-salt$${SALT.toString('base64')}$${Buffer.from(sm3(Buffer.concat([Buffer.from('geheim 密码'), SALT]))).toString('hex')}`,
};
for (const [form, make] of Object.entries(FOREIGN)) {
  test(`a hash of another house is understood: ${form}; the refused sibling is another password`, async (t) => {
    const encoded = await make();
    t.true(await isPassword(encoded, 'geheim 密码', CHEAP));
    t.false(await isPassword(encoded, 'geheim 密 码', CHEAP));
    t.true(needsNewHash(encoded, CHEAP));
  });
}

test('PBKDF2 in the words of Django: a published vector', async (t) => {
  // The widely printed value for "password", "salt", 4096 iterations, SHA-256 (the inputs of RFC 6070, 2).
  const encoded = `pbkdf2_sha256$4096$salt$${Buffer.from('c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a', 'hex').toString('base64')}`;
  t.true(await isPassword(encoded, 'password', CHEAP));
});

test('refused are hashes that nobody can check, and those that would cost minutes', (t) => {
  const salt = 'c2FsdHNhbHQ=';
  for (const text of [
    '',
    'd41d8cd98f00b204e9800998ecf8427e',
    `$2b$31$${'a'.repeat(53)}`,
    `$2b$10$${'a'.repeat(52)}`,
    `$2x$10$${'a'.repeat(53)}`,
    `$pbkdf2-sha256$99999999$${salt}$${'a'.repeat(43)}`,
    `$pbkdf2-md5$1000$abcd$${'a'.repeat(43)}`,
    `$sm3$salt-password$${salt}$${'0'.repeat(63)}`,
    `$sm3$${salt}$${'0'.repeat(64)}`,
    '$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
  ])
    t.is(parseForeignHash(text), null, text);
});

test('our own hash is argon2id with the parameters of the settings, and is renewed when they change', async (t) => {
  const encoded = await hashPassword('a long enough password', CHEAP);
  t.regex(encoded, /^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  t.true(await isPassword(encoded, 'a long enough password', CHEAP));
  t.false(needsNewHash(encoded, CHEAP));
  t.true(needsNewHash(encoded, { ...CHEAP, passes: 2 }));
  t.false(await isPassword(null, 'a long enough password', CHEAP));
});

test('a hash of another house is replaced at the first right password, not at a wrong one, and not over a changed password', async (t) => {
  const db = (await testDatabase(t)).connect('identity', 4);
  const deps = { db, clock: () => new Date(), keys: deriveDocumentKeys(MASTER_KEY), work: CHEAP };
  const { sub } = await registerAccount(deps, PERSON);
  const encoded = await hashBcrypt(PERSON.password, 4);
  await db('identity.accounts').update({ password_hash: encoded });
  const logIn = (password: string) =>
    authenticate(deps, {
      who: { login: PERSON.loginName },
      password,
      address: '10.0.0.1',
      deviceKey: new Uint8Array(32),
    });
  t.is((await logIn('not the password')).outcome, 'refused');
  t.is((await findPassword(db, sub)).passwordHash, encoded);
  t.is((await logIn(PERSON.password)).outcome, 'accepted');
  const { passwordHash: renewed } = await findPassword(db, sub);
  t.regex(renewed!, /^\$argon2id\$v=19\$m=64,/);
  t.is((await logIn(PERSON.password)).outcome, 'accepted');
  t.is((await findPassword(db, sub)).passwordHash, renewed);
  await renewHash(deps, { sub, encoded, password: PERSON.password });
  t.is((await findPassword(db, sub)).passwordHash, renewed, 'the hash that was judged is no longer the stored one');
  t.deepEqual(await db('identity.events').where({ kind: 'password.rehashed' }).pluck('sub'), [sub]);
});
