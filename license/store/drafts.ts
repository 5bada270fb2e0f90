// license.drafts: what clerks have begun to fill in, each in a box. A draft is its clerk's own.
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
/** Whose drafts. */
export type DraftOwner = Pick<DraftRow, 'organisation' | 'account'>;

type Row = Omit<DraftRow, 'follows'> & { operation: Follows['operation'] | 'issue'; identifier: string | null };
const COLUMNS = `draft_id as "draftId", organisation, account, license_type as "licenseType", operation, identifier, box,
  changed_at as "changedAt"`;

/** False when the draft is there and another's, or of another type, license or operation. */
export async function putDraft(db: Knex, draft: DraftRow): Promise<boolean> {
  const { draftId, organisation, account, licenseType, follows, box, changedAt } = draft;
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into license.drafts as draft (draft_id, organisation, account, license_type, operation, identifier, box,
       created_at, changed_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (draft_id) do update set box = excluded.box, changed_at = excluded.changed_at
       where draft.organisation = excluded.organisation and draft.account = excluded.account
         and draft.license_type = excluded.license_type and draft.operation = excluded.operation
         and draft.identifier is not distinct from excluded.identifier`,
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

export async function findDraft(db: Knex, owner: DraftOwner, draftId: string): Promise<DraftRow | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts where draft_id = ? and organisation = ? and account = ?`,
    [draftId, owner.organisation, owner.account],
  );
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Those changed last first. */
export async function listDrafts(db: Knex, owner: DraftOwner, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts where organisation = ? and account = ? order by changed_at desc limit ?`,
    [owner.organisation, owner.account, limit],
  );
  return rows.map(fromRow);
}

/** Of all clerks, behind a draft in the order of their ids. */
export async function listAllDrafts(db: Knex, after: string, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from license.drafts where draft_id > ? order by draft_id limit ?`,
    [after, limit],
  );
  return rows.map(fromRow);
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
