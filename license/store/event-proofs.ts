// Events held against the hash chain that stands for them, both ways, page by page. Rows come in the order of a key, each
// with what the other side says of it; the way there goes by an index, whatever the planner thinks of the tables.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import { type EventPlace, type EventRow, eventOf } from './events.ts';

/** An event of the table, and what the chains say of it. */
export type EventProof = {
  readonly event: LicenseEvent;
  readonly leaf: Uint8Array;
  /** Rows in chains that name it. */
  readonly times: number;
  /** The leaf there, hexadecimal; null when no row names it. */
  readonly chainedLeaf: string | null;
  readonly isWaiting: boolean;
};

const BY_EVENT = {
  name: 'event-proofs',
  text: `select e.*, c.times, c.chained_leaf, exists (
      select from license.unchained_events u where u.event_id = e.event_id) as is_waiting
    from (select event_id, at, kind, license_id, identifier, actor, organisation, basis, request_id, detail_box, leaf
      from license.events where at >= $1::timestamptz and (at > $1::timestamptz or event_id > $2::uuid)
      order by at, event_id limit $3) e
    cross join lateral (
      select count(*)::integer as times, min(a.detail ->> 'leaf') as chained_leaf from license.audit_entries a
      where a.subject = coalesce(e.license_id, 'license') and a.at = e.at and a.detail ->> 'event' = e.event_id::text
      ) c
    order by e.at, e.event_id`,
};
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

type ProofRow = EventRow & { leaf: Uint8Array; times: number; chained_leaf: string | null; is_waiting: boolean };

/** Events behind `after` in the order of time, from the first when null. */
export async function listEventProofs(
  db: Knex,
  after: EventPlace | null,
  limit: number,
): Promise<readonly EventProof[]> {
  const place = after === null ? ['-infinity', FIRST_ID] : [after.at, after.eventId];
  const { rows } = await runStatement<ProofRow>(db, BY_EVENT, [...place, limit]);
  return rows.map((row) => ({
    event: eventOf(row),
    leaf: row.leaf,
    times: row.times,
    chainedLeaf: row.chained_leaf,
    isWaiting: row.is_waiting,
  }));
}

/** A row of a chain, and the event that it names. */
export type ChainProof = {
  readonly chain: number;
  readonly row: number;
  /** Null for a row that names none. */
  readonly eventId: string | null;
  readonly leaf: string | null;
  /** The leaf in the table, hexadecimal; null when the event is not there. */
  readonly tableLeaf: string | null;
};

const BY_ROW = {
  name: 'event-chain-proofs',
  text: `select a.chain, a.number as row, a.event as "eventId", a.leaf, encode(e.leaf, 'hex') as "tableLeaf"
    from (select chain, number, at, detail ->> 'leaf' as leaf,
        case when detail ->> 'event' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then detail ->> 'event' end as event
      from license.audit_entries
      where chain >= $1 and (chain > $1 or number > $2) order by chain, number limit $3) a
    left join lateral (
      select leaf from license.events where at = a.at and event_id = a.event::uuid limit 1) e on true
    order by a.chain, a.number`,
};

/** Rows of all chains behind a place, in order. */
export async function listChainProofs(
  db: Knex,
  after: { readonly chain: number; readonly row: number },
  limit: number,
): Promise<readonly ChainProof[]> {
  return (await runStatement<ChainProof>(db, BY_ROW, [after.chain, after.row, limit])).rows;
}

/** Events that wait for their chain; `lost` are those that wait and are not there. */
export async function countWaiting(db: Knex): Promise<{ readonly waiting: number; readonly lost: number }> {
  const { rows } = await db.raw<{ rows: { waiting: number; lost: number }[] }>(
    `select count(*) as waiting, count(*) filter (where not exists (
       select from license.events e where e.at = u.at and e.event_id = u.event_id)) as lost
     from license.unchained_events u`,
  );
  return rows[0]!;
}
