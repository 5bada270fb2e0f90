// Issuing a confirmed list. Confirming puts jobs into the queue `bulk`, a chunk of rows each; a job issues its rows one after
// the other by the flow of every license, so that a row has one license whatever crashes: its case id is its key. A job that
// was broken off is done again by whoever gets it, and passes over what is settled.
import { z } from 'zod';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { enqueueAll } from '../../common/queue/enqueue.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import type { Batch, BatchRow, RowOutcome } from '../domain/batch.ts';
import { toRequest } from '../domain/batch-columns.ts';
import {
  findBatch,
  finishBatch,
  isRowWaiting,
  listBatchRows,
  settleRow,
  startBatch,
  stopBatch,
} from '../store/batches.ts';
import { listAuthorityRights } from '../store/issuing-rights.ts';
import { openCells } from './check-batch.ts';
import type { LicenseDeps } from './deps.ts';
import { issueLicense } from './issue-license.ts';
import { type AuthorityActor, type Issuer, issuerOfClient } from './issuer.ts';

export const BULK_QUEUE = { schema: 'license', queue: 'bulk' } as const;

const CHUNK_ROWS = 20;
/** Chunks at once in one process, and of one list over all processes: a long list leaves room for others. */
const CONCURRENCY = 4;
const PER_BATCH = 3;
const LEASE_SECONDS = 60;
/** The seal room may be away for a while. */
const RETRY = { delaysSeconds: [2, 5, 15, 60, 300, 900, 3600, 3600], jitter: 0.2 };
const ROW_WAIT_MS = 30_000;
/** When so many rows of a chunk fail, the seal room is away and the others would wait for nothing. */
const FAILURES_AT_MOST = 3;

const Payload = z.object({
  organisation: z.string(),
  batch_id: z.string(),
  from: z.int(),
  to: z.int(),
});

/** Begins to issue the good rows; a second time changes nothing. Throws `batch-not-found`, `batch-state`. */
export async function confirmBatch(deps: LicenseDeps, organisation: string, batchId: string): Promise<Batch> {
  const { db, clock } = deps;
  const batch = await getBatch(deps, organisation, batchId);
  if (batch.state === 'stopped') throw new TrustError('batch-state', 'the list was stopped; upload it again');
  await db.transaction(async (trx) => {
    const now = clock();
    const lines = await startBatch(trx, batchId, now);
    const jobs = Array.from({ length: Math.ceil(lines.length / CHUNK_ROWS) }, (_, chunk) => {
      const rows = lines.slice(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS);
      return { key: batchId, payload: { organisation, batch_id: batchId, from: rows[0]!, to: rows.at(-1)! } };
    });
    await enqueueAll(trx, { ...BULK_QUEUE, now }, jobs);
    await finishBatch(trx, batchId, now); // one without a good row is done at once
  });
  return getBatch(deps, organisation, batchId);
}

/** Rows that were not begun are not issued any more; returns how many. Throws `batch-not-found`, `batch-state`. */
export async function stopRows(deps: LicenseDeps, organisation: string, batchId: string): Promise<number> {
  const batch = await getBatch(deps, organisation, batchId);
  if (batch.state === 'done') throw new TrustError('batch-state', 'every row of the list is settled');
  return stopBatch(deps.db, batchId, deps.clock());
}

/** Throws `batch-not-found`, also for a list of another organisation. */
export async function getBatch({ db }: Pick<LicenseDeps, 'db'>, organisation: string, batchId: string): Promise<Batch> {
  const batch = await findBatch(db, organisation, batchId);
  if (!batch) throw batchNotFound(batchId);
  return batch;
}

/** A list of the actor's organisation for whose type and authority he works. Throws `batch-not-found` for every other. */
export async function getBatchOf(
  deps: Pick<LicenseDeps, 'db'>,
  actor: AuthorityActor,
  batchId: string,
): Promise<Batch> {
  const batch = await getBatch(deps, actor.organisation, batchId);
  if (await actor.worksFor(batch.licenseType, batch.authorityCode)) return batch;
  throw batchNotFound(batchId);
}

function batchNotFound(batchId: string): TrustError {
  return new TrustError('batch-not-found', `no list ${batchId}`);
}

export function bulkQueue(deps: LicenseDeps): QueueDefinition {
  return {
    queue: BULK_QUEUE.queue,
    concurrency: CONCURRENCY,
    perKey: PER_BATCH,
    leaseSeconds: LEASE_SECONDS,
    retry: RETRY,
    handle: ({ payload }, signal) => runChunk(deps, Payload.parse(payload), signal),
  };
}

/** Rejects when a license is promised and not there yet: what still waits of the chunk is tried again later. */
async function runChunk(
  deps: LicenseDeps,
  { organisation, batch_id: batchId, from, to }: z.infer<typeof Payload>,
  signal: AbortSignal,
): Promise<void> {
  const batch = await findBatch(deps.db, organisation, batchId);
  if (!batch) return;
  const issue = await makeRowIssue(deps, batch);
  const rows = await listBatchRows(deps.db, batchId, { states: ['waiting'], after: from - 1, limit: CHUNK_ROWS });
  const failures: unknown[] = [];
  for (const row of rows.filter(({ line }) => line <= to)) {
    signal.throwIfAborted();
    if (!(await isRowWaiting(deps.db, batchId, row.line))) continue;
    try {
      await settleRow(deps.db, { batchId, line: row.line, outcome: await issue(row), now: deps.clock() });
    } catch (error) {
      failures.push(error);
      if (failures.length === FAILURES_AT_MOST) break;
    }
  }
  await finishBatch(deps.db, batchId, deps.clock());
  if (failures.length > 0) throw failures[0];
}

/** How a row of this list is issued; what is refused for good is an outcome, everything else is thrown. */
async function makeRowIssue(deps: LicenseDeps, batch: Batch): Promise<(row: BatchRow) => Promise<RowOutcome>> {
  const issuer = await issuerOf(deps, batch);
  const type = await deps.catalog.get(batch.licenseType);
  return async (row) => {
    try {
      const cells = openCells(deps.keys, batch.batchId, row) ?? {};
      const request = toRequest(type, cells, batch.authorityCode, row.caseId);
      const outcome = await issueLicense(deps, issuer, request, { waitMs: ROW_WAIT_MS });
      if (outcome.kind === 'issued') return { state: 'issued', identifier: outcome.license.version.identifier };
      throw new TrustError('license-pending', outcome.issue.lastError ?? 'it is not sealed yet');
    } catch (error) {
      if (!isTrustError(error) || !FINAL.has(error.code)) throw error;
      return { state: 'refused', problem: error.code, fault: error.message, pointer: error.pointer ?? null };
    }
  };
}

/** The right may have ended since the list was uploaded; then its rows wait until it stands again. */
async function issuerOf({ db, catalog }: LicenseDeps, batch: Batch): Promise<Issuer> {
  const rights = await listAuthorityRights(db, batch.authorityCode);
  const right = rights.find(({ licenseType }) => licenseType === batch.licenseType);
  if (!right) throw new TrustError('issuing-not-allowed', 'the authority issues this type no more');
  // A client's list; of a clerk's the actor is his account.
  if (batch.actor === batch.clientId)
    await issuerOfClient({ db, catalog }, batch.clientId, batch.licenseType, batch.authorityCode);
  return { clientId: batch.clientId, actor: batch.actor, organisation: batch.organisation, right };
}

/** Refusals that come again however often the row is tried. */
const FINAL: ReadonlySet<string> = new Set([
  'invalid-request',
  'license-fields-invalid',
  'code-check',
  'glyph-missing',
  'case-conflict',
  'license-number-taken',
]);
