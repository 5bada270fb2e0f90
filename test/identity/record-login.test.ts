// What a login leaves: the browser, the event and the notice of a new browser, together or not at all.
import test from 'ava';
import type { Knex } from 'knex';
import { databaseErrorCode } from '../../common/db/errors.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { openMessage } from '../../identity/domain/message.ts';
import { completeLogin } from '../../identity/flow/complete-login.ts';
import { addressIn, makeMessage } from '../../identity/flow/notify.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { documentOf, findAccountByLogin, findAccountBySub, findPassword } from '../../identity/store/accounts.ts';
import { listEvents } from '../../identity/store/events.ts';
import { forgetDevices } from '../../identity/store/known-devices.ts';
import { takeTries } from '../../identity/store/login-tries.ts';
import { recordLogin } from '../../identity/store/logins.ts';
import { listOutbox } from '../../identity/store/outbox.ts';
import { testDatabase } from '../_harness/database.ts';
import { MASTER_KEY, PERSON } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const NOW = new Date('2026-03-01T00:00:00Z');
const clock = () => NOW;
const DEVICE = { key: Uint8Array.of(1), label: 'Firefox, Linux' };

async function world(t: Parameters<typeof testDatabase>[0]) {
  const db = (await testDatabase(t)).connect('identity', 10);
  const { sub } = await registerAccount({ db, clock, keys }, PERSON);
  const account = (await findAccountBySub(db, keys, sub))!;
  const event = { at: NOW, kind: 'login.succeeded', sub, detail: { method: 'pwd', level: 2 } } as const;
  const notice = () =>
    makeMessage({ clock, keys }, addressIn(documentOf(account))!, { kind: 'new-device', words: '在新设备登录' });
  return { db, sub, account, login: { accountId: account.id, device: DEVICE, event }, notice };
}

const jobs = (db: Knex) => db('identity.jobs').select('queue', 'payload', 'run_after');
const logins = async (db: Knex) => (await listEvents(db, 100)).filter(({ kind }) => kind === 'login.succeeded');

test('a browser is known to an account from its first login there until it is forgotten', async (t) => {
  const { db, sub, account, login } = await world(t);
  const isKnown = async (key: Uint8Array) => {
    const { knowsDevice } = await findPassword(db, sub, key);
    t.is((await findAccountByLogin(db, keys, PERSON.loginName, key))?.knowsDevice, knowsDevice);
    return knowsDevice;
  };
  t.false(await isKnown(DEVICE.key));
  t.true(await recordLogin(db, { ...login, notice: null }));
  t.false(await recordLogin(db, { ...login, notice: null }));
  t.true(await isKnown(DEVICE.key));
  t.false(await isKnown(Uint8Array.of(2)));
  await forgetDevices(db, account.id);
  t.false(await isKnown(DEVICE.key));
  t.is((await logins(db)).length, 2);
  t.deepEqual(await jobs(db), []);
});

test('of several logins at once with one new browser one tells of it, each is an event, and all wait for the chain', async (t) => {
  const { db, login, notice } = await world(t);
  const before = Number((await db('identity.unchained_events').count())[0]?.['count']);
  const all = await Promise.all(Array.from({ length: 8 }, () => recordLogin(db, { ...login, notice: notice() })));
  t.is(all.filter(Boolean).length, 1);
  const rows = await listOutbox(db, 10);
  t.is(rows.length, 1);
  t.like(openMessage(keys, rows[0]!.id, rows[0]!.box), { to: PERSON.phone, words: '在新设备登录' });
  t.deepEqual(await jobs(db), [{ queue: 'messages', payload: { id: rows[0]!.id }, run_after: NOW }]);
  t.is((await logins(db)).length, 8);
  t.is(Number((await db('identity.unchained_events').count())[0]?.['count']), before + 8);
});

test('what cannot be told is not recorded: no browser, no event, no job', async (t) => {
  const { db, sub, login, notice } = await world(t);
  const message = notice();
  t.true(await recordLogin(db, { ...login, notice: message }));
  const other = { key: Uint8Array.of(2), label: 'Safari, macOS' };
  const error = await t.throwsAsync(() => recordLogin(db, { ...login, device: other, notice: message }));
  t.is(databaseErrorCode(error), '23505', 'the id of the message is taken');
  t.false((await findPassword(db, sub, other.key)).knowsDevice);
  t.is((await logins(db)).length, 1);
  t.is((await jobs(db)).length, 1);
});

test('a login settles the tries of a right password: the own ones are forgotten, of each other one is taken back; a step-up alike', async (t) => {
  const { db, account, login } = await world(t);
  const place = (n: number) => ({ loginKey: Uint8Array.of(n), address: `@${n}` });
  const end = new Date(NOW.getTime() + 60_000);
  const take = () =>
    takeTries(
      db,
      [1, 2].map((n) => ({ ...place(n), now: NOW, windowEndsAt: end })),
    );
  const tries = { forget: place(1), giveBack: [place(2)] };
  const count = async () => (await take()).map((one) => one.tries);
  for (let n = 0; n < 3; n += 1) await take();
  await recordLogin(db, { ...login, notice: null });
  t.deepEqual(await count(), [4, 4], 'a login without a password settles nothing');
  await recordLogin(db, { ...login, notice: null, tries });
  t.deepEqual(await count(), [1, 4]);
  const deps = { db, clock, keys, historyUrl: 'https://id.example.gov.cn/account/history' };
  const visit = {
    address: '192.0.2.1',
    device: DEVICE,
    requestId: 'req_00000000',
    system: '',
    clientId: 'case-system',
  };
  await completeLogin(deps, { ...visit, account, proof: { method: 'pwd' }, sessionUid: 'session', tries });
  t.deepEqual(await count(), [1, 4]);
  t.deepEqual(await db('identity.login_tries').pluck('tries'), [1, 4]);
});

test('a login with a new browser is told to the phone, one with a known browser to nobody; a step-up is no login', async (t) => {
  const { db, account } = await world(t);
  const deps = { db, clock, keys, historyUrl: 'https://id.example.gov.cn/account/history' };
  const step = { account, proof: { method: 'pwd' } as const, clientId: 'case-system', system: '办件系统' };
  const visit = { sessionUid: null, address: '192.0.2.1', device: DEVICE, requestId: 'req_00000000' };
  const login = await completeLogin(deps, { ...step, ...visit });
  t.like(login, { accountId: account.sub, acr: 'L2', authentication: { begins: true } });
  await completeLogin(deps, { ...step, ...visit });
  await completeLogin(deps, { ...step, ...visit, device: { ...DEVICE, key: Uint8Array.of(3) }, sessionUid: 'session' });
  const rows = await listOutbox(db, 10);
  t.is(rows.length, 1);
  t.regex(openMessage(keys, rows[0]!.id, rows[0]!.box).words, /新设备（Firefox, Linux）登录“办件系统”/);
  t.is((await listEvents(db, 100)).filter(({ kind }) => kind === 'login.stepped-up').length, 1);
  t.is((await logins(db)).length, 2);
  await t.throwsAsync(completeLogin(deps, { ...step, ...visit, account: { ...account } }), { message: /copy/ });
});
