// license.batches and license.batch_rows: lists that are issued in bulk. What a row says lies in a box; its outcome beside it.
// A row is taken by whoever holds the job of its chunk (common/queue); what was settled is never settled again.
import type { Knex } from 'knex';
import { isUniqueViolation } from '../../common/db/errors.ts';
import type { Batch, BatchCounts, BatchRow, BatchRowState, CountedBatch, RowOutcome } from '../domain/batch.ts';

const BATCH = `batch_id as "batchId", organisation, client_id as "clientId", actor, license_type as "licenseType",
  authority_code as "authorityCode", title, file_sm3 as "fileSm3", idempotency_key as "idempotencyKey", header, state,
  created_at as "createdAt", confirmed_at as "confirmedAt", finished_at as "finishedAt"`;
const ROW = `line, case_id as "caseId", state, cells_box as "cellsBox", identifier, problem, fault, pointer`;
const CHUNK = 1000;
const NO_ROWS: BatchCounts = { bad: 0, good: 0, waiting: 0, issued: 0, refused: 0, stopped: 0 };

/** The batch with all its rows, or none of it; false when the organisation has used the key. */
export async function insertBatch(db: Knex, batch: Batch, rows: readonly BatchRow[]): Promise<boolean> {
  try {
    await db.transaction(async (trx) => {
      await trx.raw(
        `insert into license.batches (batch_id, organisation, client_id, actor, license_type, authority_code, title,
           file_sm3, idempotency_key, header, state, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          batch.batchId,
          batch.organisation,
          batch.clientId,
          batch.actor,
          batch.licenseType,
          batch.authorityCode,
          batch.title,
          Buffer.from(batch.fileSm3),
          batch.idempotencyKey,
          JSON.stringify(batch.header),
          batch.state,
          batch.createdAt,
        ],
      );
      for (let from = 0; from < rows.length; from += CHUNK)
        await insertRows(trx, batch.batchId, rows.slice(from, from + CHUNK));
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error, 'batches_organisation_idempotency_key_key')) return false;
    throw error;
  }
}

async function insertRows(trx: Knex, batchId: string, rows: readonly BatchRow[]): Promise<void> {
  const column = <T>(read: (row: BatchRow) => T): T[] => rows.map(read);
  await trx.raw(
    `insert into license.batch_rows (batch_id, line, case_id, state, cells_box, problem, fault, pointer)
     select ?, line, case_id, state, box, nullif(problem, ''), nullif(fault, ''), nullif(pointer, '')
     from unnest(?::integer[], ?::text[], ?::text[], ?::bytea[], ?::text[], ?::text[], ?::text[])
       as given (line, case_id, state, box, problem, fault, pointer)`,
    [
      batchId,
      column(({ line }) => line),
      column(({ caseId }) => caseId),
      column(({ state }) => state),
      column(({ cellsBox }) => Buffer.from(cellsBox ?? [])),
      column(({ problem }) => problem ?? ''),
      column(({ fault }) => fault ?? ''),
      column(({ pointer }) => pointer ?? ''),
    ],
  );
}

export async function findBatch(db: Knex, organisation: string, batchId: string): Promise<Batch | null> {
  const { rows } = await db.raw<{ rows: Batch[] }>(
    `select ${BATCH} from license.batches where batch_id = ? and organisation = ?`,
    [batchId, organisation],
  );
  return rows[0] ?? null;
}

export async function findBatchByKey(db: Knex, organisation: string, idempotencyKey: string): Promise<Batch | null> {
  const { rows } = await db.raw<{ rows: Batch[] }>(
    `select ${BATCH} from license.batches where organisation = ? and idempotency_key = ?`,
    [organisation, idempotencyKey],
  );
  return rows[0] ?? null;
}

/** For whom lists are listed: a client sees those that it may issue, a clerk those of his organisation as authority. */
export type BatchReader = { readonly organisation: string; readonly clientId: string | null };

/** The newest first, each with its counts: judged by right before they are limited, and counted with them. */
export async function listBatches(
  db: Knex,
  { organisation, clientId }: BatchReader,
  limit: number,
): Promise<readonly CountedBatch[]> {
  const { rows } = await db.raw<{ rows: (Batch & { counts: Partial<BatchCounts> })[] }>(
    `with listed as (
       select * from license.batches batch where organisation = :organisation and case
         when :clientId::text is null then authority_code = organisation
         else exists (select from license.issuing_clients client where client.client_id = :clientId
           and client.license_type = batch.license_type and client.authority_code = batch.authority_code
           and client.ended_at is null) end
       order by created_at desc, batch_id desc limit :limit)
     select ${BATCH}, (
       select coalesce(json_object_agg(state, count), '{}') from (
         select state, count(*)::integer as count from license.batch_rows row
         where row.batch_id = listed.batch_id group by state) as counted) as counts
     from listed order by created_at desc, batch_id desc`,
    { organisation, clientId, limit },
  );
  return rows.map(({ counts, ...batch }) => ({ batch, counts: { ...NO_ROWS, ...counts } }));
}

export async function countBatchRows(db: Knex, batchId: string): Promise<BatchCounts> {
  const { rows } = await db.raw<{ rows: { state: BatchRowState; count: number }[] }>(
    'select state, count(*)::integer as count from license.batch_rows where batch_id = ? group by state',
    [batchId],
  );
  return { ...NO_ROWS, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
}

/** By line, behind line `after`; of these states, or all. */
export async function listBatchRows(
  db: Knex,
  batchId: string,
  {
    states,
    after,
    limit,
  }: { readonly states?: readonly BatchRowState[]; readonly after: number; readonly limit: number },
): Promise<readonly BatchRow[]> {
  const { rows } = await db.raw<{ rows: BatchRow[] }>(
    `select ${ROW} from license.batch_rows
     where batch_id = ? and line > ? and (?::text[] is null or state = any(?)) order by line limit ?`,
    [batchId, after, states === undefined ? null : [...states], states === undefined ? null : [...states], limit],
  );
  return rows;
}

/** In a transaction: the good rows wait from now on, and their lines are returned. Empty when it was confirmed before. */
export async function startBatch(trx: Knex, batchId: string, now: Date): Promise<readonly number[]> {
  const { rows: started } = await trx.raw<{ rows: unknown[] }>(
    `update license.batches set state = 'running', confirmed_at = ? where batch_id = ? and state = 'checked' returning 1`,
    [now, batchId],
  );
  if (started.length === 0) return [];
  const { rows } = await trx.raw<{ rows: { line: number }[] }>(
    `update license.batch_rows set state = 'waiting' where batch_id = ? and state = 'good' returning line`,
    [batchId],
  );
  return rows.map(({ line }) => line).sort((a, b) => a - b);
}

/** What was not begun is not issued any more; returns how many rows. What is under way is finished. */
export async function stopBatch(db: Knex, batchId: string, now: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: number }[] }>(
    `with stopped as (
       update license.batches set state = 'stopped', finished_at = ?
       where batch_id = ? and state in ('checked', 'running') returning batch_id),
     rows as (
       update license.batch_rows set state = 'stopped', settled_at = ?
       where batch_id in (select batch_id from stopped) and state in ('good', 'waiting') returning 1)
     select count(*)::integer as count from rows`,
    [now, batchId, now],
  );
  return rows[0]!.count;
}

/** True when the row still waits and its batch runs: to be asked right before the row is issued. */
export async function isRowWaiting(db: Knex, batchId: string, line: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `select 1 from license.batch_rows row join license.batches batch using (batch_id)
     where batch_id = ? and line = ? and row.state = 'waiting' and batch.state = 'running'`,
    [batchId, line],
  );
  return rows.length === 1;
}

/** What became of a row. A row that was stopped while its license was being made is issued all the same. */
export async function settleRow(
  db: Knex,
  { batchId, line, outcome, now }: { batchId: string; line: number; outcome: RowOutcome; now: Date },
): Promise<void> {
  const [identifier, problem, fault, pointer] =
    outcome.state === 'issued'
      ? [outcome.identifier, null, null, null]
      : [null, outcome.problem, outcome.fault, outcome.pointer];
  await db.raw(
    `update license.batch_rows set state = ?, identifier = ?, problem = ?, fault = ?, pointer = ?, settled_at = ?
     where batch_id = ? and line = ? and state in ('waiting', 'stopped')`,
    [outcome.state, identifier, problem, fault, pointer, now, batchId, line],
  );
}

/** A running batch of which no row waits is done. */
export async function finishBatch(db: Knex, batchId: string, now: Date): Promise<void> {
  await db.raw(
    `update license.batches set state = 'done', finished_at = ? where batch_id = ? and state = 'running'
       and not exists (select from license.batch_rows where batch_id = ? and state = 'waiting')`,
    [now, batchId, batchId],
  );
}

/** Rows that say something still, behind a place in the order of batches and lines. */
export async function listKeptRows(
  db: Knex,
  after: { readonly batchId: string; readonly line: number },
  limit: number,
): Promise<readonly (BatchRow & { readonly batchId: string })[]> {
  const { rows } = await db.raw<{ rows: (BatchRow & { batchId: string })[] }>(
    `select batch_id as "batchId", ${ROW} from license.batch_rows
     where cells_box is not null and (batch_id, line) > (?, ?) order by batch_id, line limit ?`,
    [after.batchId, after.line, limit],
  );
  return rows;
}

/** These rows of a list say nothing any more; one that was not issued yet is not issued. */
export async function emptyRows(db: Knex, batchId: string, lines: readonly number[], now: Date): Promise<void> {
  await db.raw(
    `update license.batch_rows set cells_box = null, fault = null, settled_at = coalesce(settled_at, ?),
       state = case when state in ('good', 'waiting') then 'stopped' else state end
     where batch_id = ? and line = any(?)`,
    [now, batchId, [...lines]],
  );
}

/** What the rows of batches said that ended, or were never confirmed, before `before`; at most `limit` rows. */
export async function forgetBatchCells(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update license.batch_rows set cells_box = null, fault = null where (batch_id, line) in (
       select row.batch_id, row.line from license.batches batch join license.batch_rows row using (batch_id)
       where coalesce(batch.finished_at, batch.created_at) < ? and batch.state <> 'running' and row.cells_box is not null
       limit ?)`,
    [before, limit],
  );
  return rowCount;
}
