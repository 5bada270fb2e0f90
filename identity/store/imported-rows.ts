// identity.imported_rows: which rows of which other house became which account.
import type { Knex } from 'knex';

export async function insertImportedRow(
  db: Knex,
  row: { readonly source: string; readonly key: string; readonly accountId: number; readonly at: Date },
): Promise<void> {
  await db.raw('insert into identity.imported_rows (source, row_key, account_id, at) values (?, ?, ?, ?)', [
    row.source,
    row.key,
    row.accountId,
    row.at,
  ]);
}

/** Of these keys, those that were imported already. */
export async function findImportedKeys(
  db: Knex,
  source: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.raw<{ rows: { row_key: string }[] }>(
    'select row_key from identity.imported_rows where source = ? and row_key = any(?)',
    [source, [...keys]],
  );
  return new Set(rows.map(({ row_key }) => row_key));
}

/** At most `limit` that were taken before `before`; returns how many went. */
export async function deleteOldImportedRows(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.imported_rows where ctid = any(array(
       select ctid from identity.imported_rows where at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}
