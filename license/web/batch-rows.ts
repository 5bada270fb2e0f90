// What became of the rows of a list: a table with a filter, page by page.
import { type Html, html } from '../../common/web/html.ts';
import { filterForm, noHit, pager, recordTable, selectField } from '../../common/web/records.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { BatchRowState } from '../domain/batch.ts';
import type { BatchView } from './batch-words.ts';
import { type DeskFrame, deskPath } from './desk-frame.ts';

const TEXTS = {
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

export const ROW_STATES = {
  bad: { zh: '有误', en: 'To be corrected' },
  good: { zh: '可签发', en: 'Can be issued' },
  waiting: { zh: '等待签发', en: 'Waits' },
  issued: { zh: '已签发', en: 'Issued' },
  refused: { zh: '未签发', en: 'Not issued' },
  stopped: { zh: '已停止', en: 'Stopped' },
} satisfies Record<BatchRowState, Text>;

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

export type BatchProps = BatchView & {
  readonly rows: readonly RowView[];
  readonly filter: BatchRowState | 'all';
  readonly page: number;
  readonly previousHref: string | null;
  readonly nextHref: string | null;
};

export function rowsPart(lang: Lang, desk: DeskFrame, props: BatchProps): Html {
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
