// The two statements of an exchange: who is first, and what comes with it.
import test from 'ava';
import { findArtifact, upsertArtifact } from '../../identity/store/artifacts.ts';
import { exchangeFor, presentOnce } from '../../identity/store/exchanges.ts';
import { testDatabase } from '../_harness/database.ts';

const now = new Date('2026-11-20T08:00:00Z');
const later = new Date('2026-11-20T09:00:00Z');
const artifact = (model: string, id: string, payload = {}) => ({ model, id, payload, expiresAt: later });
const ISSUED = ['AccessToken', 'RefreshToken', 'AccessToken'];

for (const count of [0, 1, 2, 3]) {
  test(`of many exchanges at once one is made, and only what it issues is written: ${count} tokens`, async (t) => {
    const db = (await testDatabase(t)).connect('identity');
    await upsertArtifact(db, artifact('AuthorizationCode', 'code'));
    const used = { model: 'AuthorizationCode', id: 'code', at: now };
    const issuedBy = (n: number) => ISSUED.slice(0, count).map((model, index) => artifact(model, `${n}-${index}`));
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => exchangeFor(db, used, issuedBy(n))));
    t.is(made.filter(Boolean).length, 1);
    const written = await db('identity.oidc_artifacts').whereNot('model', 'AuthorizationCode');
    t.is(written.length, count);
    for (const { model, id } of issuedBy(made.indexOf(true))) t.truthy(await findArtifact(db, model, id));
    t.deepEqual((await findArtifact(db, 'AuthorizationCode', 'code'))?.consumedAt, now);
  });
}

test('nothing is issued for what is not there or is of another kind', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  await upsertArtifact(db, artifact('AuthorizationCode', 'code'));
  for (const [model, id] of [
    ['AuthorizationCode', 'unknown'],
    ['RefreshToken', 'code'],
  ] as const)
    t.false(await exchangeFor(db, { model, id, at: now }, [artifact('AccessToken', 'token')]));
  t.is(await findArtifact(db, 'AccessToken', 'token'), null);
  t.is((await findArtifact(db, 'AuthorizationCode', 'code'))?.consumedAt, null);
});

for (const isFlushedLater of [true, false]) {
  const said = isFlushedLater ? 'flushed later' : 'flushed at once';
  test(`an assertion is new once, and what is presented with it is read each time: ${said}`, async (t) => {
    const db = (await testDatabase(t)).connect('identity');
    await upsertArtifact(db, artifact('RefreshToken', 'token', { clientId: 'alpha' }));
    const present = (jti: string, models: readonly string[], id: string, at = now) =>
      presentOnce(db, artifact('ReplayDetection', jti), { models, id }, { now: at, isFlushedLater });
    const both = await Promise.all(Array.from({ length: 20 }, () => present('first', ['RefreshToken'], 'token')));
    t.is(both.filter(({ isFirst }) => isFirst).length, 1);
    for (const { token } of both)
      t.like(token, { model: 'RefreshToken', payload: { jti: 'token', clientId: 'alpha' } });
    t.true((await present('second', ['AccessToken', 'RefreshToken'], 'token')).isFirst);
    t.is((await present('third', ['AccessToken'], 'token')).token, null, 'not of these models');
    t.is((await present('fourth', ['RefreshToken'], 'unknown')).token, null);
    t.true((await present('first', ['RefreshToken'], 'token', later)).isFirst, 'the first use has expired');
  });
}
