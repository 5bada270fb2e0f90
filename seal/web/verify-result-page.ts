// 验章, the result: the conclusion first, then the pages with the seals framed, then one card a seal, what changed, and
// technical data last. Green, red or grey, each with its own shape and words.
import type { SignatureReport, VerificationReport } from '../../common/contract/report.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import { notice, phrases, verdict } from '../../common/web/parts.ts';
import { technical } from '../../common/web/report-parts.ts';
import { formatTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { changeWords } from './change-words.ts';
import { pageSheets } from './page-sheets.ts';
import { navItems, SEAL_SERVICE, VERIFY_PATH } from './service.ts';
import { signatureCard } from './signature-cards.ts';
import { conclude } from './verdict-words.ts';

export type ResultPage = {
  readonly fileName: string;
  readonly report: VerificationReport;
  /** The address of this result; its pictures, its JSON and its acts lie below. */
  readonly href: string;
  readonly until: Date;
  /** Whether a sealed report can be had here. */
  readonly hasReport: boolean;
};

const TEXTS = {
  report: { zh: '下载核验报告', en: 'Download report' },
  again: { zh: '再验一份', en: 'Check another' },
  json: { zh: '下载数据（JSON）', en: 'Download data (JSON)' },
  forget: { zh: '立即删除', en: 'Delete now' },
  kept: {
    zh: '文件和结果保留到 {time}，之后自动删除。',
    en: 'File and result are kept until {time}, then deleted.',
  },
  failedSteps: { zh: '看不通过的 {n} 项', en: 'Failed steps: {n}' },
  count: {
    zh: '共 {n} 个签章或签名：{passed} 个有效，{failed} 个无效，{unknown} 个无法确认',
    en: '{n} seals or signatures: {passed} valid, {failed} not valid, {unknown} not confirmed',
  },
  changes: { zh: '盖章后的改动', en: 'Changes after sealing' },
  pictures: {
    zh: '第 {pages} 页有看起来像印章的图案（页面图上标“?”）。它只是图片，不能证明真伪，也不影响上面的结论。',
    en: 'Page {pages} shows something that looks like a seal (marked "?"). It is only a picture, proves nothing and does not change the result above.',
  },
} satisfies Texts;

export function resultPage(frame: PageFrame, props: ResultPage): string {
  const say = sayIn(frame.lang);
  const { report, href, fileName } = props;
  const banner = conclude(frame, report);
  const { signatures } = report;
  return renderPage({
    ...frame,
    service: SEAL_SERVICE,
    title: banner.title.replaceAll('|', ''),
    nav: navItems(frame, 'verify'),
    now: new Date(report.verified_at),
    main: html`${verdict({ mark: banner.mark, title: phrases(...banner.title.split('|')), why: banner.why, next: banner.next })}
<p class="small file-name">${fileName}</p>
${actions(say, props)}
${signatures.length > 1 ? html`<p>${count(say, signatures)}</p>` : null}
${pictureNotice(say, report)}
${pageSheets(frame, report, (page) => `${href}/pages/${page}.png`)}
${signatures.map((signature, i) => signatureCard(frame, signature, i + 1))}
${changes(frame, report)}
${technical(frame, fileName, report)}
<form class="forget" method="post" action="${href}/forget"><p class="small">${say(TEXTS.kept, { time: formatTime(props.until) })}</p><button class="as-link" type="submit">${say(TEXTS.forget)}</button></form>`,
  });
}

function actions(say: Say, { report, href, hasReport }: ResultPage): Html {
  const failed = report.signatures.flatMap(({ steps }) => steps).filter(({ status }) => status === 'failed').length;
  const first = report.signatures.findIndex(({ steps }) => steps.some(({ status }) => status === 'failed')) + 1;
  const again = html`<a class="${hasReport ? 'link' : 'button'}" href="${VERIFY_PATH}">${say(TEXTS.again)}</a>`;
  return html`<div class="actions">${hasReport ? html`<form method="post" action="${href}/report"><button class="button" type="submit">${say(TEXTS.report)}</button></form>` : null}${again}<a class="link" href="${`${href}/report.json`}">${say(TEXTS.json)}</a>${failed > 0 ? html`<a class="link" href="${`#checks-${first}`}">${say(TEXTS.failedSteps, { n: failed })}</a>` : null}</div>`;
}

function count(say: Say, signatures: readonly SignatureReport[]): string {
  const of = (indication: SignatureReport['indication']) =>
    signatures.filter((one) => one.indication === indication).length;
  const [passed, failed, unknown] = [of('TOTAL-PASSED'), of('TOTAL-FAILED'), of('INDETERMINATE')];
  return say(TEXTS.count, { n: signatures.length, passed, failed, unknown });
}

function pictureNotice(say: Say, { shown }: VerificationReport): Html | null {
  const pages = [...new Set(shown?.pictures.map(({ page }) => page))];
  if (pages.length === 0) return null;
  const mark: Mark = 'warning';
  return notice({ mark, words: html`<p>${say(TEXTS.pictures, { pages: pages.join(', ') })}</p>` });
}

function changes(frame: PageFrame, report: VerificationReport): Html | null {
  const say = sayIn(frame.lang);
  if (report.changes_after_sealing.length === 0) return null;
  const list = report.changes_after_sealing.map((change) => html`<li>${say(changeWords(change))}</li>`);
  return html`<section class="card" aria-labelledby="changes"><h2 id="changes">${say(TEXTS.changes)}</h2><ul>${list}</ul></section>`;
}
