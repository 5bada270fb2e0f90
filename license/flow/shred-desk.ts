// What the desk keeps of a holder for whom nothing was issued: rows of lists that were bad, refused, stopped or not begun. They
// lie under the room's own key, so they are looked through one by one; rare, and bounded by the thirty days that rows are kept.
import type { Knex } from 'knex';
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import { isTrustError } from '../../common/errors.ts';
import type { BatchRow } from '../domain/batch.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { emptyRows, listKeptRows } from '../store/batches.ts';
import { openCells } from './check-batch.ts';

const PAGE = 1000;

/** Empties every row that names this code of a holder, whatever the case and width of its letters. */
export async function emptyRowsOfHolder(
  trx: Knex.Transaction,
  keys: Pick<RoomKeys, 'deskBox'>,
  code: string,
  now: Date,
): Promise<void> {
  const wanted = canonicalHolderCode(code);
  let after = { batchId: '', line: 0 };
  for (;;) {
    const rows = await listKeptRows(trx, after, PAGE);
    const found = Map.groupBy(
      rows.filter((row) => codesOf(keys, row).includes(wanted)),
      ({ batchId }) => batchId,
    );
    for (const [batchId, own] of found)
      await emptyRows(
        trx,
        batchId,
        own.map(({ line }) => line),
        now,
      );
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = last;
  }
}

/** Of all holders of a row; none of a row that nobody can open any more. */
function codesOf(
  keys: Pick<RoomKeys, 'deskBox'>,
  { batchId, ...row }: BatchRow & { readonly batchId: string },
): readonly string[] {
  try {
    const cells = Object.entries(openCells(keys, batchId, row) ?? {});
    return cells.filter(([name]) => HOLDER_CODE.test(name)).map(([, code]) => canonicalHolderCode(code));
  } catch (error) {
    if (isTrustError(error)) return [];
    throw error;
  }
}

const HOLDER_CODE = /^holder_(\d+_)?code$/;
