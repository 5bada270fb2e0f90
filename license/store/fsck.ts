// What `xinji fsck` reads: the registry page by page in the order of its keys, each row with what the other tables say of it.
// Every look beside goes by an index, so that a page costs the same however large the registry is.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

/**
 * For the time of one look: an operator's reading lasts as long as it lasts, and every row is found by its key. A plan that
 * goes over a whole table for each page is cheap for the first thousand licenses and endless for a million.
 */
export async function prepareLook(trx: Knex): Promise<void> {
  for (const timeout of ['statement_timeout', 'idle_in_transaction_session_timeout'])
    await trx.raw(`set local ${timeout} = 0`);
  for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await trx.raw(`set local enable_${way} = off`);
}

export type CheckedHead = {
  readonly licenseId: string;
  readonly version: number;
  readonly identifier: string;
  readonly validTo: string;
  readonly pendingIssue: string | null;
  /** Null: no such issue. */
  readonly pendingState: string | null;
  readonly versions: number;
  readonly newestVersion: number | null;
  readonly newestIdentifier: string | null;
  readonly newestValidTo: string | null;
  readonly holders: number;
  /** Holders of the head that have no row which leads to it, and were not shredded. */
  readonly holdersLacking: number;
};

const HEADS: Statement = {
  name: 'fsck-heads',
  text: `select l.license_id as "licenseId", l.version, l.identifier, l.valid_to as "validTo",
      l.pending_issue as "pendingIssue", p.state as "pendingState",
      v.versions, v.newest as "newestVersion", v.identifier as "newestIdentifier", v.valid_to as "newestValidTo",
      cardinality(l.holder_keys) as holders,
      (select count(*)::integer from unnest(l.holder_keys) as k (holder_key) where not exists (
        select from license.holder_licenses h where h.holder_key = k.holder_key and h.license_type = l.license_type
          and h.license_id = l.license_id and h.until is null)
        and not exists (select from license.shreddings s
          where s.holder_key = k.holder_key and s.shredded_at >= l.created_at)) as "holdersLacking"
    from (select * from license.licenses where license_id > $1 order by license_id limit $2) l
    cross join lateral (
      select count(*)::integer as versions, max(version) as newest,
        (array_agg(identifier order by version desc))[1] as identifier,
        (array_agg(valid_to order by version desc))[1] as valid_to
      from license.license_versions where license_id = l.license_id) v
    left join lateral (
      select state from license.issues where issue_id = l.pending_issue and l.pending_issue is not null limit 1) p on true
    order by l.license_id`,
};

export async function listHeads(db: Knex, after: string, limit: number): Promise<readonly CheckedHead[]> {
  return (await runStatement<CheckedHead>(db, HEADS, [after, limit])).rows;
}

export type CheckedVersion = {
  readonly licenseId: string;
  readonly version: number;
  readonly identifier: string;
  readonly issueId: string;
  readonly payloadBox: Uint8Array;
  readonly fileSm3: string;
  readonly storedSm3: string;
  readonly fileSize: number;
  /** Of the license; null when it is not there. */
  readonly holderKeys: readonly Uint8Array[] | null;
  readonly wrappedKeys: readonly Uint8Array[] | null;
  /** Issues with this id that are done and name this version. */
  readonly issues: number;
  /** Events that tell of its being made. */
  readonly events: number;
};

const VERSIONS: Statement = {
  name: 'fsck-versions',
  text: `select v.license_id as "licenseId", v.version, v.identifier, v.issue_id as "issueId",
      v.payload_box as "payloadBox", encode(v.file_sm3, 'hex') as "fileSm3", encode(v.stored_sm3, 'hex') as "storedSm3",
      v.file_size as "fileSize", l.holder_keys as "holderKeys", l.wrapped_keys as "wrappedKeys",
      (select count(*)::integer from license.issues i where i.issue_id = v.issue_id and i.state = 'done'
        and i.license_id = v.license_id and i.version = v.version and i.identifier = v.identifier) as issues,
      (select count(*)::integer from license.events e where e.license_id = v.license_id and e.identifier = v.identifier
        and e.kind = case v.version when 1 then 'issued' else 'version-added' end) as events
    from (select * from license.license_versions where (license_id, version) > ($1, $2::integer)
      order by license_id, version limit $3) v
    left join lateral (
      select holder_keys, wrapped_keys from license.licenses where license_id = v.license_id limit 1) l on true
    order by v.license_id, v.version`,
};

export async function listVersions(
  db: Knex,
  after: Pick<CheckedVersion, 'licenseId' | 'version'>,
  limit: number,
): Promise<readonly CheckedVersion[]> {
  return (await runStatement<CheckedVersion>(db, VERSIONS, [after.licenseId, after.version, limit])).rows;
}

export type CheckedIssue = {
  readonly organisation: string;
  readonly caseId: string;
  readonly licenseType: string;
  readonly operation: string;
  readonly item: number;
  readonly issueId: string;
  readonly identifier: string;
  readonly state: 'intended' | 'done' | 'given_up';
  readonly versions: number;
};

const ISSUES: Statement = {
  name: 'fsck-issues',
  text: `select i.organisation, i.case_id as "caseId", i.license_type as "licenseType", i.operation, i.item,
      i.issue_id as "issueId", i.identifier, i.state,
      (select count(*)::integer from license.license_versions v
        where v.license_id = i.license_id and v.issue_id = i.issue_id) as versions
    from (select * from license.issues
      where (organisation, case_id, license_type, operation, item) > ($1, $2, $3, $4, $5::integer)
      order by organisation, case_id, license_type, operation, item limit $6) i
    order by i.organisation, i.case_id, i.license_type, i.operation, i.item`,
};

export async function listIssues(
  db: Knex,
  after: Pick<CheckedIssue, 'organisation' | 'caseId' | 'licenseType' | 'operation' | 'item'> | null,
  limit: number,
): Promise<readonly CheckedIssue[]> {
  const place = after
    ? [after.organisation, after.caseId, after.licenseType, after.operation, after.item]
    : ['', '', '', '', 0];
  return (await runStatement<CheckedIssue>(db, ISSUES, [...place, limit])).rows;
}

export type CheckedEvent = {
  readonly eventId: string;
  readonly at: Date;
  /** True for one that tells of a version which is not there. */
  readonly isStray: boolean;
};

const EVENTS: Statement = {
  name: 'fsck-events',
  text: `select e.event_id as "eventId", e.at, e.kind in ('issued', 'version-added') and not exists (
        select from license.license_versions v where v.license_id = e.license_id and v.identifier = e.identifier
      ) as "isStray"
    from (select event_id, at, kind, license_id, identifier from license.events
      where at >= $1::timestamptz and (at > $1::timestamptz or event_id > $2::uuid)
      order by at, event_id limit $3) e
    order by e.at, e.event_id`,
};
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export async function listIssueEvents(
  db: Knex,
  after: CheckedEvent | null,
  limit: number,
): Promise<readonly CheckedEvent[]> {
  const place = after === null ? ['-infinity', FIRST_ID] : [after.at, after.eventId];
  return (await runStatement<CheckedEvent>(db, EVENTS, [...place, limit])).rows;
}

export type CheckedHolding = {
  readonly holderKey: Uint8Array;
  readonly licenseType: string;
  readonly licenseId: string;
  /** False when it says that somebody holds a license now which does not name him. */
  readonly isKnown: boolean;
};

const HOLDINGS: Statement = {
  name: 'fsck-holdings',
  text: `select h.holder_key as "holderKey", h.license_type as "licenseType", h.license_id as "licenseId",
      h.until is not null or exists (select from license.licenses l where l.license_id = h.license_id
        and l.license_type = h.license_type and h.holder_key = any (l.holder_keys)) as "isKnown"
    from (select holder_key, license_type, license_id, until from license.holder_licenses
      where (holder_key, license_type, license_id) > ($1::bytea, $2, $3)
      order by holder_key, license_type, license_id limit $4) h
    order by h.holder_key, h.license_type, h.license_id`,
};

export async function listHoldings(
  db: Knex,
  after: CheckedHolding | null,
  limit: number,
): Promise<readonly CheckedHolding[]> {
  const place = after ? [after.holderKey, after.licenseType, after.licenseId] : [Buffer.alloc(0), '', ''];
  return (await runStatement<CheckedHolding>(db, HOLDINGS, [...place, limit])).rows;
}

/** Addresses of files that the tables name, in their order, page by page: sorted once by the server, not kept here. */
export async function* listNamedFiles(trx: Knex, limit: number): AsyncGenerator<readonly string[]> {
  await trx.raw(
    `declare fsck_files no scroll cursor for
     select encode(stored_sm3, 'hex') as sm3 from (
       select stored_sm3 from license.license_versions union all
       select stored_sm3 from license.annotated_copies where stored_sm3 is not null) as named
     order by stored_sm3`,
  );
  try {
    for (;;) {
      const { rows } = await trx.raw<{ rows: { sm3: string }[] }>(`fetch ${limit} from fsck_files`);
      if (rows.length > 0) yield rows.map(({ sm3 }) => sm3);
      if (rows.length < limit) return;
    }
  } finally {
    await trx.raw('close fsck_files');
  }
}
