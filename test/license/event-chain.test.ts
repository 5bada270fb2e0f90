// Every event of a license ends in the room's hash chain exactly once, whichever node puts it there; and whoever owns the
// tables and changes, removes or adds a row afterwards is found, by the leaf in the chain.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openAudit } from '../../common/audit/open-audit.ts';
import { verifyAudit } from '../../common/audit/verify-audit.ts';
import { systemClock } from '../../common/clock.ts';
import { makeUuid7 } from '../../common/ids.ts';
import { makeLog } from '../../common/log.ts';
import { type LicenseEvent, leafOf } from '../../license/domain/license-event.ts';
import { type EventChainDeps, makeEventChain } from '../../license/flow/chain-events.ts';
import { verifyEvents } from '../../license/flow/verify-events.ts';
import { insertEvent, insertEvents } from '../../license/store/events.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { signer } from '../common/audit/log-kit.ts';
import { freeEvents } from './registry-rows.ts';

const silent = makeLog('license', 'silent');
const license = (index: number): string => `11100000MB0D00096500111360100MB0D00010M.S${index}`;

function makeEvent(index: number, change: Partial<LicenseEvent> = {}): LicenseEvent {
  const at = new Date(Date.UTC(2026, 10, 22, 8, 0, 0, index));
  const what = { eventId: makeUuid7(at), at, kind: 'read', licenseId: license(index), identifier: null } as const;
  const who = { actor: `client-${index}`, organisation: null, basis: 'authority', requestId: `req_${index}` };
  return { ...what, ...who, detailBox: Uint8Array.of(index), ...change };
}

async function makeHouse(t: ExecutionContext) {
  const database = await testDatabase(t);
  const copyFolder = await mkdtemp(join(tmpdir(), 'xinji-chain-'));
  t.teardown(() => rm(copyFolder, { recursive: true, force: true }));
  const db = database.connect('license', 10);
  const request = {
    db,
    schema: 'license',
    room: 'license',
    certificates: [signer.certificate],
    copyFolder,
    verifyEvents,
  };
  return { database, db, copyFolder, verify: () => verifyAudit(request) };
}

function openNode(
  t: ExecutionContext,
  database: TestDatabase,
  copyFolder: string,
  follow: EventChainDeps['follow'] = async () => undefined,
) {
  const at = { databaseUrl: database.urls.license, schema: 'license', room: 'license', signer, copyFolder };
  const { audit, checkpoints, close } = openAudit({ ...at, clock: systemClock, log: silent });
  t.teardown(close);
  return { chain: makeEventChain({ audit, log: silent, follow }), checkpoints };
}

test('what 120 acts record while three nodes chain is in their chains once each, with its leaf; nothing waits', async (t) => {
  const { database, db, copyFolder, verify } = await makeHouse(t);
  const nodes = [1, 2, 3].map(() => openNode(t, database, copyFolder));
  const events = Array.from({ length: 120 }, (_, index) => makeEvent(index));
  for (let start = 0; start < 120; start += 40) {
    const acts = events.slice(start, start + 40).map((event) => insertEvent(db, event));
    await Promise.all([...acts, ...nodes.map(({ chain }) => chain.run())]);
  }
  for (const { chain } of nodes) await chain.run();
  await nodes[0]!.checkpoints.run();
  const rows: { subject: string; actor: string; kind: string; detail: Record<string, string> }[] = await db(
    'license.audit_entries',
  ).select('subject', 'actor', 'kind', 'detail');
  const expected = events.map((event) => ({
    subject: event.licenseId,
    actor: event.actor,
    kind: 'read',
    detail: { event: event.eventId, leaf: Buffer.from(leafOf(event)).toString('hex') },
  }));
  const byEvent = (a: { detail: { event?: string } }, b: { detail: { event?: string } }): number =>
    a.detail.event! < b.detail.event! ? -1 : 1;
  t.deepEqual(rows.sort(byEvent), expected.sort(byEvent) as never);
  const finding = await verify();
  t.deepEqual(finding.faults, []);
  t.deepEqual(finding.events, { events: 120, waiting: 0 });
});

test('what follows from an event is committed with its row in the chain, or not at all', async (t) => {
  const { database, db, copyFolder } = await makeHouse(t);
  const fails = openNode(t, database, copyFolder, async (trx) => {
    await trx('license.chores').insert({ name: 'followed', done_on: '2026-11-22' });
    throw new Error('no');
  });
  await insertEvent(db, makeEvent(1));
  await t.throwsAsync(fails.chain.run(), { message: 'no' });
  t.is((await db('license.unchained_events').select('event_id')).length, 1);
  t.deepEqual(await db('license.audit_entries').select('number'), []);
  t.deepEqual(await db('license.chores').select('name'), []);
  const works = openNode(t, database, copyFolder, (trx, events) =>
    trx('license.chores').insert({ name: `followed ${events.length}`, done_on: '2026-11-22' }),
  );
  t.is(await works.chain.run(), 1);
  t.is(await works.chain.run(), 0);
  t.deepEqual(await db('license.chores').pluck('name'), ['followed 1']);
});

/** What the owner does to the third of six events, of which the last waits for its chain; and what that is called. */
const TAMPERINGS: readonly (readonly [name: string, sql: string, faults: readonly string[]])[] = [
  ['a changed actor', `update license.events set actor = 'nobody' where event_id = :id`, ['event-changed']],
  ['a changed basis', `update license.events set basis = 'holder' where event_id = :id`, ['event-changed']],
  ['a changed box', `update license.events set detail_box = '\\x00' where event_id = :id`, ['event-changed']],
  ['a box removed', 'update license.events set detail_box = null where event_id = :id', ['event-changed']],
  ['another license', `update license.events set license_id = 'other' where event_id = :id`, ['event-changed']],
  ['a removed row', 'delete from license.events where event_id = :id', ['event-missing']],
  [
    'a row moved in time',
    `update license.events set at = at + interval '1 ms' where event_id = :id`,
    ['event-changed', 'event-missing'],
  ],
  [
    'a row put in, with a leaf of another',
    `insert into license.events (event_id, at, kind, license_id, actor, leaf)
     select gen_random_uuid(), at, 'read', license_id, 'nobody', leaf from license.events where event_id = :id`,
    ['event-changed'],
  ],
  [
    'an event that waited for its chain taken from the waiting ones',
    'delete from license.unchained_events',
    ['event-unchained'],
  ],
  ['an event removed while it waited', `delete from license.events where actor = 'client-5'`, ['event-missing']],
  [
    'an event put among the waiting ones again',
    'insert into license.unchained_events select event_id, at from license.events where event_id = :id',
    ['event-doubled'],
  ],
];

test('found by name, whatever the owner of the tables does to events', async (t) => {
  const { database, db, copyFolder, verify } = await makeHouse(t);
  const { chain, checkpoints } = openNode(t, database, copyFolder);
  const events = Array.from({ length: 6 }, (_, index) => makeEvent(index));
  await insertEvents(db, events.slice(0, 5));
  await chain.run();
  await checkpoints.run();
  await insertEvent(db, events[5]!);
  const sound = await verify();
  t.deepEqual([sound.faults, sound.events], [[], { events: 6, waiting: 1 }]);
  const owner = database.connect('owner', 1);
  await freeEvents(owner);
  for (const [name, sql, expected] of TAMPERINGS) {
    const trx = await owner.transaction();
    await trx.raw(sql, { id: events[2]!.eventId });
    const found = await judge(trx);
    t.deepEqual(found, expected, name);
    await trx.rollback();
  }
  const added = { ...makeEvent(9), eventId: makeUuid7(new Date()) };
  const trx = await owner.transaction();
  await insertEvent(trx, added);
  await trx('license.unchained_events').where({ event_id: added.eventId }).delete();
  t.deepEqual(await judge(trx), ['event-unchained'], 'a row put in with a leaf of its own');
  await trx.rollback();
  const forged = { ...events[2]!, actor: 'nobody' };
  await owner('license.events')
    .where({ event_id: forged.eventId })
    .update({ actor: forged.actor, leaf: Buffer.from(leafOf(forged)) });
  const { faults } = await verify();
  t.like(faults, [{ kind: 'event-changed', event: forged.eventId }], 'a leaf made anew is not the one of the chain');
});

test('an event written twice into chains is found', async (t) => {
  const { database, db, copyFolder, verify } = await makeHouse(t);
  const { chain, checkpoints } = openNode(t, database, copyFolder);
  const event = makeEvent(1);
  await insertEvent(db, event);
  await chain.run();
  await db('license.unchained_events').insert({ event_id: event.eventId, at: event.at });
  await chain.run();
  await checkpoints.run();
  t.like((await verify()).faults, [{ kind: 'event-doubled', event: event.eventId }]);
});

async function judge(db: Parameters<typeof verifyEvents>[0]): Promise<readonly string[]> {
  const kinds: string[] = [];
  await verifyEvents(db, ({ kind }) => kinds.push(kind));
  return kinds;
}
