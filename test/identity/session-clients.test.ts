import test from 'ava';
import * as oidc from 'openid-client';
import { findArtifact, upsertArtifact } from '../../identity/store/artifacts.ts';
import { joinSession, joinWith, leaveSession, listParticipations } from '../../identity/store/session-clients.ts';
import { testDatabase } from '../_harness/database.ts';
import { bareAccount } from './bare-account.ts';
import { authorize, exchange, hop, logIn, startIdentity } from './identity-house.ts';

const at = { sessionUid: 'session', clientId: 'alpha', now: new Date('2026-11-20T08:00:00Z') };
const wanted = (n: number) => ({ sid: `sid-${n}`, grantId: `grant-${n}`, persistsLogout: false });

test('of many parallel writers of one client all get the first one, sid and grant', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const joined = await Promise.all(Array.from({ length: 20 }, (_, n) => joinSession(db, at, wanted(n))));
  t.is(new Set(joined.map(({ sid, grantId }) => `${sid} ${grantId}`)).size, 1);
  t.deepEqual((await listParticipations(db, 'session')).get('alpha'), joined[0]);
});

test('parallel writers of many clients are all kept', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => joinSession(db, { ...at, clientId: `client-${n}` }, wanted(n))),
  );
  t.is((await listParticipations(db, 'session')).size, 50);
});

test('a client that left is gone, and may join anew with another sid', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  await joinSession(db, at, wanted(1));
  await Promise.all([leaveSession(db, at), leaveSession(db, at), leaveSession(db, at)]);
  t.is((await listParticipations(db, 'session')).size, 0);
  t.is((await db('identity.session_clients')).length, 2);
  t.is((await joinSession(db, at, wanted(2))).sid, 'sid-2');
});

test('a grant that is no longer wanted is replaced and the sid stays; another one that came meanwhile is kept', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  await joinSession(db, at, wanted(1));
  const replaced = await joinSession(db, at, wanted(2), { replacing: 'grant-1' });
  t.deepEqual(replaced, { sid: 'sid-1', grantId: 'grant-2', persistsLogout: false });
  t.is((await joinSession(db, at, wanted(3), { replacing: 'grant-1' })).grantId, 'grant-2');
});

test('whoever comes with a new grant finds the grant that counts, also when another one came first', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const expiresAt = new Date('2026-11-21T08:00:00Z');
  const come = async (n: number) => {
    const grant = { model: 'Grant', id: `grant-${n}`, payload: { clientId: 'alpha' }, expiresAt };
    const { grantId } = await joinSession(db, at, wanted(n), { grant });
    return { grantId, found: await findArtifact(db, 'Grant', grantId ?? '') };
  };
  const came = await Promise.all(Array.from({ length: 20 }, (_, n) => come(n)));
  t.is(new Set(came.map(({ grantId }) => grantId)).size, 1);
  for (const { grantId, found } of came) t.is(found?.payload['jti'], grantId);
  t.is((await db('identity.session_clients')).length, 1);
  t.is(await findArtifact(db, 'Grant', 'grant-20'), null);
});

test('tabs that come to a new system at once get codes that all count, under one grant and one sid, whoever was first', async (t) => {
  const house = await startIdentity(t);
  const told = { backchannelLogoutUri: 'http://localhost:9/logout' };
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta', told)];
  const { browser } = await logIn(alpha);
  for (const system of [beta, await house.client('gamma', told)]) {
    const tabs = await Promise.all(Array.from({ length: 12 }, () => hop(browser, system)));
    const tokens = await Promise.all(tabs.map((tab) => exchange(system, tab)));
    t.is(new Set(tokens.map((one) => one.claims()?.['sid'])).size, 1);
    const rows = await house.db('identity.session_clients').where({ client_id: system.id });
    t.is(rows.length, 1);
    const issued = await house
      .db('identity.oidc_artifacts')
      .where({ client_id: system.id })
      .whereNot({ model: 'Grant' });
    t.deepEqual([...new Set(issued.map(({ grant_id }) => grant_id))], [rows[0].grant_id]);
    t.is(tokens[0]?.claims()?.['sid'], rows[0].sid);
    for (const { access_token } of tokens)
      t.is((await oidc.fetchUserInfo(system.config, access_token, house.sub)).sub, house.sub);
  }
});

test('a page that asks on stands on the grant that counts, also when other tabs come at once', async (t) => {
  const house = await startIdentity(t);
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const { browser } = await logIn(alpha);
  const asked = await Promise.all(Array.from({ length: 6 }, () => authorize(beta, { prompt: 'consent' })));
  const [pages, hops] = await Promise.all([
    Promise.all(asked.map(({ target }) => browser.fetchOnce(target.href))),
    Promise.all(Array.from({ length: 6 }, () => hop(browser, beta))),
  ]);
  for (const page of pages) t.regex(page.headers.get('Location') ?? '', /\/interaction\//);
  const parts = await house.db('identity.session_clients').where({ client_id: 'beta' });
  t.is(parts.length, 1);
  const interactions = await house.db('identity.oidc_artifacts').where({ model: 'Interaction' });
  t.is(interactions.length, 6);
  t.deepEqual([...new Set(interactions.map(({ payload }) => payload.grantId))], [parts[0].grant_id]);
  for (const one of hops) t.truthy(await exchange(beta, one));
});

test('of many who take part for the first time with a code one writes, and of the others nothing is written', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const expiresAt = new Date('2026-11-21T08:00:00Z');
  const issuedBy = (n: number) => [
    { model: 'Grant', id: `grant-${n}`, payload: { clientId: 'alpha' }, expiresAt },
    { model: 'AuthorizationCode', id: `code-${n}`, payload: { grantId: `grant-${n}` }, expiresAt },
    ...(n % 2 === 0 ? [{ model: 'Session', id: `session-${n}`, payload: { uid: 'session' }, expiresAt }] : []),
  ];
  const wrote = await Promise.all(
    Array.from({ length: 20 }, (_, n) => joinWith(db, at, wanted(n), { issued: issuedBy(n) })),
  );
  const first = wrote.indexOf(true);
  t.is(wrote.lastIndexOf(true), first);
  t.deepEqual((await listParticipations(db, 'session')).get('alpha'), wanted(first));
  const kept = await db('identity.oidc_artifacts').pluck('model');
  t.deepEqual(
    kept.toSorted(),
    issuedBy(first)
      .map(({ model }) => model)
      .toSorted(),
  );
});

test('what was proven is written with the part that is taken, and also by who comes second', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const account = await bareAccount(db);
  const expiresAt = new Date('2026-11-21T08:00:00Z');
  const begin = (n: number) => ({ model: 'Interaction', id: `login-${n}`, payload: {}, expiresAt });
  const come = async (n: number) => {
    await upsertArtifact(db, begin(n));
    const proof = {
      ...{
        proofId: `proof-${n}`,
        accountId: account.id,
        sessionUid: at.sessionUid,
        begins: true,
        level: 2 as const,
        at: at.now,
      },
      ...{ proof: { method: 'pwd' as const }, clientId: at.clientId, address: null, device: null },
    } as const;
    const issued = ['Grant', 'AuthorizationCode'].map((model) => ({ ...begin(n), model, id: `${model}-${n}` }));
    return joinWith(db, at, wanted(n), { issued, given: { proof, ended: `login-${n}` } });
  };
  t.deepEqual([await come(1), await come(2)], [true, false]);
  t.deepEqual(await db('identity.authentications').orderBy('id').pluck('proof_id'), ['proof-1', 'proof-2']);
  const kept = await db('identity.oidc_artifacts').pluck('model');
  t.deepEqual(kept.toSorted(), ['AuthorizationCode', 'Grant'], 'both logins under way have ended');
});

test('a hop writes the session only when it changed, and reads of its clients only the one that asks', async (t) => {
  const house = await startIdentity(t);
  const [alpha, beta] = [await house.client('alpha'), await house.client('beta')];
  const { browser } = await logIn(alpha);
  await hop(browser, beta);
  const read = async () => {
    const { rows } = await house.db.raw(
      "select xmin::text, payload -> 'authorizations' is not null as grown from identity.oidc_artifacts where model = 'Session'",
    );
    return rows;
  };
  const before = await read();
  t.deepEqual(
    before.map(({ grown }: { grown: boolean }) => grown),
    before.map(() => false),
  );
  await hop(browser, alpha);
  await hop(browser, beta);
  t.deepEqual(await read(), before);
  const sids = await house.db('identity.session_clients').select('client_id', 'turn').orderBy('client_id');
  t.deepEqual(sids, [
    { client_id: 'alpha', turn: 1 },
    { client_id: 'beta', turn: 1 },
  ]);
});
