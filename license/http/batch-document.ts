// Lists on the wire.
import type { BatchDocument, BatchRowDocument } from '../../common/contract/license-batch.ts';
import type { StreamEvent } from '../../common/http/event-stream.ts';
import type { Batch, BatchCounts, BatchRow } from '../domain/batch.ts';
import { columnNameAt, columnsOf } from '../domain/batch-columns.ts';
import type { LicenseType } from '../domain/license-type.ts';

export function batchDocumentOf(batch: Batch, rows: BatchCounts): BatchDocument {
  return {
    batch_id: batch.batchId,
    title: batch.title,
    license_type: batch.licenseType,
    authority_code: batch.authorityCode,
    state: batch.state,
    rows,
    created_at: batch.createdAt.toISOString(),
    confirmed_at: batch.confirmedAt?.toISOString() ?? null,
    finished_at: batch.finishedAt?.toISOString() ?? null,
  };
}

export function batchRowDocumentOf(type: LicenseType, row: BatchRow): BatchRowDocument {
  const { line, state, identifier, problem, fault } = row;
  return { line, case_id: row.caseId, state, identifier, problem, fault, column: columnOf(type, row.pointer) };
}

/** The title of the column that a pointer into the request means; null when none does. */
export function columnOf(type: LicenseType, pointer: string | null): string | null {
  const name = columnNameAt(pointer);
  return columnsOf(type).find((column) => column.name === name)?.label ?? null;
}

/** What a stream of progress tells. */
export function progressOf(batch: Batch, rows: BatchCounts): StreamEvent {
  const isLast = batch.state === 'done' || (batch.state === 'stopped' && rows.waiting === 0);
  return {
    id: `${rows.issued + rows.refused + rows.stopped}-${batch.state}`,
    event: 'progress',
    data: batchDocumentOf(batch, rows),
    isLast,
  };
}
