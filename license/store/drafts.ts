// license.drafts: what clerks have begun to fill in, each in a box. A draft is its clerk's own.
import type { Knex } from 'knex';

export type DraftRow = {
  readonly draftId: string;
  readonly organisation: string;
  readonly account: string;
  readonly licenseType: string;
  readonly box: Uint8Array;
  readonly changedAt: Date;
};
/** Whose drafts. */
export type DraftOwner = Pick<DraftRow, 'organisation' | 'account'>;

const COLUMNS =
  'draft_id as "draftId", organisation, account, license_type as "licenseType", box, changed_at as "changedAt"';

/** False when the draft is there and another's, or of another type. */
export async function putDraft(db: Knex, draft: DraftRow): Promise<boolean> {
  const { draftId, organisation, account, licenseType, box, changedAt } = draft;
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `insert into license.drafts as draft (draft_id, organisation, account, license_type, operation, box, created_at, changed_at)
     values (?, ?, ?, ?, 'issue', ?, ?, ?)
     on conflict (draft_id) do update set box = excluded.box, changed_at = excluded.changed_at
       where draft.organisation = excluded.organisation and draft.account = excluded.account
         and draft.license_type = excluded.license_type`,
    [draftId, organisation, account, licenseType, Buffer.from(box), changedAt, changedAt],
  );
  return rowCount === 1;
}

export async function findDraft(db: Knex, owner: DraftOwner, draftId: string): Promise<DraftRow | null> {
  const { rows } = await db.raw<{ rows: DraftRow[] }>(
    `select ${COLUMNS} from license.drafts where draft_id = ? and organisation = ? and account = ?`,
    [draftId, owner.organisation, owner.account],
  );
  return rows[0] ?? null;
}

/** Those changed last first. */
export async function listDrafts(db: Knex, owner: DraftOwner, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: DraftRow[] }>(
    `select ${COLUMNS} from license.drafts where organisation = ? and account = ? order by changed_at desc limit ?`,
    [owner.organisation, owner.account, limit],
  );
  return rows;
}

/** Of all clerks, behind a draft in the order of their ids. */
export async function listAllDrafts(db: Knex, after: string, limit: number): Promise<readonly DraftRow[]> {
  const { rows } = await db.raw<{ rows: DraftRow[] }>(
    `select ${COLUMNS} from license.drafts where draft_id > ? order by draft_id limit ?`,
    [after, limit],
  );
  return rows;
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
