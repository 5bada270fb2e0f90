// One list: what it came to when it was checked, how far it is issued, its rows. Every stage has the same address and is whole
// without script; script only moves the bar.
import { readFileSync } from 'node:fs';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { facts, hiddenFields, notice, verdict } from '../../common/web/parts.ts';
import { formatDateTime, type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { type BatchProps, rowsPart } from './batch-rows.ts';
import { BATCH_TEXTS, type BatchView, figure, progressWords, settledOf, titleOf, totalOf } from './batch-words.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';

const TEXTS = {
  titled: { zh: '批量签发：{title}', en: 'List: {title}' },
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
  leave: {
    zh: '可以离开本页，签发会继续；服务重启后从未签发的行接着签发，不会重复。',
    en: 'You may leave this page, issuing goes on; after a restart it goes on with the rows that wait, and issues none twice.',
  },
  refresh: { zh: '刷新进度', en: 'Refresh' },
} satisfies Texts;

const SCRIPT = readFileSync(new URL('./batch-script.js', import.meta.url), 'utf8');

export function batchPage(frame: PageFrame, desk: DeskFrame, props: BatchProps): string {
  const say = sayIn(frame.lang);
  const { batch } = props;
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(TEXTS.titled, { title: titleOf(frame.lang, batch) }),
    crumbs: [{ text: say(BATCH_TEXTS.title), href: deskPath(desk, 'batches') }],
    ...(batch.state === 'running' ? { script: SCRIPT } : {}),
    main: html`${batch.state === 'checked' ? checkedPart(frame.lang, desk, props) : progressPart(frame.lang, desk, props)}
${rowsPart(frame.lang, desk, props)}`,
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
  { name: say(BATCH_TEXTS.list), value: titleOf(lang, batch) },
  { name: say(BATCH_TEXTS.type), value: typeName(lang, type) },
  { name: say(BATCH_TEXTS.sentAt), value: formatDateTime(lang, batch.createdAt) },
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
  const bar = html`<div id="batch" class="running" data-events="${`${path}/events`}" data-words="${BATCH_TEXTS.progress[lang]}"><p><label for="bar">${say(title)}</label></p><progress id="bar" max="${all}" value="${settled}">${words}</progress><p id="progress" role="status">${words}</p></div>
${notice({ mark: 'notice', words: say(TEXTS.leave) })}
<p class="actions"><a class="button plain" href="${path}">${say(TEXTS.refresh)}</a><a class="link" href="${`${path}/stop`}">${say(BATCH_TEXTS.stop)}</a></p>`;
  const over = html`${facts(lang, [
    { name: say(BATCH_TEXTS.list), value: titleOf(lang, batch) },
    { name: say(BATCH_TEXTS.type), value: typeName(lang, type) },
  ])}${failed > 0 ? html`<p class="actions"><a class="button plain" href="${`${path}/rows.csv`}" download>${say(TEXTS.badRows)}</a></p>` : null}`;
  return html`${head}${isRunning ? bar : over}`;
}
