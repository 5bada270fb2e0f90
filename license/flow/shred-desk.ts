// What the desk keeps of a holder for whom nothing was issued: rows of lists that were bad, refused, stopped or not begun, and drafts. They
// lie under the room's own key, so they are looked through one by one; rare, and bounded by the days that both are kept.
import type { Knex } from 'knex';
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import { isTrustError } from '../../common/errors.ts';
import type { BatchRow } from '../domain/batch.ts';
import type { Cells } from '../domain/batch-columns.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { emptyRows, listKeptRows } from '../store/batches.ts';
import { type DraftRow, deleteDraft, listAllDrafts } from '../store/drafts.ts';
import { openCells } from './check-batch.ts';
import { openDraft } from './drafts.ts';

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

/** Removes every draft of a clerk that names this code of a holder. */
export async function removeDraftsOfHolder(
  trx: Knex.Transaction,
  keys: Pick<RoomKeys, 'deskBox'>,
  code: string,
): Promise<void> {
  const wanted = canonicalHolderCode(code);
  for (let after: string | undefined = ''; after !== undefined; ) {
    const drafts = await listAllDrafts(trx, after, PAGE);
    for (const draft of drafts)
      if (codesOfDraft(keys, draft).includes(wanted)) await deleteDraft(trx, draft, draft.draftId);
    after = drafts.at(-1)?.draftId;
  }
}

/** Those that he typed, and those of the license whose next version it is. */
function codesOfDraft(keys: Pick<RoomKeys, 'deskBox'>, row: DraftRow): readonly string[] {
  let heldBy: readonly string[] = [];
  const typed = codesIn(() => {
    const { content } = openDraft({ keys }, row);
    heldBy = content.heldBy ?? [];
    return content.cells;
  });
  return [...typed, ...heldBy.map(canonicalHolderCode)];
}

function codesOf(
  keys: Pick<RoomKeys, 'deskBox'>,
  { batchId, ...row }: BatchRow & { readonly batchId: string },
): readonly string[] {
  return codesIn(() => openCells(keys, batchId, row) ?? {});
}

/** Of all holders; none where nobody can open the box any more. */
function codesIn(open: () => Cells): readonly string[] {
  try {
    const cells = Object.entries(open());
    return cells.filter(([name]) => HOLDER_CODE.test(name)).map(([, code]) => canonicalHolderCode(code));
  } catch (error) {
    if (isTrustError(error)) return [];
    throw error;
  }
}

const HOLDER_CODE = /^holder_(\d+_)?code$/;
