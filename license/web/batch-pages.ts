// 批量签发: the lists of an organisation, the form, what a list came to, and the question before the rest is stopped. Every
// stage has an address of its own and is whole without script; script only moves the bar.
import { readFileSync } from 'node:fs';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  faultOf,
  field,
  hiddenFields,
  notice,
  verdict,
} from '../../common/web/parts.ts';
import { filterForm, noHit, pager, recordTable, selectField } from '../../common/web/records.ts';
import { formatDateTime, type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { Batch, BatchCounts, BatchRowState } from '../domain/batch.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';

const TEXTS = {
  title: { zh: '批量签发', en: 'Lists' },
  titled: { zh: '批量签发：{title}', en: 'List: {title}' },
  untitled: { zh: '{time}的批次', en: 'List of {time}' },
  fresh: { zh: '新建批次', en: 'New list' },
  none: { zh: '还没有批次。', en: 'No lists yet.' },
  list: { zh: '批次', en: 'List' },
  type: { zh: '证照类型', en: 'License type' },
  state: { zh: '状态', en: 'State' },
  issued: { zh: '已签发', en: 'Issued' },
  notIssued: { zh: '未签发', en: 'Not issued' },
  sentAt: { zh: '上传时间', en: 'Sent at' },
  lead: {
    zh: '先下载模板，每行填一张证照，再上传。上传后只做校验，确认之后才签发。',
    en: 'Take the template, fill in one license a line, and send it. The list is only checked; nothing is issued before you confirm.',
  },
  template: { zh: '下载{name}的模板', en: 'Template of {name}' },
  name: { zh: '批次名称（选填）', en: 'Name of the list (optional)' },
  nameHint: {
    zh: '例如“2026年11月第2批”，不要写个人信息。',
    en: 'For example “November, second list”; no personal data.',
  },
  file: { zh: '表格文件', en: 'File' },
  fileHint: {
    zh: 'XLSX 或 CSV，最大 20 MB、50,000 行。公式不会被执行，只取显示的结果。',
    en: 'XLSX or CSV, up to 20 MB and 50,000 rows. Formulas are not evaluated; the shown results are taken.',
  },
  fileMissing: { zh: '请选择表格文件', en: 'Choose a file' },
  send: { zh: '上传并校验', en: 'Send and check' },
  checkedAll: { zh: '共 {n} 行，都可以签发', en: 'All {n} rows can be issued' },
  checkedSome: {
    zh: '共 {n} 行：{good} 行可签发，{bad} 行有误',
    en: '{good} of {n} rows can be issued, {bad} need correction',
  },
  checkedNone: { zh: '共 {n} 行，都有误，不能签发', en: 'None of the {n} rows can be issued' },
  checkedWhy: { zh: '还没有签发任何证照。', en: 'Nothing has been issued yet.' },
  confirmAll: { zh: '签发这 {n} 行', en: 'Issue the {n} rows' },
  confirmSome: { zh: '只签发 {n} 行', en: 'Issue the {n} rows' },
  badRows: { zh: '下载有误的行，改后重传', en: 'Download the rows to correct' },
  giveUp: { zh: '不签发，放弃此批次', en: 'Do not issue, give the list up' },
  running: { zh: '正在签发', en: 'Issuing' },
  done: { zh: '签发完成', en: 'Done' },
  stopped: { zh: '已停止', en: 'Stopped' },
  progress: {
    zh: '已处理 {n} / {all} 行，成功 {issued}，未签发 {not}',
    en: '{n} of {all} rows done, {issued} issued, {not} not',
  },
  leave: {
    zh: '可以离开本页，签发会继续；服务重启后从未签发的行接着签发，不会重复。',
    en: 'You may leave this page, issuing goes on; after a restart it goes on with the rows that wait, and issues none twice.',
  },
  refresh: { zh: '刷新进度', en: 'Refresh' },
  stop: { zh: '停止剩余签发', en: 'Stop the rest' },
  stopTitle: { zh: '停止剩余签发？', en: 'Stop the rest?' },
  stopWhy: {
    zh: '还有 {waiting} 行未签发，停止后不再签发。已签发的 {issued} 张不受影响。',
    en: '{waiting} rows wait and will not be issued. The {issued} that are issued stay.',
  },
  stopNo: { zh: '不停止，返回', en: 'Go on, back' },
  rows: { zh: '各行结果', en: 'Rows' },
  line: { zh: '行号', en: 'Line' },
  holder: { zh: '持证主体', en: 'Holder' },
  case: { zh: '办件编号', en: 'Case' },
  result: { zh: '结果', en: 'Outcome' },
  reason: { zh: '原因和改正', en: 'Why, and how to mend it' },
  filter: { zh: '结果', en: 'Outcome' },
  all: { zh: '全部', en: 'All' },
  noRows: { zh: '没有行。', en: 'No rows.' },
  forgotten: { zh: '（已清除）', en: '(cleared)' },
} satisfies Texts;

const STATES = {
  checked: { zh: '待确认', en: 'To be confirmed' },
  running: { zh: '签发中', en: 'Issuing' },
  done: { zh: '已完成', en: 'Done' },
  stopped: { zh: '已停止', en: 'Stopped' },
} satisfies Record<Batch['state'], Text>;
export const ROW_STATES = {
  bad: { zh: '有误', en: 'To be corrected' },
  good: { zh: '可签发', en: 'Can be issued' },
  waiting: { zh: '等待签发', en: 'Waits' },
  issued: { zh: '已签发', en: 'Issued' },
  refused: { zh: '未签发', en: 'Not issued' },
  stopped: { zh: '已停止', en: 'Stopped' },
} satisfies Record<BatchRowState, Text>;

export type BatchView = { readonly batch: Batch; readonly counts: BatchCounts; readonly type: LicenseType };
export type RowView = {
  readonly line: number;
  /** Null once what the row said is forgotten. */
  readonly holder: string | null;
  readonly caseId: string;
  readonly state: BatchRowState;
  readonly identifier: string | null;
  /** In the page's language. */
  readonly reason: string | null;
};

const SCRIPT = readFileSync(new URL('./batch-script.js', import.meta.url), 'utf8');
const totalOf = (counts: BatchCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
const settledOf = ({ issued, refused, stopped, bad }: BatchCounts): number => issued + refused + stopped + bad;

export function titleOf(lang: Lang, { title, createdAt }: Pick<Batch, 'title' | 'createdAt'>): string {
  return title === '' ? sayIn(lang)(TEXTS.untitled, { time: formatDateTime(lang, createdAt) }) : title;
}

export function batchListPage(frame: PageFrame, desk: DeskFrame, batches: readonly BatchView[]): string {
  const say = sayIn(frame.lang);
  const fresh = html`<a class="button" href="${deskPath(desk, 'batches', 'new')}">${say(TEXTS.fresh)}</a>`;
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1><p class="actions">${fresh}</p>
${recordTable({
  caption: say(TEXTS.title),
  columns: [
    { name: say(TEXTS.list) },
    { name: say(TEXTS.type) },
    { name: say(TEXTS.state) },
    { name: say(TEXTS.issued), figures: true },
    { name: say(TEXTS.notIssued), figures: true },
    { name: say(TEXTS.sentAt) },
  ],
  rows: batches.map(({ batch, counts, type }) => [
    html`<a class="link" href="${deskPath(desk, 'batches', batch.batchId)}">${titleOf(frame.lang, batch)}</a>`,
    typeName(frame.lang, type),
    say(STATES[batch.state]),
    counts.issued,
    totalOf(counts) - counts.issued,
    formatDateTime(frame.lang, batch.createdAt),
  ]),
  empty: say(TEXTS.none),
})}`,
  });
}

export type NewBatch = {
  readonly types: readonly LicenseType[];
  readonly chosen: string | undefined;
  readonly title: string;
  /** New for every form: sent twice it is one list. */
  readonly key: string;
  readonly faults: readonly Fault[];
};

export function newBatchPage(frame: PageFrame, desk: DeskFrame, props: NewBatch): string {
  const say = sayIn(frame.lang);
  const { types, chosen, faults } = props;
  const shown = types.find(({ code }) => code === chosen);
  const templates = shown === undefined ? types : [shown];
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.fresh),
    crumbs: [{ text: say(TEXTS.title), href: deskPath(desk, 'batches') }],
    faulty: faults.length > 0,
    ...(faults.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, faults)}<h1>${say(TEXTS.fresh)}</h1><p class="lead">${say(TEXTS.lead)}</p>
<ul class="plain-list">${templates.map((type) => html`<li><a class="link" href="${`/v1/license-types/${type.code}/list-template`}" download>${say(TEXTS.template, { name: typeName(frame.lang, type) })}</a></li>`)}</ul>
<form method="post" action="${deskPath(desk, 'batches')}" enctype="multipart/form-data" novalidate>${hiddenFields({ csrf: desk.person.csrf, key: props.key })}
${selectField({ name: 'type', label: say(TEXTS.type), choices: types.map((type) => ({ value: type.code, label: typeName(frame.lang, type) })), ...(chosen === undefined ? {} : { value: chosen }) })}
${field({ name: 'title', label: say(TEXTS.name), hint: say(TEXTS.nameHint), value: props.title, fault: faultOf(faults, 'title'), autocomplete: 'off' })}
${field({ name: 'file', type: 'file', label: say(TEXTS.file), hint: say(TEXTS.fileHint), accept: '.xlsx,.csv,text/csv', fault: faultOf(faults, 'file') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.send)}</button></div></form>`,
  });
}

export const fileMissing = (lang: Lang): string => sayIn(lang)(TEXTS.fileMissing);

export type BatchProps = BatchView & {
  readonly rows: readonly RowView[];
  readonly filter: BatchRowState | 'all';
  readonly page: number;
  readonly previousHref: string | null;
  readonly nextHref: string | null;
};

export function batchPage(frame: PageFrame, desk: DeskFrame, props: BatchProps): string {
  const say = sayIn(frame.lang);
  const { batch } = props;
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.titled, { title: titleOf(frame.lang, batch) }),
    crumbs: [{ text: say(TEXTS.title), href: deskPath(desk, 'batches') }],
    ...(batch.state === 'running' ? { script: SCRIPT } : {}),
    main: html`${batch.state === 'checked' ? checkedPart(frame.lang, desk, props) : progressPart(frame.lang, desk, props)}
${rowsPart(frame.lang, desk, props)}`,
  });
}

export function stopBatchPage(frame: PageFrame, desk: DeskFrame, { batch, counts }: BatchView): string {
  const say = sayIn(frame.lang);
  const back = deskPath(desk, 'batches', batch.batchId);
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.stopTitle),
    crumbs: [{ text: titleOf(frame.lang, batch), href: back }],
    main: html`<h1>${say(TEXTS.stopTitle)}</h1><p>${say(TEXTS.stopWhy, { waiting: figure(counts.waiting + counts.good), issued: figure(counts.issued) })}</p>
<form method="post" action="${`${back}/stop`}">${hiddenFields({ csrf: desk.person.csrf })}<div class="actions"><button class="button danger" type="submit">${say(TEXTS.stop)}</button><a class="link" href="${back}">${say(TEXTS.stopNo)}</a></div></form>`,
  });
}

function checkedPart(lang: Lang, desk: DeskFrame, { batch, counts, type }: BatchView): Html {
  const say = sayIn(lang);
  const { good, bad } = counts;
  const [mark, text]: readonly [Mark, Text] =
    bad === 0
      ? ['passed', TEXTS.checkedAll]
      : good === 0
        ? ['failed', TEXTS.checkedNone]
        : ['warning', TEXTS.checkedSome];
  const path = deskPath(desk, 'batches', batch.batchId);
  const confirm = html`<button class="button" type="submit">${say(bad === 0 ? TEXTS.confirmAll : TEXTS.confirmSome, { n: figure(good) })}</button>`;
  return html`${verdict({ mark, title: say(text, { n: figure(good + bad), good: figure(good), bad: figure(bad) }), why: say(TEXTS.checkedWhy) })}
${facts(lang, [
  { name: say(TEXTS.list), value: titleOf(lang, batch) },
  { name: say(TEXTS.type), value: typeName(lang, type) },
  { name: say(TEXTS.sentAt), value: formatDateTime(lang, batch.createdAt) },
])}
<form method="post" action="${`${path}/confirm`}">${hiddenFields({ csrf: desk.person.csrf })}<div class="actions">${good > 0 ? confirm : null}${bad > 0 ? html`<a class="button plain" href="${`${path}/rows.csv`}" download>${say(TEXTS.badRows)}</a>` : null}<a class="link" href="${`${path}/stop`}">${say(TEXTS.giveUp)}</a></div></form>`;
}

function progressPart(lang: Lang, desk: DeskFrame, { batch, counts, type }: BatchView): Html {
  const say = sayIn(lang);
  const path = deskPath(desk, 'batches', batch.batchId);
  const [all, settled] = [totalOf(counts), settledOf(counts)];
  const words = progressWords(lang, counts);
  const isRunning = batch.state === 'running';
  const title = isRunning ? TEXTS.running : batch.state === 'done' ? TEXTS.done : TEXTS.stopped;
  const failed = all - counts.issued;
  const head = isRunning
    ? html`<h1>${say(TEXTS.titled, { title: titleOf(lang, batch) })}</h1>`
    : verdict({
        mark: batch.state === 'stopped' ? 'unknown' : failed === 0 ? 'passed' : 'warning',
        title: say(title),
        why: words,
      });
  const bar = html`<div id="batch" class="running" data-events="${`${path}/events`}" data-words="${TEXTS.progress[lang]}"><p><label for="bar">${say(title)}</label></p><progress id="bar" max="${all}" value="${settled}">${words}</progress><p id="progress" role="status">${words}</p></div>
${notice({ mark: 'notice', words: say(TEXTS.leave) })}
<p class="actions"><a class="button plain" href="${path}">${say(TEXTS.refresh)}</a><a class="link" href="${`${path}/stop`}">${say(TEXTS.stop)}</a></p>`;
  const over = html`${facts(lang, [
    { name: say(TEXTS.list), value: titleOf(lang, batch) },
    { name: say(TEXTS.type), value: typeName(lang, type) },
  ])}${failed > 0 ? html`<p class="actions"><a class="button plain" href="${`${path}/rows.csv`}" download>${say(TEXTS.badRows)}</a></p>` : null}`;
  return html`${head}${isRunning ? bar : over}`;
}

/** 12,345. */
const figure = (count: number): string => count.toLocaleString('en-US');

export function progressWords(lang: Lang, counts: BatchCounts): string {
  const [all, n] = [totalOf(counts), settledOf(counts)];
  return sayIn(lang)(TEXTS.progress, {
    n: figure(n),
    all: figure(all),
    issued: figure(counts.issued),
    not: figure(n - counts.issued),
  });
}

function rowsPart(lang: Lang, desk: DeskFrame, props: BatchProps): Html {
  const say = sayIn(lang);
  const { batch, rows, filter } = props;
  const action = deskPath(desk, 'batches', batch.batchId);
  const states = Object.entries(ROW_STATES) as [BatchRowState, Text][];
  const choices = [
    { value: 'all', label: say(TEXTS.all) },
    ...states
      .filter(([state]) => props.counts[state] > 0)
      .map(([value, text]) => ({ value, label: `${say(text)} (${props.counts[value]})` })),
  ];
  return html`<h2>${say(TEXTS.rows)}</h2>
${filterForm(lang, { action, fields: [selectField({ name: 'state', label: say(TEXTS.filter), choices, value: filter })] })}
${recordTable({
  caption: say(TEXTS.rows),
  columns: [
    { name: say(TEXTS.line), figures: true },
    { name: say(TEXTS.holder) },
    { name: say(TEXTS.case) },
    { name: say(TEXTS.result) },
    { name: say(TEXTS.reason) },
  ],
  rows: rows.map((row) => [
    row.line,
    row.holder ?? say(TEXTS.forgotten),
    html`<span class="identifier">${row.caseId}</span>`,
    say(ROW_STATES[row.state]),
    row.identifier === null
      ? (row.reason ?? '')
      : html`<a href="${deskPath(desk, 'licenses', row.identifier)}"><span class="identifier">${row.identifier}</span></a>`,
  ]),
  empty: filter === 'all' ? say(TEXTS.noRows) : noHit(lang, action),
})}
${pager(lang, props)}`;
}
