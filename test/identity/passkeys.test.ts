import { generateKeyPairSync, randomBytes } from 'node:crypto';
import test from 'ava';
import type { Knex } from 'knex';
import type { Account } from '../../identity/domain/account.ts';
import { CHALLENGE_SECONDS, deriveChallengeKey } from '../../identity/domain/challenge.ts';
import { openMessage } from '../../identity/domain/message.ts';
import { makeChallenges } from '../../identity/flow/challenges.ts';
import type { FactorChangeDeps } from '../../identity/flow/change-factors.ts';
import { enrolPasskey, passkeyEnrolmentOptions } from '../../identity/flow/enrol-passkey.ts';
import type { PasskeyDeps } from '../../identity/flow/passkey-deps.ts';
import { passkeyLoginOptions, provePasskey } from '../../identity/flow/prove-passkey.ts';
import { listFactors, removeFactor } from '../../identity/store/factors.ts';
import { listOutbox } from '../../identity/store/outbox.ts';
import { CERTIFICATE_SCRIPT } from '../../identity/web/certificate-form.ts';
import { FACE_SCRIPT } from '../../identity/web/face-form.ts';
import { PASSKEY_SCRIPT } from '../../identity/web/passkey-form.ts';
import { SHOW_PASSWORD_SCRIPT } from '../../identity/web/password-form.ts';
import { SCAN_SCRIPT } from '../../identity/web/scan-panel.ts';
import { testDatabase } from '../_harness/database.ts';
import { bareAccount, KEYS } from './bare-account.ts';
import { type Lies, type SoftAuthenticator, softAuthenticator } from './soft-authenticator.ts';

const ISSUER = 'https://id.example.gov.cn';
const now = new Date('2026-11-20T08:00:00Z');
const KEY = deriveChallengeKey(new Uint8Array(32).fill(1));
let db: Knex;
let deps: PasskeyDeps & FactorChangeDeps;
const accounts: Account[] = [];

test.before(async () => {
  db = (await testDatabase()).connect('identity', 4);
  const challenges = makeChallenges({ db, clock: () => now, key: KEY });
  const findAccountById = async (id: number) => accounts.find((one) => one.id === id) ?? null;
  const told = { keys: KEYS, factorsUrl: `${ISSUER}/account/factors` };
  deps = { db, clock: () => now, challenges, issuer: ISSUER, rpName: '信基登录', findAccountById, ...told };
});

const person = async (reached?: { readonly phone: string }): Promise<Account> => {
  const account = await bareAccount(db, reached);
  accounts.push(account);
  return account;
};

async function enrol(account: Account, key: SoftAuthenticator, lies: Lies = {}, session = 'session') {
  const options = await passkeyEnrolmentOptions(deps, account, session);
  const answer = key.register(options, lies);
  return enrolPasskey(deps, { account, sessionUid: session, label: '手机', answer, done: async () => {} });
}

async function withPasskey(reached?: { readonly phone: string }) {
  const account = await person(reached);
  const key = softAuthenticator(ISSUER);
  await enrol(account, key);
  return { account, key };
}

async function prove(key: SoftAuthenticator, lies: Lies = {}, accountId: number | null = null) {
  const options = await passkeyLoginOptions(deps, 'interaction', accountId);
  return provePasskey(deps, { interactionUid: 'interaction', answer: key.assert(options, lies), accountId });
}

test('a passkey is added, listed, proves its account, and tells whether the person was verified', async (t) => {
  const { account, key } = await withPasskey();
  const [factor] = await listFactors(db, account.id, 'passkey');
  t.is(factor?.label, '手机');
  t.like(await prove(key), { outcome: 'accepted', account: { sub: account.sub }, userVerified: true });
  t.like(await prove(key, { userVerified: false }), { outcome: 'accepted', userVerified: false });
  const [used] = await listFactors(db, account.id, 'passkey');
  t.is(used?.public['counter'], 2);
  t.deepEqual(used?.lastUsedAt, now);
});

test('the options name the RP by the issuer, exclude what is there, and for a step-up ask for the own ones alone', async (t) => {
  const { account, key } = await withPasskey();
  const options = await passkeyEnrolmentOptions(deps, account, 'session');
  t.is(options.rp.id, 'id.example.gov.cn');
  t.is(options.attestation, 'none');
  t.deepEqual(
    options.excludeCredentials?.map(({ id }) => id),
    [key.id],
  );
  t.deepEqual(
    (await passkeyLoginOptions(deps, 'i', account.id)).allowCredentials?.map(({ id }) => id),
    [key.id],
  );
  t.is((await passkeyLoginOptions(deps, 'i', null)).allowCredentials, undefined);
});

const WRONG: readonly (readonly [string, Lies])[] = [
  ['made for another origin', { origin: 'https://id.example.gov.cn.evil.example' }],
  ['of another RP id', { rpId: 'evil.example' }],
  ['without the person present', { userPresent: false }],
  ['by another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
  ['of the other ceremony', { type: 'webauthn.create' }],
  ['over a challenge of nobody', { challenge: randomBytes(56).toString('base64url') }],
];
for (const [how, lies] of WRONG) {
  test(`refused: an answer ${how}`, async (t) => {
    const { key } = await withPasskey();
    t.like(await prove(key, lies), { outcome: 'refused', because: 'answer' });
    t.like(await prove(key), { outcome: 'accepted' });
  });
}

test('refused: the same answer twice, an answer for another interaction, one after its time', async (t) => {
  const { key } = await withPasskey();
  const challenged = async () => passkeyLoginOptions(deps, 'interaction', null);
  const answer = key.assert(await challenged());
  const order = { interactionUid: 'interaction', accountId: null };
  const both = await Promise.all([1, 2].map(() => provePasskey(deps, { ...order, answer })));
  t.deepEqual(both.map(({ outcome }) => outcome).sort(), ['accepted', 'refused']);
  t.is((await provePasskey(deps, { ...order, answer })).outcome, 'refused');
  const foreign = key.assert(await challenged());
  t.is((await provePasskey(deps, { ...order, interactionUid: 'another', answer: foreign })).outcome, 'refused');
  const late = key.assert(await challenged());
  const clock = () => new Date(now.getTime() + CHALLENGE_SECONDS * 1000);
  const challenges = makeChallenges({ db, clock, key: KEY });
  t.is((await provePasskey({ ...deps, clock, challenges }, { ...order, answer: late })).outcome, 'refused');
});

test('refused: a counter that goes back or stands still says that there are two of this authenticator', async (t) => {
  const { account, key } = await withPasskey();
  t.like(await prove(key, { counter: 9 }), { outcome: 'accepted' });
  t.like(await prove(key, { counter: 9 }), { outcome: 'refused', because: 'counter', sub: account.sub });
  t.like(await prove(key, { counter: 3 }), { outcome: 'refused', because: 'counter' });
  t.like(await prove(key, { counter: 0 }), { outcome: 'refused', because: 'counter' });
  t.like(await prove(key, { counter: 10 }), { outcome: 'accepted' });
});

test('the owner is told once a day of a passkey that seems to be copied, and only by an answer that its key has signed', async (t) => {
  const { key } = await withPasskey({ phone: '13800010009' });
  await prove(key, { counter: 9 });
  const told = async () => (await listOutbox(db, 10)).filter(({ kind }) => kind === 'passkey-copied');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  t.like(await prove(key, { counter: 3, key: privateKey }), { because: 'answer' });
  t.deepEqual(await told(), []);
  for (const counter of [9, 3]) t.like(await prove(key, { counter }), { because: 'counter' });
  const [message, ...others] = await told();
  t.deepEqual(others, []);
  const { to, words } = openMessage(KEYS, message!.id, message!.box);
  t.is(to, '13800010009');
  t.true(words.includes('“手机”可能已被复制') && words.includes(deps.factorsUrl));
});

test('refused: the passkey of another account in a step-up, a strange user handle, one that was removed, a closed account', async (t) => {
  const { account, key } = await withPasskey();
  const other = await withPasskey();
  t.like(await prove(key, {}, other.account.id), { outcome: 'refused', because: 'other-account' });
  const userHandle = Buffer.from(other.account.sub).toString('base64url');
  t.like(await prove(key, { userHandle }), { outcome: 'refused', because: 'other-account' });
  const [factor] = await listFactors(db, account.id, 'passkey');
  await removeFactor(db, { accountId: account.id, id: factor!.id }, now);
  t.like(await prove(key), { outcome: 'refused', because: 'unknown' });
  accounts[accounts.indexOf(other.account)] = { ...other.account, status: 'closed' };
  t.like(await prove(other.key), { outcome: 'refused', because: 'unknown' });
});

test('refused at enrolment: wrong origin, the challenge of another session or of a login, a passkey that is there, nonsense', async (t) => {
  const { account, key } = await withPasskey();
  t.is(await enrol(account, softAuthenticator(ISSUER), { origin: 'https://evil.example' }), 'refused');
  const { challenge } = await passkeyEnrolmentOptions(deps, account, 'one session');
  t.is(await enrol(account, softAuthenticator(ISSUER), { challenge }, 'another'), 'refused');
  const login = await passkeyLoginOptions(deps, 'session', null);
  t.is(await enrol(account, softAuthenticator(ISSUER), { challenge: login.challenge }), 'refused');
  t.is(await enrol(await person(), key), 'taken');
  for (const answer of ['', '{', '[]', '{"id":"a"}', JSON.stringify({ id: 'x'.repeat(5000) })]) {
    const order = { account, sessionUid: 'session', label: '', answer, done: async () => {} };
    t.is(await enrolPasskey(deps, order), 'refused');
    t.like(await provePasskey(deps, { interactionUid: 'i', answer, accountId: null }), { because: 'answer' });
  }
});

test('the script of every page is at most 10 KB', (t) => {
  for (const script of [PASSKEY_SCRIPT + SHOW_PASSWORD_SCRIPT, CERTIFICATE_SCRIPT, SCAN_SCRIPT, FACE_SCRIPT])
    t.true(Buffer.byteLength(script) <= 10_240);
});
