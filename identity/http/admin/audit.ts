// 操作记录: pages of the chained log by filter, the same as CSV, and the way from a person to his account's identifier, which is a
// look-up with a reason like any other.
import type { Knex } from 'knex';
import type Koa from 'koa';
import { verifyNewest } from '../../../common/audit/verify-newest.ts';
import type { Clock } from '../../../common/clock.ts';
import { beginOfChinaDate, isCalendarDate } from '../../../common/codes/calendar-date.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { DocumentKeys } from '../../domain/document-box.ts';
import { type AuditFilter, type AuditPlace, type AuditRecord, listAuditRecords } from '../../store/audit-reads.ts';
import { EVENT_KINDS, type IdentityEvent } from '../../store/events.ts';
import { type AuditEntryRow, auditPage, timeFault } from '../../web/admin/audit-page.ts';
import type { Typed } from '../../web/admin/client-fields.ts';
import type { Admin, AdminGate } from './gate.ts';
import { searchAccount } from './look-up.ts';
import { textOf } from './typed.ts';

export type AuditPagesDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly gate: AdminGate;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

const PATH = '/admin/audit';
const PAGE = 50;
/** Rows of each chain that are looked at for the page. */
const CHECKED = 200;
const CSV_LIMIT = 10_000;
const FILTERS = ['kind', 'client', 'subject', 'from', 'to'] as const;
const DAY_MS = 86_400_000;

export function auditRoutes(deps: AuditPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: `${PATH}/subject`, scope: 'public', handler: (ctx) => findSubject(deps, ctx) },
    { method: 'POST', path: `${PATH}/csv`, scope: 'public', handler: (ctx) => sendCsv(deps, ctx) },
  ];
}

async function show(deps: AuditPagesDeps, ctx: Koa.Context): Promise<void> {
  const admin = await deps.gate.require(ctx, 'audit');
  if (admin === null) return;
  const notFound = deps.gate.takeFlash(ctx, admin)?.code === 'none';
  await send(deps, ctx, { admin, typed: {}, faults: [], notFound });
}

type Sent = {
  readonly admin: Admin;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
  readonly notFound: boolean;
  /** What the filter says; that of the address unless given. */
  readonly query?: Typed;
};

async function send({ db, gate }: AuditPagesDeps, ctx: Koa.Context, of: Sent): Promise<void> {
  const query = of.query ?? queryOf(ctx.query);
  const after = readPlace(textOf(ctx.query['after']));
  const frame = pageFrame(ctx, hrefOf(query));
  const wrong = filterFaults(frame, query);
  const found = wrong.length > 0 ? [] : await listAuditRecords(db, filterOf(query), { after, limit: PAGE + 1 });
  const records = found.slice(0, PAGE);
  const last = records.at(-1);
  const faults = [...wrong, ...of.faults];
  const page = auditPage(frame, {
    view: gate.view(ctx, of.admin),
    rows: records.map(toRow),
    kinds: EVENT_KINDS.toSorted(),
    query,
    isFiltered: Object.keys(query).length > 0,
    firstHref: after === null ? null : hrefOf(query),
    nextHref: found.length > PAGE && last !== undefined ? hrefOf({ ...query, after: writePlace(last) }) : null,
    chain: await verifyNewest(db, 'identity', CHECKED),
    csvLimit: CSV_LIMIT,
    typed: of.typed,
    faults,
    notFound: of.notFound,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

function hrefOf(query: Typed): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? PATH : `${PATH}?${search}`;
}

async function findSubject(deps: AuditPagesDeps, ctx: Koa.Context): Promise<void> {
  await searchAccount(deps, ctx, {
    duty: 'audit',
    path: PATH,
    again: (of) => send(deps, ctx, { ...of, notFound: false }),
    hrefOf: (_admin, { sub }) => `${PATH}?${new URLSearchParams({ subject: sub })}`,
  });
}

/** The answer itself is the file: nothing is changed but that the export is on record. */
async function sendCsv(deps: AuditPagesDeps, ctx: Koa.Context): Promise<void> {
  const { db, gate, record } = deps;
  const accepted = await gate.requireForm(ctx, 'audit', PATH);
  if (accepted === null) return;
  const query = queryOf(accepted.form);
  if (filterFaults(pageFrame(ctx, PATH), query).length > 0)
    return send(deps, ctx, { admin: accepted.admin, query, typed: {}, faults: [], notFound: false });
  const records = await listAuditRecords(db, filterOf(query), { after: null, limit: CSV_LIMIT });
  const by = accepted.admin.session.account.sub;
  await record({ kind: 'audit.exported', detail: { by, rows: records.length, ...query } });
  ctx.set('Content-Disposition', 'attachment; filename="audit.csv"');
  ctx.type = 'text/csv; charset=utf-8';
  const head = ['at', 'chain', 'number', 'kind', 'actor', 'subject', 'client', 'detail'];
  // The mark at the front tells spreadsheets that this is UTF-8.
  ctx.body = `\ufeff${[head, ...records.map(csvCells)].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function csvCells(one: AuditRecord): readonly string[] {
  const { clientId, detail } = toRow(one);
  const place = [one.at.toISOString(), String(one.chain), String(one.number)];
  return [...place, one.kind, one.actor, one.subject, clientId ?? '', detail];
}

/** RFC 4180; what a spreadsheet would take for a formula is made a text. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toRow({ at, kind, subject, actor, detail }: AuditRecord): AuditEntryRow {
  const { event: _, client_id: clientId, ...rest } = detail;
  return {
    ...{ at, kind, subject, actor },
    clientId: typeof clientId === 'string' ? clientId : null,
    detail: Object.entries(rest)
      .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
      .join('; '),
  };
}

function queryOf(given: Readonly<Record<string, unknown>>): Typed {
  return Object.fromEntries(FILTERS.map((name) => [name, textOf(given[name])]).filter(([, value]) => value !== ''));
}

function filterOf(query: Typed): AuditFilter {
  return {
    kind: query['kind'] ?? null,
    clientId: query['client'] ?? null,
    subject: query['subject'] ?? null,
    from: readTime(query['from']),
    // A day without a time means all of it.
    to: endOf(query['to']),
  };
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d))?$/;

/** In China's time; null for what is none. */
function readTime(text = ''): Date | null {
  const [, day = '', hours = '0', minutes = '0'] = TIME.exec(text) ?? [];
  if (!isCalendarDate(day)) return null;
  return new Date(beginOfChinaDate(day).getTime() + (Number(hours) * 60 + Number(minutes)) * 60_000);
}

/** A time that cannot be read must not pass for no bound: what comes would look filtered and not be. */
function filterFaults(frame: PageFrame, query: Typed): readonly Fault[] {
  const wrong = (['from', 'to'] as const).filter((name) => query[name] !== undefined && readTime(query[name]) === null);
  return wrong.map((name) => timeFault(frame, name));
}

function endOf(text = ''): Date | null {
  const at = readTime(text);
  return at === null || text.length > 10 ? at : new Date(at.getTime() + DAY_MS);
}

function writePlace({ at, chain, number }: AuditPlace): string {
  return `${at.getTime()}.${chain}.${number}`;
}

function readPlace(text: string): AuditPlace | null {
  const [, at, chain, number] = /^(\d{1,14})\.(\d{1,9})\.(\d{1,15})$/.exec(text) ?? [];
  return at === undefined ? null : { at: new Date(Number(at)), chain: Number(chain), number: Number(number) };
}
