// license.holder_keys: the key of each holder in its box. Deleting a row makes everything that was sealed for that holder
// unreadable, so rows are read whenever something is opened, and no copy of a row is kept.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { HolderKeyRow } from '../domain/data-keys.ts';

type Row = { holder_key: Uint8Array; key_id: string; box: Uint8Array };

/** Of one holder: the one partition is settled before the first row. */
const FIND_ONE: Statement = {
  name: 'holder-key-find',
  text: 'select holder_key, key_id, box from license.holder_keys where holder_key = $1',
};

/** One partition is looked into for each key: a plain `= any` would look into all. */
const FIND: Statement = {
  name: 'holder-keys-find',
  text: `select held.holder_key, held.key_id, held.box
    from unnest($1::bytea[]) as wanted (holder_key)
    cross join lateral (select * from license.holder_keys k where k.holder_key = wanted.holder_key) as held`,
};

/** Rewriting the row of a parallel winner gives his box back; without a race nothing is rewritten. */
const GET_OR_MAKE: Statement = {
  name: 'holder-key-get-or-make',
  text: `with found as (select holder_key, key_id, box from license.holder_keys where holder_key = $1),
    made as (
      insert into license.holder_keys as kept (holder_key, key_id, box, made_at)
      select $1, $2, $3, $4 where not exists (select from found)
      on conflict (holder_key) do update set key_id = kept.key_id
      returning holder_key, key_id, box)
    select holder_key, key_id, box from found union all select holder_key, key_id, box from made`,
};

const REWRAP: Statement = {
  name: 'holder-keys-rewrap',
  text: `update license.holder_keys as kept set key_id = fresh.key_id, box = fresh.box
    from unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[]) as fresh (holder_key, former, key_id, box)
    where kept.holder_key = fresh.holder_key and kept.box = fresh.former`,
};

/** The rows that are left of these holders, in no order. */
export async function findHolderKeys(db: Knex, holderKeys: readonly Uint8Array[]): Promise<readonly HolderKeyRow[]> {
  const { rows } =
    holderKeys.length === 1
      ? await runStatement<Row>(db, FIND_ONE, holderKeys)
      : await runStatement<Row>(db, FIND, [holderKeys]);
  return rows.map(fromRow);
}

/** The row of a holder; `fresh` becomes it when he has none. Parallel callers get the same one. */
export async function getOrMakeHolderKey(db: Knex, fresh: HolderKeyRow, now: Date): Promise<HolderKeyRow> {
  const { rows } = await runStatement<Row>(db, GET_OR_MAKE, [fresh.holderKey, fresh.keyId, fresh.box, now]);
  return fromRow(rows[0]!);
}

/** False when the holder had none. */
export async function deleteHolderKey(trx: Knex.Transaction, holderKey: Uint8Array): Promise<boolean> {
  return (await trx('license.holder_keys').where({ holder_key: holderKey }).delete()) === 1;
}

/** Rows that another master key than `keyId` closed, behind the holder `after`; at most `limit`, in the order of holders. */
export async function listHolderKeysToRewrap(
  db: Knex,
  keyId: string,
  after: Uint8Array,
  limit: number,
): Promise<readonly HolderKeyRow[]> {
  const rows = await db('license.holder_keys')
    .select<Row[]>('holder_key', 'key_id', 'box')
    .where('holder_key', '>', after)
    .whereNot({ key_id: keyId })
    .orderBy('holder_key')
    .limit(limit);
  return rows.map(fromRow);
}

/** Puts fresh boxes in place of those that were read; a row that changed or went meanwhile stays as it is. */
export async function replaceHolderKeyBoxes(
  db: Knex,
  boxes: readonly { readonly former: HolderKeyRow; readonly fresh: HolderKeyRow }[],
): Promise<number> {
  const { rowCount } = await runStatement<never>(db, REWRAP, [
    boxes.map(({ fresh }) => fresh.holderKey),
    boxes.map(({ former }) => former.box),
    boxes.map(({ fresh }) => fresh.keyId),
    boxes.map(({ fresh }) => fresh.box),
  ]);
  return rowCount;
}

/** How many rows each master key closed. */
export async function countHolderKeysByMaster(db: Knex): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.raw<{ rows: { key_id: string; count: number }[] }>(
    'select key_id, count(*) as count from license.holder_keys group by key_id order by key_id',
  );
  return new Map(rows.map(({ key_id: keyId, count }) => [keyId, Number(count)]));
}

const fromRow = (row: Row): HolderKeyRow => ({ holderKey: row.holder_key, keyId: row.key_id, box: row.box });
