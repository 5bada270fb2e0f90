// The tables beneath logging in: what must happen once, what is never changed, what is not readable at rest.
import test from 'ava';
import type { Knex } from 'knex';
import { databaseErrorCode } from '../../common/db/errors.ts';
import { closeDocument, deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { maskMail, maskPhone, openMessage } from '../../identity/domain/message.ts';
import { forgetLimit, giveLimitBack, takeLimit } from '../../identity/flow/limit.ts';
import { notify } from '../../identity/flow/notify.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import {
  type Authentication,
  deleteOldAuthentications,
  insertAuthentication,
  listAuthentications,
  listProofs,
} from '../../identity/store/authentications.ts';
import {
  findFactorByLookup,
  insertFactor,
  listFactors,
  markFactorUsed,
  removeFactor,
  spendFactor,
} from '../../identity/store/factors.ts';
import { listOutbox } from '../../identity/store/outbox.ts';
import { testDatabase } from '../_harness/database.ts';
import { MASTER_KEY, PERSON } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const NOW = new Date('2026-03-01T00:00:00Z');
const clock = () => NOW;

async function world(t: Parameters<typeof testDatabase>[0]): Promise<{ db: Knex; accountId: number; sub: string }> {
  const db = (await testDatabase(t)).connect('identity', 10);
  const { sub } = await registerAccount({ db, clock, keys }, PERSON);
  return { db, sub, accountId: (await findAccountBySub(db, keys, sub))!.id };
}

test('a factor is found by its lookup, used by compare-and-set, spent once, and gone when it is removed', async (t) => {
  const { db, accountId } = await world(t);
  const lookup = Uint8Array.of(1, 2, 3);
  const passkey = { accountId, kind: 'passkey', label: '手机', lookup, public: { counter: 1 }, addedAt: NOW } as const;
  t.true(await insertFactor(db, passkey));
  t.false(await insertFactor(db, passkey), 'the lookup is taken');
  const found = (await findFactorByLookup(db, 'passkey', lookup))!;
  t.is(await findFactorByLookup(db, 'certificate', lookup), null);
  const uses = Array.from({ length: 8 }, (_, n) => markFactorUsed(db, found, { usedAt: NOW, public: { counter: n } }));
  t.is((await Promise.all(uses)).filter(Boolean).length, 1, 'of eight at once one counts');
  t.is(await removeFactor(db, { accountId: accountId + 1, id: found.id }, NOW), false, 'not by another account');
  t.true(await removeFactor(db, { accountId, id: found.id }, NOW));
  t.deepEqual(await listFactors(db, accountId), []);
  t.true(await insertFactor(db, passkey), 'the same key may be added again');
  t.true(await insertFactor(db, { accountId, kind: 'totp', label: 'a', addedAt: NOW }));
  t.false(await insertFactor(db, { accountId, kind: 'totp', label: 'b', addedAt: NOW }), 'one TOTP an account');
  const code = { accountId, kind: 'recovery', lookup: Uint8Array.of(9) } as const;
  await insertFactor(db, { ...code, label: '', addedAt: NOW });
  const spent = await Promise.all(Array.from({ length: 8 }, () => spendFactor(db, code, NOW)));
  t.is(spent.filter(Boolean).length, 1);
});

test('the proofs of a session are those since its last login, each written once; nobody changes them, old ones may go', async (t) => {
  const { db, accountId } = await world(t);
  const proven = (proofId: string, change: Partial<Authentication>): Authentication => ({
    proofId,
    accountId,
    sessionUid: 'session',
    begins: false,
    proof: { method: 'pwd' },
    level: 2,
    at: NOW,
    clientId: 'alpha',
    address: '192.0.2.1',
    device: 'Chrome, Windows',
    ...change,
  });
  await insertAuthentication(db, proven('a', { begins: true }));
  await insertAuthentication(db, proven('b', { proof: { method: 'totp' }, level: 3 }));
  await insertAuthentication(db, proven('b', { proof: { method: 'totp' }, level: 3 }));
  t.deepEqual(
    (await listProofs(db, 'session')).map(({ proof }) => proof.method),
    ['pwd', 'totp'],
  );
  await insertAuthentication(
    db,
    proven('c', { begins: true, proof: { method: 'passkey', userVerified: true }, level: 3 }),
  );
  t.deepEqual(await listProofs(db, 'session'), [{ proof: { method: 'passkey', userVerified: true }, at: NOW }]);
  t.deepEqual(await listProofs(db, 'other'), []);
  const page = await listAuthentications(db, accountId, { limit: 2 });
  t.deepEqual(
    page.map(({ proofId }) => proofId),
    ['c', 'b'],
  );
  const rest = await listAuthentications(db, accountId, { limit: 2, before: page.at(-1)!.id });
  t.deepEqual(
    rest.map(({ proofId }) => proofId),
    ['a'],
  );
  await insertAuthentication(db, proven('d', { at: new Date() }));
  for (const change of ['update identity.authentications set level = 5', 'delete from identity.authentications']) {
    const error = await t.throwsAsync(async () => db.raw(change));
    t.is(databaseErrorCode(error), '42501', change);
  }
  t.is(await deleteOldAuthentications(db, new Date('2020-01-01'), 10), 0);
  t.is(await deleteOldAuthentications(db, new Date(), 10), 3, 'older than 180 days');
});

test('a limit holds for parallel tries, per kind and key, and begins anew after its window', async (t) => {
  const { db } = await world(t);
  const rule = { kind: 'scan', key: 'x', max: 3, windowSeconds: 60, now: NOW };
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => takeLimit(db, rule)));
  t.is(outcomes.filter(({ outcome }) => outcome === 'ok').length, 3);
  const until = new Date(NOW.getTime() + 60_000);
  t.deepEqual(await takeLimit(db, rule), { outcome: 'paused', until });
  t.is((await takeLimit(db, { ...rule, key: 'y' })).outcome, 'ok');
  t.is((await takeLimit(db, { ...rule, kind: 'otp' })).outcome, 'ok');
  t.deepEqual(await takeLimit(db, { ...rule, now: until }), { outcome: 'ok', left: 2 });
  await giveLimitBack(db, rule);
  t.deepEqual(await takeLimit(db, { ...rule, now: until }), { outcome: 'ok', left: 2 });
  await forgetLimit(db, rule);
  t.deepEqual(await takeLimit(db, rule), { outcome: 'ok', left: 2 });
});

test('a notice goes out with the act that it tells of or not at all, and nobody reads it in the table', async (t) => {
  const { db, sub } = await world(t);
  const words = '【信基】您的账号在新设备登录';
  await t.throwsAsync(
    db.transaction(async (trx) => {
      t.true(await notify({ clock, keys }, trx, { to: { sub }, kind: 'new-device', words }));
      throw new Error('the act failed');
    }),
    { message: 'the act failed' },
  );
  t.deepEqual(await listOutbox(db, 10), []);
  t.true(await notify({ clock, keys }, db, { to: { sub }, kind: 'new-device', words }));
  t.true(await notify({ clock, keys }, db, { to: { mail: 'z@example.gov.cn' }, kind: 'new-device', words }));
  const rows = await listOutbox(db, 10);
  t.deepEqual(rows.map(({ channel }) => channel).sort(), ['mail', 'sms']);
  const sms = rows.find(({ channel }) => channel === 'sms')!;
  t.deepEqual(openMessage(keys, sms.id, sms.box), { to: PERSON.phone, words });
  t.throws(() => openMessage(keys, 'another row', sms.box), { message: /tag/ });
  t.false(JSON.stringify(rows).includes(Buffer.from(PERSON.phone).toString('hex')));
  const withoutPhone = closeDocument(keys, sub, { name: PERSON.name, holder: PERSON.holder });
  await db('identity.accounts').update({ phone_key: null, person_box: Buffer.from(withoutPhone) });
  t.false(await notify({ clock, keys }, db, { to: { sub }, kind: 'new-device', words }), 'no address, no message');
  t.is(maskPhone(PERSON.phone), '138****0001');
  t.is(maskMail('zhang@example.gov.cn'), 'z***@example.gov.cn');
  t.is(maskMail('nonsense'), '***');
});
