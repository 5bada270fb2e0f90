// A list that is to be issued in bulk, in steps:
//   1 read the list in a thread   2 what each column means   3 judge every row by the type, nothing is issued
//   4 the batch and all its rows, each in a box, in one transaction
// Whoever uploaded it sees what the rows come to before he confirms (run-batch.ts).
import { randomBytes } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { equalBytes, utf8 } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { closeBox, NONCE_BYTES, openBox } from '../../common/crypto/sealed-box.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import type { Sheets } from '../../common/sheets/open-sheets.ts';
import type { SheetRow } from '../../common/sheets/sheet.ts';
import type { Batch, BatchRow } from '../domain/batch.ts';
import { type Cells, readHeader, toRequest } from '../domain/batch-columns.ts';
import { checkLicenseFields } from '../domain/license-fields.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { decideDates } from '../domain/license-validity.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { findBatchByKey, insertBatch } from '../store/batches.ts';
import type { LicenseDeps } from './deps.ts';
import type { Issuer } from './issuer.ts';

export type BatchDeps = LicenseDeps & { readonly sheets: Sheets };
export type BatchUpload = {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly idempotencyKey: string;
};

/** Rows that are judged before other requests get their turn. */
const SLICE = 100;

/**
 * Keeps the list as a batch that waits for its confirmation. The same key with the same file, type and authority gives the same batch. Throws
 * `sheet-unreadable`, `body-too-large`, `document-too-costly`, `busy`, `idempotency-conflict`.
 */
export async function checkBatch(deps: BatchDeps, issuer: Issuer, upload: BatchUpload): Promise<Batch> {
  const fileSm3 = sm3(upload.bytes);
  const earlier = await findBatchByKey(deps.db, issuer.organisation, upload.idempotencyKey);
  if (earlier) return sameBatch(earlier, issuer, fileSm3);

  // 1 and 2
  const { header, rows } = await deps.sheets.read(upload.bytes);
  const type = await deps.catalog.get(issuer.right.licenseType);
  const names = readHeader(type, header);

  // 3 Every row, in slices, so that the room goes on answering.
  const batchId = makeId('bat');
  const judge = makeJudge(deps, issuer, type, batchId);
  const judged: BatchRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % SLICE === SLICE - 1) await breathe();
    judged.push(judge(row, toCells(names, row)));
  }

  // 4
  const batch: Batch = {
    batchId,
    organisation: issuer.organisation,
    clientId: issuer.clientId,
    actor: issuer.actor,
    licenseType: type.code,
    authorityCode: issuer.right.authorityCode,
    title: upload.title,
    fileSm3,
    idempotencyKey: upload.idempotencyKey,
    header,
    state: 'checked',
    createdAt: deps.clock(),
    confirmedAt: null,
    finishedAt: null,
  };
  if (await insertBatch(deps.db, batch, judged)) return batch;
  const winner = await findBatchByKey(deps.db, issuer.organisation, upload.idempotencyKey);
  if (!winner) throw new TrustError('internal', 'a batch vanished');
  return sameBatch(winner, issuer, fileSm3);
}

/** The cells of a row by the names of the columns; null once they are forgotten. */
export function openCells(keys: Pick<RoomKeys, 'deskBox'>, batchId: string, row: BatchRow): Cells | null {
  if (row.cellsBox === null) return null;
  return JSON.parse(
    new TextDecoder().decode(openBox(keys.deskBox, row.cellsBox, contextOf(batchId, row.line))),
  ) as Cells;
}

/** The case id of a row that names none: the same whenever the row is issued again. */
function caseIdOf(batchId: string, line: number): string {
  return `${batchId}-${line}`;
}

/** Also sees what is there twice within the list: a case, and a number of a type that numbers uniquely. */
function makeJudge(deps: BatchDeps, issuer: Issuer, type: LicenseType, batchId: string) {
  const today = chinaDate(deps.clock());
  const [cases, numbers] = [new Map<string, number>(), new Map<string, number>()];
  return ({ line }: SheetRow, cells: Cells): BatchRow => {
    const caseId = cells['case_id'] ?? caseIdOf(batchId, line);
    const box = closeBox(
      deps.keys.deskBox,
      utf8(JSON.stringify(cells)),
      contextOf(batchId, line),
      new Uint8Array(randomBytes(NONCE_BYTES)),
    );
    const row = { line, caseId, cellsBox: box, identifier: null };
    try {
      const request = toRequest(type, cells, issuer.right.authorityCode, caseId);
      checkLicenseFields(type, request, decideDates(type, request, today), today);
      refuseTwice(cases, caseId, line, '/case_id');
      refuseTwice(numbers, request.license_number, line, '/license_number');
      return { ...row, state: 'good', problem: null, fault: null, pointer: null };
    } catch (error) {
      if (!isTrustError(error)) throw error;
      // A case id that cannot be one is not kept as one.
      const kept = error.pointer === '/case_id' ? caseIdOf(batchId, line) : caseId;
      return {
        ...row,
        caseId: kept,
        state: 'bad',
        problem: error.code,
        fault: error.message,
        pointer: error.pointer ?? null,
      };
    }
  };
}

function refuseTwice(seen: Map<string, number>, value: string, line: number, pointer: string): void {
  const before = seen.get(value);
  if (before !== undefined)
    throw new TrustError('license-fields-invalid', `the same as in line ${before}`, { pointer });
  seen.set(value, line);
}

function toCells(names: ReadonlyMap<string, string>, { cells }: SheetRow): Cells {
  return Object.fromEntries(Object.entries(cells).map(([title, value]) => [names.get(title) ?? title, value]));
}

function sameBatch(batch: Batch, { right }: Issuer, fileSm3: Uint8Array): Batch {
  const isSameRight = batch.licenseType === right.licenseType && batch.authorityCode === right.authorityCode;
  if (isSameRight && equalBytes(new Uint8Array(batch.fileSm3), fileSm3)) return batch;
  throw new TrustError('idempotency-conflict', 'this key was used for another list, or for another type or authority');
}

const contextOf = (batchId: string, line: number): string => `license.batch_rows.cells ${batchId} ${line}`;
