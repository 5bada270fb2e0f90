// license.drafts: what clerks have begun to fill in, each in a box, and what became of it. A draft is its clerk's own.
import type { Knex } from 'knex';
import type { Follows } from '../domain/draft.ts';

export type DraftRow = {
  readonly draftId: string;
  readonly organisation: string;
  readonly account: string;
  readonly licenseType: string;
  /** Null for a license that is to be. */
  readonly follows: Follows | null;
  readonly box: Uint8Array;
  readonly changedAt: Date;
};
/** What became of a draft. */
export type IssuedDraft = {
  readonly issueId: string;
  /** True when its case had begun before it was sent: it made nothing itself. */
  readonly again: boolean;
};
/** Whose drafts. */
export type DraftOwner = Pick<DraftRow, 'organisation' | 'account'>;

type Row = Omit<DraftRow, 'follows'> & { operation: Follows['operation'] | 'issue'; identifier: string | null };
const COLUMNS = `draft_id as "draftId", organisation, account, license_type as "licenseType", operation, identifier, box,
  changed_at as "changedAt"`;

/** False when the draft is there and another's, issued, or of another type, license or operation. */
export async function putDraft(db: Knex, draft: DraftRow): Promise<boolean> {
  const { draftId, organisation, account, licenseType, follows, box, changedAt } = draft;
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into license.drafts as draft (draft_id, organisation, account, license_type, operation, identifier, box,
       created_at, changed_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (draft_id) do update set box = excluded.box, changed_at = excluded.changed_at
       where draft.organisation = excluded.organisation and draft.account = excluded.account
         and draft.license_type = excluded.license_type and draft.operation = excluded.operation
         and draft.identifier is not distinct from excluded.identifier and draft.issue_id is null`,
    [
      draftId,
      organisation,
      account,
      licenseType,
      follows?.operation ?? 'issue',
      follows?.identifier ?? null,
      Buffer.from(box),
      changedAt,
      changedAt,
    ],
  );
  return rowCount === 1;
}

/** Null when it is issued, too. */
export async function findDraft(db: Knex, owner: DraftOwner, draftId: string): Promise<DraftRow | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts
     where draft_id = ? and organisation = ? and account = ? and issue_id is null`,
    [draftId, owner.organisation, owner.account],
  );
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Null when it is not issued. */
export async function findIssuedDraft(db: Knex, owner: DraftOwner, draftId: string): Promise<IssuedDraft | null> {
  const { rows } = await db.raw<{ rows: IssuedDraft[] }>(
    `select issue_id as "issueId", not begun as again from license.drafts
     where draft_id = ? and organisation = ? and account = ? and issue_id is not null`,
    [draftId, owner.organisation, owner.account],
  );
  return rows[0] ?? null;
}

/** Those changed last first. */
export async function listDrafts(db: Knex, owner: DraftOwner, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts where organisation = ? and account = ? and issue_id is null
     order by changed_at desc limit ?`,
    [owner.organisation, owner.account, limit],
  );
  return rows.map(fromRow);
}

/** Of all clerks, behind a draft in the order of their ids. */
export async function listAllDrafts(db: Knex, after: string, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts where draft_id > ? and issue_id is null order by draft_id limit ?`,
    [after, limit],
  );
  return rows.map(fromRow);
}

/** That no issue of its case was there before it. */
export async function markDraftBegun(db: Knex, owner: DraftOwner, draftId: string): Promise<void> {
  await db.raw('update license.drafts set begun = true where draft_id = ? and organisation = ? and account = ?', [
    draftId,
    owner.organisation,
    owner.account,
  ]);
}

/** Nothing stays of what was typed. Of a draft that was sent several times at once each marks the same. */
export async function markDraftIssued(db: Knex, owner: DraftOwner, draftId: string, issueId: string): Promise<void> {
  await db.raw(
    `update license.drafts set issue_id = ?, box = null
     where draft_id = ? and organisation = ? and account = ? and issue_id is null`,
    [issueId, draftId, owner.organisation, owner.account],
  );
}

export async function deleteDraft(db: Knex, owner: DraftOwner, draftId: string): Promise<void> {
  await db.raw('delete from license.drafts where draft_id = ? and organisation = ? and account = ?', [
    draftId,
    owner.organisation,
    owner.account,
  ]);
}

/** Those that nobody has touched since `before`; at most `limit`. Returns how many went. */
export async function deleteOldDrafts(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.drafts where draft_id in (
       select draft_id from license.drafts where changed_at < ? order by changed_at limit ?)`,
    [before, limit],
  );
  return rowCount;
}

function fromRow({ operation, identifier, ...row }: Row): DraftRow {
  return { ...row, follows: operation === 'issue' || identifier === null ? null : { operation, identifier } };
}
