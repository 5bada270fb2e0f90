import { randomUUID } from 'node:crypto';
import test from 'ava';
import { type Retention, sweepExpired } from '../../identity/flow/sweep-expired.ts';
import { findArtifact, upsertArtifact } from '../../identity/store/artifacts.ts';
import { insertEndedSession, isEndedSession } from '../../identity/store/ended-sessions.ts';
import { insertImportedRow } from '../../identity/store/imported-rows.ts';
import { joinSession, listParticipations } from '../../identity/store/session-clients.ts';
import { testDatabase } from '../_harness/database.ts';
import { bareAccount } from './bare-account.ts';

const NOW = new Date('2026-11-20T08:00:00Z');
const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000);
const clock = (): Date => NOW;
const retention: Retention = {
  receiptDays: 190,
  jobDays: 3,
  historyDays: 365,
  outboxDays: 7,
  deviceDays: 180,
  importDays: 30,
};

test('expired rows go in bounded batches; living ones and those of the last hour stay', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const put = (id: string, expiresAt: Date): Promise<void> =>
    upsertArtifact(db, { model: 'AccessToken', id, payload: {}, expiresAt });
  for (let n = 0; n < 25; n += 1) await put(`old-${n}`, hoursAgo(2));
  await put('late', hoursAgo(0.5));
  await put('alive', hoursAgo(-1));
  t.is(await sweepExpired({ db, clock, retention }, 10), 25);
  t.not(await findArtifact(db, 'AccessToken', 'late'), null);
  t.not(await findArtifact(db, 'AccessToken', 'alive'), null);
  t.is(await findArtifact(db, 'AccessToken', 'old-3'), null);
  t.is(await sweepExpired({ db, clock, retention }, 10), 0);
});

test('participations go with their session, tombstones after two days, tries with their window', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const old = hoursAgo(72);
  const join = (sessionUid: string, now: Date) =>
    joinSession(db, { sessionUid, clientId: 'alpha', now }, { sid: 's', grantId: 'g', persistsLogout: false });
  await join('gone', old);
  await join('young', NOW);
  await join('living', old);
  const payload = { uid: 'living' };
  await upsertArtifact(db, { model: 'Session', id: 'cookie', payload, expiresAt: hoursAgo(-8) });
  await insertEndedSession(db, 'ended-long-ago', old);
  await insertEndedSession(db, 'ended-now', NOW);
  await db('identity.login_tries').insert([
    { login_key: Buffer.from('a'), address: '::1', tries: 3, window_ends_at: hoursAgo(1) },
    { login_key: Buffer.from('b'), address: '::1', tries: 3, window_ends_at: hoursAgo(-1) },
  ]);
  t.is(await sweepExpired({ db, clock, retention }), 3);
  t.is((await listParticipations(db, 'gone')).size, 0);
  t.is((await listParticipations(db, 'young')).size, 1);
  t.is((await listParticipations(db, 'living')).size, 1);
  t.false(await isEndedSession(db, 'ended-long-ago'));
  t.true(await isEndedSession(db, 'ended-now'));
});

test('messages, unused browsers and keys of imported rows go by their settings, a day before the time not', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const { id: accountId } = await bareAccount(db);
  const days = (count: number): Date => hoursAgo(24 * count);
  for (const [key, age] of [
    ['old', 1],
    ['young', -1],
  ] as const) {
    await insertImportedRow(db, { source: 'other', key, accountId, at: days(retention.importDays + age) });
    const used = { first_used_at: days(400), last_used_at: days(retention.deviceDays + age) };
    await db('identity.known_devices').insert({
      account_id: accountId,
      device_key: Buffer.from(key),
      label: key,
      ...used,
    });
    const sent = { channel: 'sms', kind: key, box: Buffer.alloc(1), created_at: days(retention.outboxDays + age) };
    await db('identity.outbox').insert({ id: randomUUID(), ...sent });
  }
  t.is(await sweepExpired({ db, clock, retention }), 3);
  t.deepEqual(await db('identity.imported_rows').pluck('row_key'), ['young']);
  t.deepEqual(await db('identity.known_devices').pluck('label'), ['young']);
  t.deepEqual(await db('identity.outbox').pluck('kind'), ['young']);
});

test('two sweepers at once delete each row once', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  for (let n = 0; n < 40; n += 1)
    await upsertArtifact(db, { model: 'AccessToken', id: `${n}`, payload: {}, expiresAt: hoursAgo(2) });
  const gone = await Promise.all([
    sweepExpired({ db, clock, retention }, 7),
    sweepExpired({ db, clock, retention }, 7),
  ]);
  t.is(gone[0] + gone[1], 40);
});
