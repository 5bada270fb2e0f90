// 亮证码: one code, one use, at most a minute. Without script: the code, the time of day it ends, and a button for a new
// one. With script: the next code is fetched before the end, a reading is shown, a hidden tab stops. The answers that the
// script asks for are made here too, so that page and script cannot drift apart. Always sent with Cache-Control: no-store.
import { readFileSync } from 'node:fs';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, hiddenFields, verdict } from '../../common/web/parts.ts';
import { qrCode, qrPath } from '../../common/web/qr-code.ts';
import { formatTime, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { reportPath } from './correction-page.ts';
import { listWords } from './license-words.ts';
import { navItems, type Person, PRESENT_PATH, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

/** A code that was just made. */
export type LiveCode = { readonly code: string; readonly digits: string; readonly expiresAt: Date };

export type Reading = { readonly unit: string; readonly at: Date };

/** One license and the names of what is shown of it, in the page's language. */
export type ShownItem = { readonly name: string; readonly parts: readonly string[] };

export type PresentationPage = {
  readonly person: Person;
  readonly presentationId: string;
  readonly items: readonly [ShownItem, ...ShownItem[]];
  /**
   * A live code, or what became of it. `expired`: the code is over, a new one can be had; `ended`: so is the presentation,
   * another one of the same can be had.
   */
  readonly state:
    | { readonly kind: 'live'; readonly live: LiveCode }
    | { readonly kind: 'read'; readonly reading: Reading }
    | { readonly kind: 'expired' | 'ended' | 'stopped' };
  readonly now: Date;
};

/** What the script needs to swap a code in place. */
export type PresentationUpdate = {
  readonly groups: readonly string[];
  readonly digits: readonly string[];
  readonly qr: { readonly size: number; readonly path: string };
  readonly expires_in_ms: number;
  readonly until: string;
};

/** What the script learns of the presentation: `message` is spoken when it is not null. */
export type PresentationFact = { readonly state: 'live' | 'read' | 'over'; readonly message: string | null };

const TEXTS = {
  title: { zh: '亮证码', en: 'Presentation code' },
  several: { zh: '{name}等 {n} 张', en: '{name} and others, {n} in all' },
  list: { zh: '查看出示的内容', en: 'See what is shown' },
  change: { zh: '修改出示的内容', en: 'Change what is shown' },
  always: { zh: '证照名称、颁发机构、状态', en: 'name, issuing authority, state' },
  qr: { zh: '{name}的亮证码二维码', en: 'QR code to present {name}' },
  until: { zh: '{time} 前有效，限用一次', en: 'Valid until {time}, one use' },
  bright: {
    zh: '请把屏幕调亮，让对方扫码或输入数字。',
    en: 'Turn up the brightness; let the verifier scan, or type the digits.',
  },
  fresh: { zh: '换一个新码', en: 'Get a new code' },
  stop: { zh: '结束亮证', en: 'Stop showing' },
  unread: { zh: '尚无人读取', en: 'Nobody has read it yet' },
  renewed: { zh: '已换新码，{time} 前有效', en: 'New code ready, valid until {time}' },
  read: { zh: '已出示', en: 'Shown' },
  readBy: { zh: '{unit}于 {time} 读取了：{what}。', en: '{unit} read at {time}: {what}.' },
  whatOf: { zh: '{name}（{parts}）', en: '{name} ({parts})' },
  readNext: { zh: '此码已经作废，不能再读取。', en: 'The code is spent and cannot be read again.' },
  report: { zh: '不认识这个单位？停止并申诉', en: "Don't know this unit? Stop and report" },
  expired: { zh: '此码已过期', en: 'The code has expired' },
  expiredWhy: { zh: '过期的码不能再读取，请换一个新码。', en: 'An expired code cannot be read; get a new one.' },
  stopped: { zh: '已结束亮证', en: 'No longer shown' },
  stoppedWhy: { zh: '没有人读取过，此码已经作废。', en: 'Nobody has read it; the code is void.' },
  offline: { zh: '网络不通，此码 {time} 前仍有效', en: 'Offline; this code is good until {time}' },
  offlineOver: { zh: '此码已过期，联网后换新码', en: 'Expired; a new code needs a connection' },
  paused: { zh: '已暂停，点“换一个新码”继续亮证', en: 'Paused. Choose "Get a new code" to go on' },
  print: { zh: '亮证码不能打印使用', en: 'A presentation code cannot be used on paper' },
  digits: { zh: '数字码', en: 'Digits' },
  whole: { zh: '完整码号', en: 'Whole code' },
  another: { zh: '再出示一次', en: 'Show again' },
  back: { zh: '返回我的证照', en: 'Back to my licenses' },
} satisfies Texts;

const SCRIPT = readFileSync(new URL('./presentation-script.js', import.meta.url), 'utf8');

/** The page. Send with Cache-Control: no-store (the house's default). */
export function presentationPage(frame: PageFrame, props: PresentationPage): string {
  const say = sayIn(frame.lang);
  const { state } = props;
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: say(TEXTS.title),
    home: WALLET_PATH,
    nav: navItems(frame, 'present', props.person),
    user: personPart(frame, props.person),
    column: 'task',
    ...(state.kind === 'live' ? { script: SCRIPT } : {}),
    main: html`${breadcrumb(frame.lang, [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: say(TEXTS.title) }])}
<h1>${say(TEXTS.title)}</h1>
<p class="lead">${titleOf(frame.lang, props.items)}</p>
<p class="print-only">${say(TEXTS.print)}</p>
${state.kind === 'live' ? livePanel(frame, props, state.live) : outcome(frame, props)}
${actions(frame, props)}
${shownList(frame, props)}`,
  });
}

/** JSON for the script, with a new code. */
export function presentationUpdate({ code, digits, expiresAt }: LiveCode, now: Date): PresentationUpdate {
  return {
    groups: groupsOf(code),
    digits: [digits.slice(0, 4), digits.slice(4)],
    qr: qrPath(code),
    expires_in_ms: expiresAt.getTime() - now.getTime(),
    until: formatTime(expiresAt),
  };
}

/** JSON for the script that asks what became of the presentation. */
export function presentationFact(
  lang: Lang,
  state: { kind: 'live' | 'over' } | { kind: 'read'; reading: Reading; items: readonly ShownItem[] },
): PresentationFact {
  if (state.kind !== 'read') return { state: state.kind, message: null };
  return { state: 'read', message: readWords(lang, state.reading, state.items) };
}

export const codesPath = (presentationId: string): string => `${PRESENT_PATH}/${presentationId}/codes`;
const statePath = (presentationId: string): string => `${PRESENT_PATH}/${presentationId}/state`;
const stopPath = (presentationId: string): string => `${PRESENT_PATH}/${presentationId}/stop`;

function titleOf(lang: Lang, items: PresentationPage['items']): string {
  const [{ name }] = items;
  return items.length === 1 ? name : sayIn(lang)(TEXTS.several, { name, n: items.length });
}

function livePanel(frame: PageFrame, props: PresentationPage, live: LiveCode): Html {
  const say = sayIn(frame.lang);
  const { presentationId, items, now } = props;
  const update = presentationUpdate(live, now);
  const time = update.until;
  const words = {
    until: TEXTS.until[frame.lang],
    renewed: TEXTS.renewed[frame.lang],
    offline: TEXTS.offline[frame.lang],
    offlineOver: say(TEXTS.offlineOver),
    paused: say(TEXTS.paused),
    stopped: say(TEXTS.stopped),
  };
  return html`<div id="presentation" data-words="${JSON.stringify(words)}" data-state-url="${statePath(presentationId)}" data-expires-in="${update.expires_in_ms}" data-until="${time}">
<div class="card code-panel">
<div class="qr">${qrCode(live.code, say(TEXTS.qr, { name: titleOf(frame.lang, items) }))}</div>
<p class="code"><span class="hidden">${say(TEXTS.digits)} </span><span class="identifier big">${update.digits.map(group)}</span></p>
<p class="until">${ring()}<span class="until-words">${say(TEXTS.until, { time })}</span></p>
<p class="small hint">${say(TEXTS.bright)}</p>
<details><summary>${say(TEXTS.whole)}</summary><p class="whole-code"><span class="identifier">${update.groups.map(group)}</span></p></details>
</div>
<div class="read-panel" hidden>${readBanner(frame, '')}<p><a class="link" href="${reportPath(presentationId)}">${say(TEXTS.report)}</a></p></div>
<p class="read-status" role="status">${say(TEXTS.unread)}</p>
</div>`;
}

function outcome(frame: PageFrame, { state, items, presentationId }: PresentationPage): Html | null {
  const say = sayIn(frame.lang);
  switch (state.kind) {
    case 'read':
      return html`${readBanner(frame, readWords(frame.lang, state.reading, items))}<p><a class="link" href="${reportPath(presentationId)}">${say(TEXTS.report)}</a></p>`;
    case 'stopped':
      return verdict({ mark: 'unknown', level: 2, title: say(TEXTS.stopped), why: say(TEXTS.stoppedWhy) });
    default:
      return verdict({ mark: 'unknown', level: 2, title: say(TEXTS.expired), why: say(TEXTS.expiredWhy) });
  }
}

/** While it lives: a new code, and the end of it. Afterwards: to show again. */
function actions(frame: PageFrame, { state, presentationId, person }: PresentationPage): Html {
  const say = sayIn(frame.lang);
  const { kind } = state;
  const csrf = hiddenFields({ csrf: person.csrf });
  if (kind === 'read' || kind === 'stopped')
    return html`<p class="actions"><a class="button plain" href="${PRESENT_PATH}">${say(TEXTS.another)}</a></p><p><a class="link" href="${WALLET_PATH}">${say(TEXTS.back)}</a></p>`;
  return html`<form method="post" action="${codesPath(presentationId)}" class="actions" id="new-code">${csrf}<button class="button${kind === 'live' ? ' plain' : ''}" type="submit">${say(TEXTS.fresh)}</button></form>
<form method="post" action="${stopPath(presentationId)}" class="actions" id="stop">${csrf}<button class="button plain" type="submit">${say(TEXTS.stop)}</button></form>`;
}

function shownList(frame: PageFrame, { items }: PresentationPage): Html {
  const say = sayIn(frame.lang);
  return html`<details class="shown"><summary>${say(TEXTS.list)}</summary><ul>${items.map(({ name, parts }) => html`<li>${say(TEXTS.whatOf, { name, parts: listWords(frame.lang, [say(TEXTS.always), ...parts]) })}</li>`)}</ul><p><a class="link" href="${PRESENT_PATH}">${say(TEXTS.change)}</a></p></details>`;
}

function readBanner(frame: PageFrame, words: string): Html {
  const say = sayIn(frame.lang);
  const why = html`<span class="read-words">${words}</span>`;
  return verdict({ mark: 'passed', level: 2, id: 'read', title: say(TEXTS.read), why, next: say(TEXTS.readNext) });
}

function readWords(lang: Lang, { unit, at }: Reading, items: readonly ShownItem[]): string {
  const say = sayIn(lang);
  const what = items.map(({ name, parts }) =>
    parts.length === 0 ? name : say(TEXTS.whatOf, { name, parts: listWords(lang, parts) }),
  );
  return say(TEXTS.readBy, { unit, time: formatTime(at), what: listWords(lang, what) });
}

/** How much of the minute is left, for eyes only; the script turns it in steps. */
function ring(): Html {
  return html`<svg class="ring" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" fill="none" stroke="#d5dbe4" stroke-width="4"/><circle class="ring-rest" cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="4" pathLength="60" stroke-dasharray="60 60" transform="rotate(-90 12 12)"/></svg>`;
}

function group(text: string): Html {
  return html`<span class="group">${text}</span>`;
}

/** The prefix alone, then fours: `lz_ 5k3m …`. Copying gives the code whole. */
function groupsOf(code: string): string[] {
  const at = code.indexOf('_') + 1;
  return [code.slice(0, at), ...(code.slice(at).match(/.{1,4}/g) ?? [])].filter((part) => part !== '');
}
