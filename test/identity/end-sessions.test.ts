// The end of sessions for every reason, at the flow: what is written in its one transaction, and what the queue does then.
import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { Registry } from 'prom-client';
import { makeLog } from '../../common/log.ts';
import { makeWorkers, type Workers } from '../../common/queue/workers.ts';
import { endSession, endSessionsOf, leaveEverywhere } from '../../identity/flow/end-sessions.ts';
import { logoutQueues } from '../../identity/flow/logout-queue.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { endExpiredSessions } from '../../identity/flow/sweep-expired.ts';
import { findArtifact, upsertArtifact } from '../../identity/store/artifacts.ts';
import { isEndedSession } from '../../identity/store/ended-sessions.ts';
import { listNotices } from '../../identity/store/logout-notices.ts';
import { joinSession } from '../../identity/store/session-clients.ts';
import { findSessionSub, listSessionsOf } from '../../identity/store/sessions.ts';
import { testDatabase } from '../_harness/database.ts';
import { makeKeyPem, makeRegistration } from './identity-house.ts';

const NOW = new Date('2026-11-20T08:00:00Z');
const inMinutes = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

type World = {
  readonly db: Knex;
  readonly clock: () => Date;
  /** Whom the queue told, as client/sid. */
  readonly told: string[];
  readonly workers: Workers;
  session(uid: string, sub: string, clients: readonly string[], expiresAt?: Date): Promise<void>;
  has(model: string, id: string): Promise<boolean>;
};

async function openWorld(t: ExecutionContext): Promise<World> {
  const db = (await testDatabase(t)).connect('identity');
  const clock = (): Date => NOW;
  const told: string[] = [];
  const keyPem = makeKeyPem();
  const deps = { db, clock, requireHttps: false };
  for (const id of ['alpha', 'beta']) {
    const change = { backchannelLogoutUri: `http://${id}.example/out` };
    await registerClient(deps, await makeRegistration(id, keyPem, change));
  }
  await registerClient(deps, await makeRegistration('deaf', keyPem));
  const send = async ({ clientId, sid }: { clientId: string; sid: string }): Promise<void> =>
    void told.push(`${clientId}/${sid}`);
  const workers = makeWorkers(
    { db, schema: 'identity', clock, log: makeLog('test', 'silent'), registry: new Registry() },
    logoutQueues({ db, clock, send, timeoutMs: 1000, retryDelaysSeconds: [60] }),
  );
  t.teardown(() => workers.stop(0));
  return {
    db,
    clock,
    told,
    workers,
    session: async (uid, sub, clients, expiresAt = inMinutes(30)) => {
      const payload = { uid, accountId: sub, iat: NOW.getTime() / 1000, loginTs: NOW.getTime() / 1000, amr: ['pwd'] };
      await upsertArtifact(db, { model: 'Session', id: `cookie-${uid}`, payload, expiresAt });
      for (const clientId of clients) {
        const grantId = `${uid}-${clientId}`;
        const grant = { accountId: sub, clientId };
        await upsertArtifact(db, { model: 'Grant', id: grantId, payload: grant, expiresAt });
        await upsertArtifact(db, {
          model: 'AccessToken',
          id: `t-${grantId}`,
          payload: { ...grant, grantId },
          expiresAt,
        });
        const persistsLogout = clientId === 'beta';
        await joinSession(db, { sessionUid: uid, clientId, now: NOW }, { sid: uid, grantId, persistsLogout });
      }
    },
    has: async (model, id) => (await findArtifact(db, model, id)) !== null,
  };
}

test('the end is one transaction: session, grants, receipts, event and jobs, or none of it', async (t) => {
  const world = await openWorld(t);
  const { db, clock } = world;
  await world.session('one', 'sub-1', ['alpha', 'beta', 'deaf']);
  const failing = db.transaction(async (trx) => {
    t.deepEqual(await endSession({ db: trx, clock }, { sessionUid: 'one', reason: 'kick' }), {
      sessions: 1,
      clients: 2,
    });
    throw new Error('the act around it failed');
  });
  await t.throwsAsync(failing, { message: 'the act around it failed' });
  t.is(await findSessionSub(db, 'one'), 'sub-1');
  t.is((await db('identity.jobs')).length, 0);
  await endSession({ db, clock }, { sessionUid: 'one', reason: 'kick' });
  t.true(await isEndedSession(db, 'one'));
  t.is(await findSessionSub(db, 'one'), null);
  t.false(await world.has('Grant', 'one-beta'));
  t.false(await world.has('AccessToken', 't-one-deaf'));
  t.like(await db('identity.events').where({ kind: 'session.ended' }).first(), {
    sub: 'sub-1',
    detail: { reason: 'kick', clients: 2 },
  });
  world.workers.start();
  await world.workers.idle();
  t.deepEqual(world.told.sort(), ['alpha/one', 'beta/one']);
  const receipts = await listNotices(db, 'one', NOW);
  t.deepEqual(
    receipts.map(({ clientId, state, tries, deliveredAt }) => [clientId, state, tries, deliveredAt]),
    [
      ['alpha', 'delivered', 1, NOW],
      ['beta', 'delivered', 1, NOW],
    ],
  );
});

test('a client that leaves everywhere is told of each live session once; one that was ended told it already', async (t) => {
  const world = await openWorld(t);
  for (const uid of ['one', 'two', 'three']) await world.session(uid, `sub-${uid}`, ['alpha', 'beta']);
  await endSession(world, { sessionUid: 'three', reason: 'logout' });
  await leaveEverywhere(world, 'alpha');
  t.is(await leaveEverywhere(world, 'alpha'), 0);
  world.workers.start();
  await world.workers.idle();
  t.deepEqual(world.told.sort(), ['alpha/one', 'alpha/three', 'alpha/two', 'beta/three']);
  t.false(await world.has('Grant', 'one-alpha'));
  t.true(await world.has('Grant', 'one-beta'), 'the others stay');
});

test('ending twice tells nobody twice', async (t) => {
  const world = await openWorld(t);
  await world.session('one', 'sub-1', ['alpha']);
  const ends = [1, 2, 3].map(() => endSession(world, { sessionUid: 'one', reason: 'kick' }));
  t.is(
    (await Promise.all(ends)).reduce((sum, { sessions }) => sum + sessions, 0),
    1,
  );
  world.workers.start();
  await world.workers.idle();
  t.deepEqual(world.told, ['alpha/one']);
});

test('a client that joins while the end is being written is told as well, and its grant is revoked', async (t) => {
  const world = await openWorld(t);
  await world.session('one', 'sub-1', ['alpha']);
  await endSession(world, { sessionUid: 'one', reason: 'logout' });
  // A hop that read the session before its end writes after it.
  await world.session('one', 'sub-1', ['deaf']);
  await upsertArtifact(world.db, { model: 'Grant', id: 'late', payload: {}, expiresAt: inMinutes(30) });
  const at = { sessionUid: 'one', clientId: 'beta', now: NOW };
  await joinSession(world.db, at, { sid: 'one', grantId: 'late', persistsLogout: false });
  world.workers.start();
  await world.workers.idle(); // the stragglers' job enqueues
  await world.workers.idle();
  t.deepEqual(world.told.sort(), ['alpha/one', 'beta/one']);
  t.false(await world.has('Grant', 'late'));
  t.deepEqual(await listSessionsOf(world.db, 'sub-1', NOW), []);
});

test('logout and expiry leave lasting grants alone; a changed password leaves nothing but the session it was changed in', async (t) => {
  const world = await openWorld(t);
  await world.session('one', 'sub-1', ['alpha', 'beta']);
  await world.session('two', 'sub-1', ['alpha', 'beta']);
  await world.session('other', 'sub-2', ['alpha']);
  await endSession(world, { sessionUid: 'one', reason: 'logout' });
  t.false(await world.has('Grant', 'one-alpha'));
  t.true(await world.has('Grant', 'one-beta'));
  await world.session('three', 'sub-1', ['beta']);
  const ended = await endSessionsOf(world, { sub: 'sub-1', exceptSessionUid: 'two', reason: 'password' });
  t.deepEqual(ended, { sessions: 1, clients: 1 });
  for (const gone of ['one-beta', 'three-beta']) t.false(await world.has('Grant', gone));
  for (const kept of ['two-alpha', 'two-beta', 'other-alpha']) t.true(await world.has('Grant', kept));
  t.true(await world.has('AccessToken', 't-two-alpha'));
  t.is(await findSessionSub(world.db, 'two'), 'sub-1');
  const all = await endSessionsOf(world, { sub: 'sub-1', reason: 'freeze' });
  t.deepEqual(all, { sessions: 1, clients: 2 });
  t.false(await world.has('Grant', 'two-beta'));
  t.true(await world.has('Grant', 'other-alpha'));
});

test('a session that expired is ended and its clients are told; one that may just be prolonged is left', async (t) => {
  const world = await openWorld(t);
  await world.session('idle', 'sub-1', ['alpha'], inMinutes(-2));
  await world.session('just', 'sub-1', ['alpha'], inMinutes(-0.5));
  await world.session('moved', 'sub-1', ['alpha'], inMinutes(-2));
  const payload = { uid: 'moved', accountId: 'sub-1' };
  await upsertArtifact(world.db, { model: 'Session', id: 'newer', payload, expiresAt: inMinutes(20) });
  t.is(await endExpiredSessions(world, 1), 1);
  t.true(await isEndedSession(world.db, 'idle'));
  t.false(await isEndedSession(world.db, 'just'));
  t.false(await isEndedSession(world.db, 'moved'));
  world.workers.start();
  await world.workers.idle();
  t.deepEqual(world.told, ['alpha/idle']);
});

test("a person's sessions are listed with their clients; what left, expired or ended is not", async (t) => {
  const world = await openWorld(t);
  await world.session('long', 'sub-1', ['alpha', 'deaf'], inMinutes(60));
  await world.session('short', 'sub-1', [], inMinutes(10));
  await world.session('over', 'sub-1', ['alpha'], inMinutes(-1));
  await world.session('ended', 'sub-1', ['alpha']);
  await endSession(world, { sessionUid: 'ended', reason: 'kick' });
  const sessions = await listSessionsOf(world.db, 'sub-1', NOW);
  t.deepEqual(
    sessions.map(({ sessionUid, clients }) => [sessionUid, clients.map(({ clientId }) => clientId)]),
    [
      ['long', ['alpha', 'deaf']],
      ['short', []],
    ],
  );
  t.like(sessions[0], { startedAt: NOW, loggedInAt: NOW, amr: ['pwd'], expiresAt: inMinutes(60) });
  t.deepEqual(await listSessionsOf(world.db, 'sub-2', NOW), []);
});
