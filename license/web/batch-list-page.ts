// 批量签发: the lists of an organisation.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { recordTable } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { Batch } from '../domain/batch.ts';
import { BATCH_TEXTS, type BatchView, titleOf, totalOf } from './batch-words.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';

const TEXTS = {
  none: { zh: '还没有批次。', en: 'No lists yet.' },
  state: { zh: '状态', en: 'State' },
  issued: { zh: '已签发', en: 'Issued' },
  notIssued: { zh: '未签发', en: 'Not issued' },
} satisfies Texts;

const STATES = {
  checked: { zh: '待确认', en: 'To be confirmed' },
  running: { zh: '签发中', en: 'Issuing' },
  done: { zh: '已完成', en: 'Done' },
  stopped: { zh: '已停止', en: 'Stopped' },
} satisfies Record<Batch['state'], Text>;
export function batchListPage(frame: PageFrame, desk: DeskFrame, batches: readonly BatchView[]): string {
  const say = sayIn(frame.lang);
  const fresh = html`<a class="button" href="${deskPath(desk, 'batches', 'new')}">${say(BATCH_TEXTS.fresh)}</a>`;
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(BATCH_TEXTS.title),
    main: html`<h1>${say(BATCH_TEXTS.title)}</h1><p class="actions">${fresh}</p>
${recordTable({
  caption: say(BATCH_TEXTS.title),
  columns: [
    { name: say(BATCH_TEXTS.list) },
    { name: say(BATCH_TEXTS.type) },
    { name: say(TEXTS.state) },
    { name: say(TEXTS.issued), figures: true },
    { name: say(TEXTS.notIssued), figures: true },
    { name: say(BATCH_TEXTS.sentAt) },
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
