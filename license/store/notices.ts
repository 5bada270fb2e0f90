// license.notices: what a holder is told that is no event of his license: that it ends soon, that a unit read it for the
// first time without him. The primary key makes each happen once.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

export type NoticeKind = 'expiring' | 'new-reader';
export type Notice = {
  readonly noticeId: string;
  readonly licenseId: string;
  readonly kind: NoticeKind;
  /** `expiring`: days and the date it ends on, such as `30 2027-01-31`; `new-reader`: 统一社会信用代码 of the unit. */
  readonly ref: string;
  readonly identifier: string;
  readonly at: Date;
};

const COLUMNS = 'notice_id as "noticeId", license_id as "licenseId", kind, ref, identifier, at';

export type FirstRead = {
  readonly noticeId: string;
  readonly licenseId: string;
  readonly identifier: string | null;
  readonly reader: string;
  readonly at: Date;
};

const INSERT_READERS = {
  name: 'notices-new-readers',
  text: `insert into license.notices (license_id, kind, ref, notice_id, identifier, at)
    select r.license_id, 'new-reader', r.reader, r.notice_id, coalesce(r.identifier, l.identifier), r.at
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[])
      as r (license_id, reader, notice_id, identifier, at)
    join license.licenses l on l.license_id = r.license_id and r.reader not in (l.organisation, l.authority_code)
    on conflict do nothing returning ${COLUMNS}`,
};

/** Of units that neither had the license issued nor issued it, and that were not noticed before; returns what is new. */
export async function insertReaderNotices(db: Knex, reads: readonly FirstRead[]): Promise<readonly Notice[]> {
  if (reads.length === 0) return [];
  const { rows } = await runStatement<Notice>(db, INSERT_READERS, [
    reads.map(({ licenseId }) => licenseId),
    reads.map(({ reader }) => reader),
    reads.map(({ noticeId }) => noticeId),
    reads.map(({ identifier }) => identifier),
    reads.map(({ at }) => at),
  ]);
  return rows;
}

/** A license that ends soon, found by `listEnding`. */
export type Ending = { readonly licenseId: string; readonly identifier: string; readonly validTo: string };

// A license that was made for less than these days is not told of that it ends in so many.
const LIST_ENDING = {
  name: 'licenses-ending',
  text: `select license_id as "licenseId", identifier, valid_to as "validTo" from license.licenses l
    where state = 'valid' and valid_to > $1::date and valid_to <= $2::date and valid_from <= valid_to - $3::integer
      and (valid_to, license_id) > ($4::date, $5::text)
      and not exists (select from license.notices n
        where n.license_id = l.license_id and n.kind = 'expiring' and n.ref = $3 || ' ' || l.valid_to)
    order by valid_to, license_id limit $6`,
};

/** Valid licenses that end after `from`, at the latest on `to`, and were not told of; behind `after` in their order. */
export async function listEnding(
  db: Knex,
  { from, to, days, after, limit }: EndingQuestion,
): Promise<readonly Ending[]> {
  const place = after === null ? ['-infinity', ''] : [after.validTo, after.licenseId];
  return (await runStatement<Ending>(db, LIST_ENDING, [from, to, days, ...place, limit])).rows;
}

export type EndingQuestion = {
  /** YYYY-MM-DD, like `to`. */
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly after: Ending | null;
  readonly limit: number;
};

const INSERT_ENDING = {
  name: 'notices-ending',
  text: `insert into license.notices (license_id, kind, ref, notice_id, identifier, at)
    select license_id, 'expiring', ref, notice_id, identifier, $5
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) as e (license_id, ref, notice_id, identifier)
    on conflict do nothing returning ${COLUMNS}`,
};

/** Returns those that nobody had told of before. */
export async function insertEndingNotices(
  db: Knex,
  notices: readonly Pick<Notice, 'licenseId' | 'ref' | 'noticeId' | 'identifier'>[],
  now: Date,
): Promise<readonly Notice[]> {
  if (notices.length === 0) return [];
  const { rows } = await runStatement<Notice>(db, INSERT_ENDING, [
    notices.map(({ licenseId }) => licenseId),
    notices.map(({ ref }) => ref),
    notices.map(({ noticeId }) => noticeId),
    notices.map(({ identifier }) => identifier),
    now,
  ]);
  return rows;
}

const LIST = {
  name: 'notices-of-licenses',
  text: `select ${COLUMNS} from license.notices where license_id = any ($1::text[]) and at >= $2
    order by at desc, notice_id desc limit $3`,
};

/** Newest first, those since `since`. */
export async function listNotices(
  db: Knex,
  licenseIds: readonly string[],
  since: Date,
  limit: number,
): Promise<readonly Notice[]> {
  return (await runStatement<Notice>(db, LIST, [[...licenseIds], since, limit])).rows;
}

/** The day on which a daily chore was last done, YYYY-MM-DD. */
export async function findChoreDay(db: Knex, name: string): Promise<string | null> {
  const rows = await db('license.chores').select<{ done_on: string }[]>('done_on').where({ name });
  return rows[0]?.done_on ?? null;
}

export async function markChoreDone(db: Knex, name: string, day: string): Promise<void> {
  await db('license.chores').insert({ name, done_on: day }).onConflict(['name']).merge();
}
