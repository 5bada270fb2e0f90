// /desk/{org}/batches: a clerk sends a list, sees what its rows come to, confirms, watches, stops, takes back what to correct.
import type Koa from 'koa';
import { isTrustError, PROBLEMS } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { EventStreams } from '../../common/http/event-stream.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import { makeToken } from '../../common/ids.ts';
import { SHEET_LIMITS } from '../../common/sheets/sheet.ts';
import { writeCsv } from '../../common/sheets/write-csv.ts';
import type { Lang } from '../../common/web/texts.ts';
import type { BatchRow, BatchRowState } from '../domain/batch.ts';
import { readHeader } from '../domain/batch-columns.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type BatchDeps, checkBatch, openCells } from '../flow/check-batch.ts';
import { authorityClerk, issuerOfClerk } from '../flow/issuer.ts';
import { confirmBatch, getBatchOf, stopRows } from '../flow/run-batch.ts';
import { countBatchRows, listBatches, listBatchRows } from '../store/batches.ts';
import { batchListPage } from '../web/batch-list-page.ts';
import { batchPage } from '../web/batch-page.ts';
import { ROW_STATES, type RowView } from '../web/batch-rows.ts';
import type { BatchView } from '../web/batch-words.ts';
import { deskPath } from '../web/desk-frame.ts';
import { faultWords } from '../web/fault-words.ts';
import { fileMissing, newBatchPage } from '../web/new-batch-page.ts';
import { stopBatchPage } from '../web/stop-batch-page.ts';
import { columnOf, progressOf } from './batch-document.ts';
import { type AtDesk, atDesk, type DeskParts } from './desk-person.ts';
import { sendCsv } from './list-files.ts';
import { paramOf } from './person.ts';

export type DeskBatchHandlers = Readonly<
  Record<'list' | 'form' | 'send' | 'show' | 'events' | 'confirm' | 'askStop' | 'stop' | 'mend', Handler>
>;
type Parts = DeskParts & { readonly deps: BatchDeps; readonly streams: EventStreams };

const LISTED = 50;
const ROWS_A_PAGE = 50;
const KEY_CHARACTERS = 26;
const ROWS_TO_MEND = 50_000;

export function makeDeskBatchHandlers(parts: Parts): DeskBatchHandlers {
  const { deps, sessions, streams } = parts;
  const viewOf = async (at: AtDesk, batchId: string): Promise<BatchView> => {
    const batch = await getBatchOf(deps, authorityClerk(at.clerk), batchId);
    const [counts, type] = await Promise.all([countBatchRows(deps.db, batchId), deps.catalog.get(batch.licenseType)]);
    return { batch, counts, type };
  };
  const acted = async (ctx: Koa.Context, act: (at: AtDesk, batchId: string) => Promise<unknown>): Promise<void> => {
    const at = await atDesk(parts, ctx);
    sessions.checkCsrf(ctx, await readForm(ctx));
    await getBatchOf(deps, authorityClerk(at.clerk), paramOf(ctx, 'batch_id'));
    await act(at, paramOf(ctx, 'batch_id'));
    seeOther(ctx, deskPath(at.desk, 'batches', paramOf(ctx, 'batch_id')));
  };
  return {
    list: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const listed = await listBatches(deps.db, authorityClerk(at.clerk), LISTED);
      const views = await Promise.all(
        listed.map(async (one) => ({ ...one, type: await deps.catalog.get(one.batch.licenseType) })),
      );
      sendPage(ctx, batchListPage(pageFrame(ctx), at.desk, views));
    },
    form: async (ctx) => sendForm(parts, ctx, await atDesk(parts, ctx), { type: String(ctx.query['type'] ?? '') }),
    send: (ctx) => send(parts, ctx),
    show: async (ctx) => {
      const at = await atDesk(parts, ctx);
      await show(parts, ctx, at, await viewOf(at, paramOf(ctx, 'batch_id')));
    },
    events: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const id = paramOf(ctx, 'batch_id');
      await viewOf(at, id);
      streams.open(ctx, at.clerk.account, async () => {
        const { batch, counts } = await viewOf(at, id);
        return progressOf(batch, counts);
      });
    },
    confirm: (ctx) => acted(ctx, ({ clerk }, id) => confirmBatch(deps, clerk.organisation, id)),
    askStop: async (ctx) => {
      const at = await atDesk(parts, ctx);
      sendPage(ctx, stopBatchPage(pageFrame(ctx), at.desk, await viewOf(at, paramOf(ctx, 'batch_id'))));
    },
    stop: (ctx) => acted(ctx, ({ clerk }, id) => stopRows(deps, clerk.organisation, id)),
    mend: async (ctx) => {
      const at = await atDesk(parts, ctx);
      const { batch, type } = await viewOf(at, paramOf(ctx, 'batch_id'));
      const states = ['bad', 'refused', 'stopped'] as const;
      const rows = await listBatchRows(deps.db, batch.batchId, { states, after: 0, limit: ROWS_TO_MEND });
      const { lang } = pageFrame(ctx);
      const titles = batch.header;
      const lines = rows.map((row) => [
        ...cellsOf(deps, type, batch.batchId, titles, row),
        reasonOf(lang, type, row) ?? '',
      ]);
      sendCsv(ctx, `${batch.batchId}.csv`, writeCsv([[...titles, lang === 'zh' ? '（原因）' : '(reason)'], ...lines]));
    },
  };
}

type Typed = { readonly type: string; readonly title?: string; readonly fault?: string };

async function sendForm(parts: Parts, ctx: Koa.Context, at: AtDesk, typed: Typed): Promise<void> {
  const types = await Promise.all(at.rights.map(({ licenseType }) => parts.deps.catalog.get(licenseType)));
  const faults = typed.fault === undefined ? [] : [{ field: 'file', words: typed.fault }];
  const props = {
    types,
    chosen: types.find(({ code }) => code === typed.type)?.code,
    title: typed.title ?? '',
    key: makeToken(KEY_CHARACTERS),
    faults,
  };
  sendPage(
    ctx,
    newBatchPage(pageFrame(ctx, `${deskPath(at.desk, 'batches', 'new')}`), at.desk, props),
    faults.length > 0 ? 422 : 200,
  );
}

/** What cannot be read at all is said at the file; everything else is a row of the list. */
async function send(parts: Parts, ctx: Koa.Context): Promise<void> {
  const at = await atDesk(parts, ctx);
  const { files, texts } = await readUploadForm(ctx, SHEET_LIMITS.fileBytes);
  parts.sessions.checkCsrf(ctx, texts);
  const { lang } = pageFrame(ctx);
  const typed = { type: texts['type'] ?? '', title: (texts['title'] ?? '').trim().slice(0, 100) };
  const { file } = files;
  if (file === undefined) return sendForm(parts, ctx, at, { ...typed, fault: fileMissing(lang) });
  const idempotencyKey = `${at.clerk.account}-${texts['key'] ?? ''}`.slice(0, 128);
  try {
    const issuer = await issuerOfClerk(parts.deps, at.clerk, typed.type);
    const upload = { title: typed.title, bytes: file.bytes, idempotencyKey };
    const { batchId } = await checkBatch(parts.deps, issuer, upload);
    seeOther(ctx, deskPath(at.desk, 'batches', batchId));
  } catch (error) {
    if (!isTrustError(error) || PROBLEMS[error.code].status >= 500) throw error;
    const words = lang === 'zh' ? `${PROBLEMS[error.code].titleZh}：${error.message}` : error.message;
    await sendForm(parts, ctx, at, { ...typed, fault: words });
  }
}

async function show(parts: Parts, ctx: Koa.Context, at: AtDesk, view: BatchView): Promise<void> {
  const { deps } = parts;
  const { batch, type } = view;
  const frame = pageFrame(ctx);
  const asked = String(ctx.query['state'] ?? (view.counts.bad > 0 && batch.state === 'checked' ? 'bad' : 'all'));
  const filter = Object.hasOwn(ROW_STATES, asked) ? (asked as BatchRowState) : 'all';
  const after = Math.max(Number.parseInt(String(ctx.query['after'] ?? '0'), 10) || 0, 0);
  const page = Math.max(Number.parseInt(String(ctx.query['page'] ?? '1'), 10) || 1, 1);
  const states = filter === 'all' ? {} : { states: [filter] };
  const rows = await listBatchRows(deps.db, batch.batchId, { ...states, after, limit: ROWS_A_PAGE + 1 });
  const shown = rows.slice(0, ROWS_A_PAGE);
  const path = deskPath(at.desk, 'batches', batch.batchId);
  const nextHref =
    rows.length > ROWS_A_PAGE ? `${path}?state=${filter}&after=${shown.at(-1)?.line}&page=${page + 1}` : null;
  const previousHref = after > 0 ? `${path}?state=${filter}` : null;
  const views = shown.map((row) => rowView(deps, frame.lang, type, batch.batchId, row));
  sendPage(ctx, batchPage(frame, at.desk, { ...view, rows: views, filter, page, previousHref, nextHref }));
}

function rowView(deps: BatchDeps, lang: Lang, type: LicenseType, batchId: string, row: BatchRow): RowView {
  const { line, caseId, state, identifier } = row;
  const holder = openCells(deps.keys, batchId, row)?.['holder_name'] ?? null;
  return { line, holder, caseId, state, identifier, reason: reasonOf(lang, type, row) };
}

function reasonOf(lang: Lang, type: LicenseType, { problem, fault, pointer }: BatchRow): string | null {
  if (problem === null) return null;
  const words = faultWords(lang, type, { problem, fault: fault ?? '', pointer });
  const column = columnOf(type, pointer);
  return column === null ? words : `${column}：${words}`;
}

/** As they were uploaded, in the order of the columns. */
function cellsOf(
  deps: BatchDeps,
  type: LicenseType,
  batchId: string,
  titles: readonly string[],
  row: BatchRow,
): readonly string[] {
  const cells = openCells(deps.keys, batchId, row) ?? {};
  const names = readHeader(type, titles);
  return titles.map((title) => cells[names.get(title) ?? title] ?? '');
}
