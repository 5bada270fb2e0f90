// /v1/batches: a department issues a list. The client comes from the token; a list is for the clients of its organisation that
// issue its type for its authority.
import type Koa from 'koa';
import { batchQuery, batchRowsQuery } from '../../common/contract/license-batch.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { parseQuery, readBytes } from '../../common/http/body.ts';
import type { EventStreams } from '../../common/http/event-stream.ts';
import { readIdempotencyKey } from '../../common/http/idempotency-key.ts';
import type { Handler } from '../../common/http/routes.ts';
import { SHEET_LIMITS } from '../../common/sheets/sheet.ts';
import type { Batch } from '../domain/batch.ts';
import { type BatchDeps, checkBatch } from '../flow/check-batch.ts';
import { type AuthorityActor, authorityClient, issuerOfClient } from '../flow/issuer.ts';
import { confirmBatch, getBatch, getBatchOf, stopRows } from '../flow/run-batch.ts';
import { countBatchRows, listBatches, listBatchRows } from '../store/batches.ts';
import { batchDocumentOf, batchRowDocumentOf, progressOf } from './batch-document.ts';
import { sendCsv, templateCsv } from './list-files.ts';

export type BatchHandlers = Readonly<
  Record<'template' | 'check' | 'list' | 'read' | 'rows' | 'events' | 'confirm' | 'stop', Handler>
>;

export const LIST_TYPES = [
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
] as const;
const LISTED = 100;

export function makeBatchHandlers(deps: BatchDeps, gate: BearerGate, streams: EventStreams): BatchHandlers {
  const actorOf = (ctx: Koa.Context): Promise<AuthorityActor> => authorityClient(deps, gate.actorOf(ctx).clientId);
  const find = async (ctx: Koa.Context): Promise<Batch> => getBatchOf(deps, await actorOf(ctx), idOf(ctx));
  const answer = async (ctx: Koa.Context, batch: Batch): Promise<void> => {
    ctx.body = batchDocumentOf(batch, await countBatchRows(deps.db, batch.batchId));
  };
  return {
    template: async (ctx) => {
      const type = await deps.catalog.get(String((ctx['params'] as Record<string, string>)['code']));
      sendCsv(ctx, `${type.code}.csv`, templateCsv(type));
    },
    check: async (ctx) => {
      const idempotencyKey = readIdempotencyKey(ctx);
      const query = parseQuery(ctx, batchQuery);
      const { clientId } = gate.actorOf(ctx);
      const issuer = await issuerOfClient(deps, clientId, query.license_type, query.authority_code);
      const bytes = await readBytes(ctx, { maxBytes: SHEET_LIMITS.fileBytes, types: LIST_TYPES });
      const batch = await checkBatch(deps, issuer, { title: query.title ?? '', bytes, idempotencyKey });
      ctx.status = 201;
      ctx.set('Location', `/v1/batches/${batch.batchId}`);
      await answer(ctx, batch);
    },
    list: async (ctx) => {
      const listed = await listBatches(deps.db, await actorOf(ctx), LISTED);
      ctx.body = { batches: listed.map(({ batch, counts }) => batchDocumentOf(batch, counts)) };
    },
    read: async (ctx) => answer(ctx, await find(ctx)),
    rows: async (ctx) => {
      const { state, after, limit } = parseQuery(ctx, batchRowsQuery);
      const batch = await find(ctx);
      const type = await deps.catalog.get(batch.licenseType);
      const states = state === undefined ? {} : { states: [state] };
      const rows = await listBatchRows(deps.db, batch.batchId, { ...states, after, limit: limit + 1 });
      const page = rows.slice(0, limit);
      ctx.body = {
        rows: page.map((row) => batchRowDocumentOf(type, row)),
        next_after: rows.length > limit ? (page.at(-1)?.line ?? null) : null,
      };
    },
    events: async (ctx) => {
      const { organisation, batchId } = await find(ctx);
      streams.open(ctx, gate.actorOf(ctx).clientId, async () =>
        progressOf(await getBatch(deps, organisation, batchId), await countBatchRows(deps.db, batchId)),
      );
    },
    confirm: async (ctx) => {
      const { organisation, batchId } = await find(ctx);
      await answer(ctx, await confirmBatch(deps, organisation, batchId));
    },
    stop: async (ctx) => {
      const { organisation, batchId } = await find(ctx);
      await stopRows(deps, organisation, batchId);
      await answer(ctx, await getBatch(deps, organisation, batchId));
    },
  };
}

function idOf(ctx: Koa.Context): string {
  return String((ctx['params'] as Record<string, string>)['batch_id']);
}
