// Grounds on real PostgreSQL: uses are counted exactly, whoever reads at the same moment; what a holder takes away is gone
// for the very next read.
import anyTest, { type TestFn } from 'ava';
import type { Knex } from 'knex';
import { toHex } from '../../../common/bytes.ts';
import {
  decideRequest,
  deleteOldRequests,
  findConsentRequest,
  insertConsentRequest,
  listWaitingRequests,
} from '../../../license/store/consent-requests.ts';
import {
  deleteConsentsOfHolder,
  findConsent,
  insertConsent,
  listConsentsForReading,
  listConsentsOfHolder,
  narrowConsent,
  revokeConsent,
  useConsent,
} from '../../../license/store/consents.ts';
import {
  endLegalBasis,
  findLegalBasis,
  insertLegalBasis,
  listBasesForReading,
  useLegalBasis,
} from '../../../license/store/legal-bases.ts';
import { testDatabase } from '../../_harness/database.ts';

const NOON = new Date('2026-11-20T04:00:00Z');
const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000);
const CLIENT = 'market-regulator';
const ORGANISATION = '11360100MB0D00029J';
const TYPE = '11100000MB0D000965001';
const LICENSE = `${TYPE}.11360100MB0D00010M.1`;
const ALICE = new Uint8Array(32).fill(1);
const BOB = new Uint8Array(32).fill(2);

const test = anyTest as TestFn<{ db: Knex }>;

test.before(async (t) => {
  const db = (await testDatabase(t)).connect('license', 12);
  await db('license.clients').insert({
    client_id: CLIENT,
    organisation: ORGANISATION,
    organisation_name: '示例市市场监督管理局',
    registered_at: NOON,
  });
  t.context = { db };
});

let made = 0;
async function ask(db: Knex, holderKey: Uint8Array | null, expiresAt = later(3600)): Promise<string> {
  made += 1;
  const requestId = `crq_${made}`;
  await insertConsentRequest(db, {
    requestId,
    clientId: CLIENT,
    organisation: ORGANISATION,
    holderKey,
    wanted: [{ licenseType: TYPE, fields: ['ZZBH', 'CZZT'], optionalFields: ['KZ_CYLB'] }],
    purpose: '办理食品经营许可',
    matterCode: '0001',
    matterName: '食品经营许可',
    consentUntil: later(86_400),
    maxUses: null,
    returnTo: null,
    askedAt: NOON,
    expiresAt,
  });
  return requestId;
}

async function give(db: Knex, maxUses: number | null, holderKey = ALICE): Promise<string> {
  const requestId = await ask(db, holderKey);
  const id = requestId.replace('crq', 'cns');
  await db.transaction(async (trx) => {
    await decideRequest(trx, { requestId, holderKey, state: 'given', now: NOON });
    await insertConsent(trx, {
      id,
      requestId,
      clientId: CLIENT,
      organisation: ORGANISATION,
      holderKey: toHex(holderKey),
      allowed: [{ licenseId: LICENSE, fields: ['ZZBH', 'CZZT'] }],
      purpose: '办理食品经营许可',
      matterCode: '0001',
      matterName: '食品经营许可',
      givenAt: NOON,
      until: later(86_400),
      maxUses,
    });
  });
  return id;
}

function read(db: Knex, consentId: string, change: Partial<Parameters<typeof useConsent>[1]> = {}): Promise<boolean> {
  const use = { consentId, organisation: ORGANISATION, licenseId: LICENSE, fields: ['ZZBH'], now: later(1), ...change };
  return db.transaction((trx) => useConsent(trx, use));
}

const trues = (all: readonly boolean[]): number => all.filter(Boolean).length;

test('a consent for 7 uses, read 40 times at once: exactly 7 succeed', async (t) => {
  const { db } = t.context;
  const id = await give(db, 7);
  t.is(trues(await Promise.all(Array.from({ length: 40 }, () => read(db, id)))), 7);
  t.like(await findConsent(db, id), { uses: 7, maxUses: 7, lastUsedAt: later(1) });
  t.false(await read(db, id));
});

test('the statement of a use judges once more: unit, license, fields, term, withdrawal', async (t) => {
  const { db } = t.context;
  const id = await give(db, null);
  t.true(await read(db, id, { fields: [] }));
  t.true(await read(db, id, { fields: ['CZZT', 'ZZBH'] }));
  for (const change of [
    { organisation: '11360100MB0D00010M' },
    { licenseId: `${LICENSE}2` },
    { fields: ['ZZBH', 'CZZTDM'] },
    { fields: ['*'] },
    { now: later(86_400) },
    { now: later(-1) },
    { consentId: 'cns_none' },
  ])
    t.false(await read(db, id, change), JSON.stringify(change));
  t.false(await db.transaction((trx) => revokeConsent(trx, id, BOB, later(2))));
  t.true(await db.transaction((trx) => revokeConsent(trx, id, ALICE, later(2))));
  t.false(await db.transaction((trx) => revokeConsent(trx, id, ALICE, later(3))));
  t.false(await read(db, id, { now: later(3) }));
});

test('a holder narrows what he gave, against what he saw, and never below what was used', async (t) => {
  const { db } = t.context;
  const id = await give(db, 5);
  await read(db, id);
  await read(db, id);
  const seen = await findConsent(db, id);
  if (!seen) return t.fail();
  const narrow = (terms: Partial<Parameters<typeof narrowConsent>[2]>, of = seen) =>
    db.transaction((trx) =>
      narrowConsent(trx, of, { allowed: of.allowed, until: of.until, maxUses: of.maxUses, ...terms }, later(2)),
    );
  t.false(await narrow({ maxUses: 1 }));
  t.true(await narrow({ allowed: [{ licenseId: LICENSE, fields: ['ZZBH'] }], maxUses: 3 }));
  t.false(await narrow({ until: later(60) }), 'the terms are no longer those that were seen');
  t.false(await read(db, id, { fields: ['CZZT'] }));
  t.true(await read(db, id));
  t.false(await read(db, id), 'three uses are made');
});

test('of a holder and another one deciding at once, one decides; nobody decides what is not his or over', async (t) => {
  const { db } = t.context;
  const open = await ask(db, null);
  const decide = (requestId: string, holderKey: Uint8Array, now = NOON) =>
    db.transaction((trx) => decideRequest(trx, { requestId, holderKey, state: 'given', now }));
  t.is(trues(await Promise.all([decide(open, ALICE), decide(open, BOB), decide(open, ALICE)])), 1);
  const bobs = await ask(db, BOB);
  t.false(await decide(bobs, ALICE));
  t.false(await decide(bobs, BOB, later(3600)));
  t.like(await findConsentRequest(db, bobs), { state: 'pending', organisationName: '示例市市场监督管理局' });
  t.deepEqual(
    (await listWaitingRequests(db, BOB, NOON)).map(({ requestId }) => requestId),
    [bobs],
  );
  t.deepEqual(await listWaitingRequests(db, BOB, later(3600)), []);
});

test('a request that was declined by whoever came keeps no trace of him; old ones without consent go', async (t) => {
  const { db } = t.context;
  const open = await ask(db, null, later(10));
  t.true(await decideRequest(db, { requestId: open, holderKey: BOB, state: 'declined', now: NOON }));
  t.like(await findConsentRequest(db, open), { state: 'declined', holderKey: null });
  t.is(await deleteOldRequests(db, later(11), 100), 1);
  t.is(await findConsentRequest(db, open), null);
});

test('consents are found for the holders and the unit that reads, and go with everything of their holder', async (t) => {
  const { db } = t.context;
  const carol = new Uint8Array(32).fill(3);
  const id = await give(db, null, carol);
  t.deepEqual(
    (await listConsentsForReading(db, [BOB, carol], ORGANISATION)).map((one) => one.id),
    [id],
  );
  t.deepEqual(await listConsentsForReading(db, [carol], '11360100MB0D00010M'), []);
  t.is((await listConsentsOfHolder(db, carol)).length, 1);
  t.is(await db.transaction((trx) => deleteConsentsOfHolder(trx, carol)), 1);
  t.is(await findConsent(db, id), null);
  t.deepEqual(await listWaitingRequests(db, carol, NOON), []);
});

async function enter(db: Knex, dailyQuota: number): Promise<string> {
  made += 1;
  const id = `lgb_${made}`;
  await insertLegalBasis(db, {
    id,
    clientId: CLIENT,
    law: '《中华人民共和国食品安全法》第四十五条',
    matterCode: '0002',
    matterName: '食品经营监督检查',
    licenseTypes: [{ licenseType: TYPE, fields: ['ZZBH'] }],
    regions: ['3601'],
    dailyQuota,
    validFrom: NOON,
    validTo: later(10 * 86_400),
    enteredAt: NOON,
    enteredBy: 'admin-1',
  });
  return id;
}

test('a quota of 9 a day, 40 readers at once: exactly 9 succeed, and 9 more on the next day', async (t) => {
  const { db } = t.context;
  const id = await enter(db, 9);
  const count = (day: string, now: Date, times: number) =>
    Promise.all(
      Array.from({ length: times }, () =>
        db.transaction((trx) => useLegalBasis(trx, { basisId: id, clientId: CLIENT, now, day })),
      ),
    ).then(trues);
  t.is(await count('2026-11-20', NOON, 40), 9);
  t.is((await findLegalBasis(db, id, '2026-11-20'))?.usesToday, 9);
  t.is(await count('2026-11-21', later(86_400), 12), 9);
  t.is((await findLegalBasis(db, id, '2026-11-22'))?.usesToday, 0);
});

test('a basis counts for its caller and term only, and for nobody once it is ended', async (t) => {
  const { db } = t.context;
  const id = await enter(db, 5);
  const use = (clientId: string, now: Date) =>
    db.transaction((trx) => useLegalBasis(trx, { basisId: id, clientId, now, day: '2026-11-20' }));
  t.true(await use(CLIENT, NOON));
  t.false(await use('another', NOON));
  t.false(await use(CLIENT, later(-1)));
  t.false(await use(CLIENT, later(10 * 86_400)));
  t.true(await endLegalBasis(db, id, 'admin-2', later(5)));
  t.false(await endLegalBasis(db, id, 'admin-2', later(6)));
  t.false(await use(CLIENT, later(7)));
  t.false((await listBasesForReading(db, CLIENT, '2026-11-20')).some((basis) => basis.id === id));
  t.like(await findLegalBasis(db, id, '2026-11-20'), { endedBy: 'admin-2', usesToday: 1 });
});
