// 操作记录: what happened, from the room's hash chain, with what a look at its newest part says. Persons appear by their account's
// identifier only; who an account is, is asked for with a reason.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  identifier,
  notice,
} from '../../../common/web/parts.ts';
import { filterForm, noHit, pager, recordTable, selectField } from '../../../common/web/records.ts';
import { formatDateTime, formatTime, sayIn, type Texts } from '../../../common/web/texts.ts';
import type { Typed } from './client-fields.ts';
import { reasonField } from './fields.ts';
import { type AdminView, adminPage } from './layout.ts';

export type AuditEntryRow = {
  readonly at: Date;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  readonly clientId: string | null;
  /** `name: value`, without what has a column. */
  readonly detail: string;
};

export type AuditPage = {
  readonly view: AdminView;
  readonly rows: readonly AuditEntryRow[];
  readonly kinds: readonly string[];
  /** The filter as it stands in the address. */
  readonly query: Typed;
  readonly isFiltered: boolean;
  readonly firstHref: string | null;
  readonly nextHref: string | null;
  readonly chain: {
    readonly rows: number;
    readonly faults: number;
    readonly checkpoint: { readonly number: number; readonly at: Date } | null;
  };
  readonly csvLimit: number;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
  readonly notFound: boolean;
};

const PATH = '/admin/audit';

const TEXTS = {
  title: { zh: '操作记录', en: 'Audit log' },
  kind: { zh: '类别', en: 'Kind' },
  all: { zh: '全部', en: 'All' },
  client: { zh: '系统标识', en: 'Client id' },
  subject: { zh: '账号标识', en: 'Account identifier' },
  from: { zh: '从', en: 'From' },
  to: { zh: '到', en: 'To' },
  timeHint: { zh: '如 2026-11-22 或 2026-11-22 08:30', en: 'Such as 2026-11-22 or 2026-11-22 08:30' },
  timeFault: {
    zh: '没有这个时间，请照 2026-11-22 或 2026-11-22 08:30 的样子填写',
    en: 'There is no such time; write it as 2026-11-22 or 2026-11-22 08:30',
  },
  caption: { zh: '最近的在最前', en: 'Newest first' },
  time: { zh: '时间', en: 'Time' },
  who: { zh: '操作者', en: 'Who' },
  detail: { zh: '内容', en: 'Detail' },
  empty: { zh: '还没有记录。', en: 'Nothing yet.' },
  sound: {
    zh: '链校验：最近 {n} 条未发现改动，检查点第 {number} 号，截至 {time}。全部校验用 xinji audit verify。',
    en: 'Chain: the newest {n} rows are unchanged, checkpoint {number}, up to {time}. The whole is proven by xinji audit verify.',
  },
  noCheckpoint: {
    zh: '链校验：最近 {n} 条前后相符，但还没有检查点。',
    en: 'Chain: the newest {n} rows fit, but there is no checkpoint yet.',
  },
  broken: {
    zh: '链校验：最近 {n} 条中有 {faults} 处不符。请立即用 xinji audit verify 全部校验，并保全数据库。',
    en: 'Chain: {faults} places among the newest {n} rows do not fit. Run xinji audit verify at once and secure the database.',
  },
  find: { zh: '按人员查找', en: 'Find a person' },
  typed: { zh: '手机号、证件号码或用户名', en: 'Phone, document number or user name' },
  findGo: { zh: '查看此人的记录', en: 'Show what concerns this person' },
  none: { zh: '没有这个账号。', en: 'There is no such account.' },
  csv: { zh: '导出', en: 'Export' },
  csvLead: { zh: '按上面的筛选条件，最近的 {n} 条以内。', en: 'As filtered above, the newest {n} at most.' },
  csvGo: { zh: '下载 CSV', en: 'Download CSV' },
} satisfies Texts;

export function auditPage(frame: PageFrame, props: AuditPage): string {
  const say = sayIn(frame.lang);
  const { view, query, faults, typed } = props;
  const title = say(TEXTS.title);
  const text = (name: string, label: string, hint?: string): Html =>
    field({ name, label, hint, value: query[name] ?? '', autocomplete: 'off', fault: faultOf(faults, name) });
  return adminPage(frame, {
    view,
    duty: 'audit',
    title,
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}<h1>${title}</h1>
${chainNotice(frame, props.chain)}
${props.notFound ? notice({ mark: 'notice', role: 'status', words: say(TEXTS.none) }) : null}
${filterForm(frame.lang, {
  action: PATH,
  fields: [
    selectField({
      name: 'kind',
      label: say(TEXTS.kind),
      value: query['kind'] ?? '',
      choices: [{ value: '', label: say(TEXTS.all) }, ...props.kinds.map((kind) => ({ value: kind, label: kind }))],
    }),
    text('client', say(TEXTS.client)),
    text('subject', say(TEXTS.subject)),
    text('from', say(TEXTS.from), say(TEXTS.timeHint)),
    text('to', say(TEXTS.to)),
  ],
})}
${recordTable({
  caption: say(TEXTS.caption),
  columns: [TEXTS.time, TEXTS.kind, TEXTS.who, TEXTS.subject, TEXTS.client, TEXTS.detail].map((name) => ({
    name: say(name),
  })),
  rows: props.rows.map((row) => cellsOf(frame, row)),
  empty: props.isFiltered ? noHit(frame.lang, PATH) : say(TEXTS.empty),
})}
${pager(frame.lang, { page: props.firstHref === null ? 1 : 2, previousHref: props.firstHref, nextHref: props.nextHref })}
<h2>${say(TEXTS.find)}</h2>
<form method="post" action="${PATH}/subject" autocomplete="off" novalidate>${hiddenFields(view.formFields)}
${field({ name: 'typed', label: say(TEXTS.typed), value: typed['typed'] ?? '', autocomplete: 'off', fault: faultOf(faults, 'typed') })}
${reasonField(frame.lang, faults, typed['reason'])}
<div class="actions"><button class="button plain" type="submit">${say(TEXTS.findGo)}</button></div></form>
<h2>${say(TEXTS.csv)}</h2><p>${say(TEXTS.csvLead, { n: props.csvLimit.toLocaleString('en-US') })}</p>
<form method="post" action="${PATH}/csv" class="actions">${hiddenFields({ ...view.formFields, ...query })}
<button class="button plain" type="submit">${say(TEXTS.csvGo)}</button></form>`,
  });
}

/** The fault of a filter whose time is none. */
export function timeFault(frame: PageFrame, name: 'from' | 'to'): Fault {
  return { field: name, words: sayIn(frame.lang)(TEXTS.timeFault) };
}

function chainNotice(frame: PageFrame, { rows: n, faults, checkpoint }: AuditPage['chain']): Html {
  const say = sayIn(frame.lang);
  if (faults > 0) return notice({ mark: 'failed', role: 'alert', words: say(TEXTS.broken, { n, faults }) });
  if (checkpoint === null) return notice({ mark: 'notice', words: say(TEXTS.noCheckpoint, { n }) });
  const time = formatDateTime(frame.lang, checkpoint.at);
  return notice({ mark: 'passed', words: say(TEXTS.sound, { n, number: checkpoint.number, time }) });
}

function cellsOf(frame: PageFrame, row: AuditEntryRow): readonly HtmlValue[] {
  return [
    html`<time datetime="${row.at.toISOString()}">${formatDateTime(frame.lang, row.at)}:${formatTime(row.at).slice(-2)}</time>`,
    row.kind,
    identifier(row.actor),
    identifier(row.subject),
    row.clientId === null ? '' : identifier(row.clientId),
    row.detail,
  ];
}
