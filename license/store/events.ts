// license.events: what happened to a license, append-only (the role may INSERT and SELECT, a trigger refuses the rest).
// An event is written in the statement or the transaction of what it tells, together with its row in unchained_events:
// from there flow/chain-events.ts takes it within a second, into the hash chain and to those who asked to be told. So
// whoever writes an event has nothing else to do. The detail is a box; no personal code stands in any column.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import { type LicenseEvent, type LicenseEventKind, leafOf } from '../domain/license-event.ts';

const COLUMNS = [
  ['event_id', 'uuid'],
  ['at', 'timestamptz'],
  ['kind', 'text'],
  ['license_id', 'text'],
  ['identifier', 'text'],
  ['actor', 'text'],
  ['organisation', 'text'],
  ['basis', 'text'],
  ['request_id', 'text'],
  ['detail_box', 'bytea'],
  ['leaf', 'bytea'],
] as const;
const NAMES = COLUMNS.map(([name]) => name).join(', ');

/** Parameters of an event in a statement. */
export const EVENT_PARAMETERS = COLUMNS.length;

/**
 * The event as two data-modifying WITH queries, `event` and `unchained`, for a named statement that does more in the same
 * round trip. Its parameters are `$first` and the `EVENT_PARAMETERS - 1` behind it: `eventValues`. With `given`, the name of
 * a WITH query, it is written only when that one has a row (and must have one at most).
 */
export function eventFragment(first: number, given?: string): string {
  const values = COLUMNS.map(([, type], at) => `$${first + at}::${type}`);
  const condition = given === undefined ? '' : ` where exists (select from ${given})`;
  return `event as (insert into license.events (${NAMES}) select ${values.join(', ')}${condition}),
    unchained as (insert into license.unchained_events (event_id, at) select ${values[0]}, ${values[1]}${condition})`;
}

/** The values of `eventFragment`, in its order; the leaf is made here. */
export function eventValues(event: LicenseEvent): readonly unknown[] {
  const { eventId, at, kind, licenseId, identifier, actor, organisation, basis, requestId, detailBox } = event;
  const columns = [eventId, at, kind, licenseId, identifier, actor, organisation, basis, requestId, detailBox];
  return [...columns, leafOf(event)];
}

const UNNESTED = (first: number): string =>
  `unnest(${COLUMNS.map(([, type], at) => `$${first + at}::${type}[]`).join(', ')}) as row (${NAMES})`;

/** As `eventFragment`, for any number of events: its values are `eventsValues`. */
export function eventsFragment(first: number, given: string): string {
  return `written as (select ${NAMES} from ${UNNESTED(first)} where exists (select from ${given})),
    event as (insert into license.events (${NAMES}) select ${NAMES} from written),
    unchained as (insert into license.unchained_events (event_id, at) select event_id, at from written)`;
}

/** One list for each column. */
export function eventsValues(events: readonly LicenseEvent[]): readonly unknown[] {
  const rows = events.map(eventValues);
  return COLUMNS.map((_, column) => rows.map((row) => row[column]));
}

const INSERT = { name: 'event-insert', text: `with ${eventFragment(1)} select 1` };

const INSERT_MANY = {
  name: 'event-insert-many',
  text: `with given as (
      select ${NAMES} from ${UNNESTED(1)}),
    event as (insert into license.events (${NAMES}) select ${NAMES} from given)
    insert into license.unchained_events (event_id, at) select event_id, at from given`,
};

/** To be called in the transaction of the change that it records. */
export async function insertEvent(db: Knex, event: LicenseEvent): Promise<void> {
  await runStatement(db, INSERT, eventValues(event));
}

/** Several in one statement. */
export async function insertEvents(db: Knex, events: readonly LicenseEvent[]): Promise<void> {
  if (events.length === 0) return;
  await runStatement(db, INSERT_MANY, eventsValues(events));
}

/** Where an event stands in the order of time. */
export type EventPlace = Pick<LicenseEvent, 'at' | 'eventId'>;

export type EventChoice = {
  readonly licenseIds: readonly string[];
  readonly kinds: readonly LicenseEventKind[];
  /** Only those before this one; the newest when null. */
  readonly before: EventPlace | null;
  readonly limit: number;
};

const LIST = {
  name: 'events-of-licenses',
  text: `select e.* from unnest($1::text[]) as l (license_id) cross join lateral (
      select ${NAMES} from license.events
      where license_id = l.license_id and kind = any($2::text[])
        and at <= $3::timestamptz and (at < $3::timestamptz or event_id < $4::uuid)
      order by at desc, event_id desc limit $5) e
    order by at desc, event_id desc limit $5`,
};
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Newest first, the detail still closed (flow/read-events.ts opens it). */
export async function listEvents(
  db: Knex,
  { licenseIds, kinds, before, limit }: EventChoice,
): Promise<readonly LicenseEvent[]> {
  const place = before === null ? ['infinity', LAST_ID] : [before.at, before.eventId];
  const { rows } = await runStatement<EventRow>(db, LIST, [[...licenseIds], [...kinds], ...place, limit]);
  return rows.map(eventOf);
}

export type EventRow = {
  event_id: string;
  at: Date;
  kind: LicenseEventKind;
  license_id: string | null;
  identifier: string | null;
  actor: string;
  organisation: string | null;
  basis: string | null;
  request_id: string | null;
  detail_box: Uint8Array | null;
};

/** A row of the table as an event. */
export function eventOf(row: EventRow): LicenseEvent {
  return {
    eventId: row.event_id,
    at: row.at,
    kind: row.kind,
    licenseId: row.license_id,
    identifier: row.identifier,
    actor: row.actor,
    organisation: row.organisation,
    basis: row.basis,
    requestId: row.request_id,
    detailBox: row.detail_box,
  };
}

/** What the chain takes of an event. */
export type UnchainedEvent = Pick<
  LicenseEvent,
  'eventId' | 'at' | 'kind' | 'licenseId' | 'identifier' | 'actor' | 'organisation' | 'basis' | 'requestId'
> & {
  /** 32 bytes, as the table holds it. */
  readonly leaf: Uint8Array;
};

/** Takes the oldest events that wait for the chain, at most `limit`, to be chained in the same transaction. */
export async function takeUnchained(trx: Knex, limit: number): Promise<readonly UnchainedEvent[]> {
  const { rows } = await runStatement<EventRow & { leaf: Uint8Array }>(trx, TAKE, [limit]);
  return rows.map((row) => ({ ...eventOf(row), leaf: row.leaf }));
}

const TAKE = {
  name: 'events-unchained',
  text: `with taken as (
      delete from license.unchained_events where event_id = any(array(
        select event_id from license.unchained_events order by event_id limit $1 for update skip locked))
      returning event_id, at)
    select e.event_id, e.at, kind, license_id, identifier, actor, organisation, basis, request_id, leaf, null as detail_box
    from taken join license.events e on e.at = taken.at and e.event_id = taken.event_id order by e.event_id`,
};
