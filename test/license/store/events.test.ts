// Events of licenses: one row and one that waits for the chain, in whatever statement they are written; append-only.
import test from 'ava';
import { equalBytes } from '../../../common/bytes.ts';
import { runStatement } from '../../../common/db/statement.ts';
import { makeUuid7 } from '../../../common/ids.ts';
import { type LicenseEvent, leafOf } from '../../../license/domain/license-event.ts';
import {
  EVENT_PARAMETERS,
  eventFragment,
  eventValues,
  insertEvent,
  insertEvents,
  listEvents,
} from '../../../license/store/events.ts';
import { testDatabase } from '../../_harness/database.ts';

const AT = new Date('2026-11-20T04:00:00.123Z');
const LICENSE = '11100000MB0D00096500111360100MB0D00010M.S1';

function makeEvent(change: Partial<LicenseEvent> = {}): LicenseEvent {
  const at = change.at ?? AT;
  const event = {
    eventId: makeUuid7(at),
    at,
    kind: 'read',
    licenseId: LICENSE,
    identifier: `${LICENSE}.001.X`,
  } as const;
  const who = { actor: 'service-hall', organisation: '11360100MB0D00037D', basis: 'consent:c1', requestId: 'req_1' };
  return { ...event, ...who, detailBox: Uint8Array.of(1, 2, 3), ...change };
}

test('UUIDs of version 7 (RFC 9562) carry their time, version and variant, and sort by time', (t) => {
  const early = makeUuid7(AT);
  t.regex(early, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.is(Number.parseInt(early.replaceAll('-', '').slice(0, 12), 16), AT.getTime());
  t.true(early < makeUuid7(new Date(AT.getTime() + 1)));
  t.is(new Set(Array.from({ length: 1000 }, () => makeUuid7(AT))).size, 1000);
});

test('an event comes back as it was written, with its leaf and a row that waits for the chain', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  const full = makeEvent();
  const empty = { organisation: null, basis: null, requestId: null, detailBox: null };
  const bare = makeEvent({ at: new Date(AT.getTime() + 5), ...empty });
  await insertEvent(db, full);
  await insertEvents(db, [bare, makeEvent({ licenseId: null, identifier: null, kind: 'refused' })]);
  const found = await listEvents(db, { licenseIds: [LICENSE], kinds: ['read'], before: null, limit: 10 });
  t.deepEqual(
    found.map(({ eventId }) => eventId),
    [bare.eventId, full.eventId],
  );
  t.deepEqual({ ...found[1]!, detailBox: [...found[1]!.detailBox!] }, { ...full, detailBox: [1, 2, 3] as never });
  t.deepEqual(found[0], bare);
  const leaves = await db('license.events').select<{ event_id: string; leaf: Uint8Array }[]>('event_id', 'leaf');
  t.true(equalBytes(leaves.find((row) => row.event_id === full.eventId)!.leaf, leafOf(found[1]!)));
  t.is((await db('license.unchained_events').select('event_id')).length, 3);
});

test('a page goes on behind the last event of the one before, over several licenses and months', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  const other = `${LICENSE}2`;
  const at = (day: number) => new Date(Date.UTC(2026, 10, day));
  const events = [28, 29, 29, 31, 40].map((day, index) =>
    makeEvent({ at: at(day), licenseId: index % 2 ? other : LICENSE }),
  );
  await insertEvents(db, [...events, makeEvent({ licenseId: 'somebody else' }), makeEvent({ kind: 'presented' })]);
  const expected = events
    .map(({ eventId }) => eventId)
    .sort()
    .reverse();
  const seen: string[] = [];
  for (let before: LicenseEvent | null = null; ; ) {
    const page: readonly LicenseEvent[] = await listEvents(db, {
      licenseIds: [LICENSE, other],
      kinds: ['read'],
      before,
      limit: 2,
    });
    seen.push(...page.map(({ eventId }) => eventId));
    if (page.length < 2) break;
    before = page.at(-1)!;
  }
  t.deepEqual(seen, expected);
});

test('as a part of another statement it is written when that one has done its work, and only then', async (t) => {
  const db = (await testDatabase(t)).connect('license');
  const text = `with done as (select 1 where $1::boolean), ${eventFragment(2, 'done')} select 1`;
  const [refused, written] = [makeEvent(), makeEvent()];
  t.is(eventValues(written).length, EVENT_PARAMETERS);
  await runStatement(db, { name: 'test-part', text }, [false, ...eventValues(refused)]);
  await runStatement(db, { name: 'test-part', text }, [true, ...eventValues(written)]);
  t.deepEqual(await db('license.events').pluck('event_id'), [written.eventId]);
  t.deepEqual(await db('license.unchained_events').pluck('event_id'), [written.eventId]);
});

test('nobody changes or removes an event: not the room, and not the owner past the trigger', async (t) => {
  const database = await testDatabase(t);
  const room = database.connect('license');
  await insertEvent(room, makeEvent());
  for (const [db, expected] of [
    [room, /permission denied/],
    [database.connect('owner'), /append-only/],
  ] as const) {
    await t.throwsAsync(db('license.events').update({ actor: 'somebody' }), { message: expected });
    await t.throwsAsync(db('license.events').delete(), { message: expected });
  }
});
