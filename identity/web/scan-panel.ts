// 扫码登录 on the screen that shows the code: the code, until when, and how it stands. Without script the person goes on with
// the link below; a code that is over is removed, not blurred.
import { readFileSync } from 'node:fs';
import { type Html, html } from '../../common/web/html.ts';
import { notice } from '../../common/web/parts.ts';
import { qrCode } from '../../common/web/qr-code.ts';
import { formatTime, type Lang, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import type { ScanPhase } from '../domain/scan.ts';

export type ScanPanel = {
  readonly lang: Lang;
  readonly phase: ScanPhase;
  /** Address that the phone opens. */
  readonly codeUrl: string;
  readonly number: number;
  readonly expiresAt: Date;
  readonly action: string;
  readonly hidden: Html;
  /** This page, and the same with a new code. */
  readonly pageHref: string;
  readonly newHref: string;
  /** Answers `{ phase }`. */
  readonly stateUrl: string;
};

const TEXTS = {
  scan: { zh: '用手机扫描二维码，在打开的页面上确认', en: 'Scan with your phone, then confirm on the page that opens' },
  qr: { zh: '登录二维码', en: 'QR code to log in' },
  until: { zh: '二维码 {time} 前有效', en: 'Code valid until {time}' },
  scanned: { zh: '已扫描，请在手机上确认', en: 'Scanned, confirm on your phone' },
  number: { zh: '两边显示的数字应当相同：', en: 'Both devices must show the same number: ' },
  confirmed: { zh: '已在手机上确认', en: 'Confirmed on the phone' },
  over: { zh: '二维码已过期', en: 'Code expired' },
  refused: { zh: '已在手机上取消', en: 'Cancelled on the phone' },
  fresh: { zh: '换一个', en: 'Get a new one' },
  check: { zh: '已在手机上确认，查看结果', en: 'I have confirmed on my phone' },
  go: { zh: '继续登录', en: 'Log in' },
} satisfies Texts;

export const SCAN_SCRIPT = readFileSync(new URL('./scan-script.js', import.meta.url), 'utf8');

/** The form posts what `hidden` holds: the phone has decided, there is nothing to fill in. */
export function scanPanel(of: ScanPanel): Html {
  const say = sayIn(of.lang);
  if (of.phase === 'over' || of.phase === 'refused') return ended(of, say);
  const words = { scanned: say(TEXTS.scanned) };
  const isWaiting = of.phase === 'waiting';
  return html`<div id="scan" data-phase="${of.phase}" data-words="${JSON.stringify(words)}" data-state-url="${of.stateUrl}" data-page-url="${of.pageHref}">
${isWaiting ? codePanel(of, say) : null}
<p class="lead scan-number"${isWaiting ? html` hidden` : null}>${say(TEXTS.number)}<strong class="digits">${of.number}</strong></p>
<p role="status">${isWaiting ? null : say(TEXTS[of.phase])}</p>
<form method="post" action="${of.action}">${of.hidden}
<div class="actions">${
    of.phase === 'confirmed'
      ? html`<button class="button" type="submit" id="field-scan">${say(TEXTS.go)}</button>`
      : html`<a class="link" href="${of.pageHref}" id="field-scan">${say(TEXTS.check)}</a>`
  }</div></form>
</div>`;
}

function codePanel(of: ScanPanel, say: Say): Html {
  return html`<div class="card code-panel">
<p>${say(TEXTS.scan)}</p>
<div class="qr">${qrCode(of.codeUrl, say(TEXTS.qr))}</div>
<p class="until">${say(TEXTS.until, { time: formatTime(of.expiresAt) })}</p>
<p class="small hint">${say(TEXTS.number)}<strong class="digits">${of.number}</strong></p>
</div>`;
}

function ended(of: ScanPanel, say: Say): Html {
  const words = say(of.phase === 'over' ? TEXTS.over : TEXTS.refused);
  return html`${notice({ mark: 'unknown', role: 'status', words: html`<p>${words}</p>` })}
<p class="actions"><a class="button" href="${of.newHref}" id="field-scan">${say(TEXTS.fresh)}</a></p>`;
}
