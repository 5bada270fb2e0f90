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
import { navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

/** A code that was just made. */
export type LiveCode = {
  readonly code: string;
  /** What the QR says: the code, or an address of the verify page that holds it. */
  readonly qrText: string;
  readonly expiresAt: Date;
  /** GET address that answers `presentationState` for this code. */
  readonly stateUrl: string;
};

export type Reading = { readonly verifier: string; readonly at: Date };

export type PresentationPage = {
  readonly person: Person;
  readonly license: { readonly name: string; readonly href: string };
  /** POST address (field `csrf`) that makes a new code: this page for a browser, `presentationUpdate` for Accept: application/json. */
  readonly newCodeAction: string;
  /** What to show: a live code, or what became of it. */
  readonly state:
    | { readonly kind: 'live'; readonly live: LiveCode }
    | { readonly kind: 'read'; readonly reading: Reading }
    | { readonly kind: 'expired' };
  readonly now: Date;
};

/** What the script needs to swap a code in place. */
export type PresentationUpdate = {
  readonly groups: readonly string[];
  readonly qr: { readonly size: number; readonly path: string };
  readonly expires_in_ms: number;
  readonly until: string;
  readonly state_url: string;
};

/** What the script learns about a code: `message` is spoken when it is not null. */
export type PresentationState = { readonly state: 'live' | 'read' | 'expired'; readonly message: string | null };

const TEXTS = {
  title: { zh: '亮证码', en: 'Presentation code' },
  qr: { zh: '{name}的亮证码二维码', en: 'QR code to present {name}' },
  until: { zh: '{time} 前有效，限用一次', en: 'Valid until {time}, one use' },
  bright: { zh: '请把屏幕调亮，让对方扫码。', en: 'Turn up the brightness and let the verifier scan.' },
  fresh: { zh: '换一个新码', en: 'Get a new code' },
  stop: { zh: '结束亮证', en: 'Stop showing' },
  unread: { zh: '尚无人读取', en: 'Nobody has read it yet' },
  made: { zh: '亮证码已生成，{time} 前有效', en: 'Code ready, valid until {time}' },
  renewed: { zh: '已换新码，{time} 前有效', en: 'New code ready, valid until {time}' },
  read: { zh: '已出示', en: 'Shown' },
  readBy: { zh: '{unit}于 {time} 读取了这张证照。', en: '{unit} read this license at {time}.' },
  readNext: { zh: '不认识这个单位？请联系颁发机构。', en: "Don't know this unit? Contact the issuing authority." },
  expired: { zh: '此码已过期', en: 'The code has expired' },
  expiredWhy: { zh: '过期的码不能再读取，请换一个新码。', en: 'An expired code cannot be read; get a new one.' },
  offline: { zh: '网络不通，此码 {time} 前仍有效', en: 'Offline; this code is good until {time}' },
  offlineOver: { zh: '此码已过期，联网后换新码', en: 'Expired; a new code needs a connection' },
  paused: { zh: '已暂停，点“换一个新码”继续亮证', en: 'Paused. Choose "Get a new code" to go on' },
  print: { zh: '亮证码不能打印使用', en: 'A presentation code cannot be used on paper' },
  number: { zh: '码号', en: 'Code' },
} satisfies Texts;

const SCRIPT = readFileSync(new URL('./presentation-script.js', import.meta.url), 'utf8');

/** The page. Send with Cache-Control: no-store (the house's default). */
export function presentationPage(frame: PageFrame, props: PresentationPage): string {
  const say = sayIn(frame.lang);
  const { license, state } = props;
  const live = state.kind === 'live';
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: say(TEXTS.title),
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet'),
    user: personPart(frame, props.person),
    column: 'task',
    ...(live ? { script: SCRIPT } : {}),
    main: html`${breadcrumb(frame.lang, [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: license.name, href: license.href }, { text: say(TEXTS.title) }])}
<h1>${say(TEXTS.title)}</h1>
<p class="lead">${license.name}</p>
<p class="print-only">${say(TEXTS.print)}</p>
${state.kind === 'live' ? livePanel(frame, props, state.live) : null}
${state.kind === 'read' ? readBanner(frame, state.reading) : null}
${state.kind === 'expired' ? expiredBanner(frame.lang) : null}
<form method="post" action="${props.newCodeAction}" class="actions" id="new-code">${hiddenFields({ csrf: props.person.csrf })}<button class="button${live ? ' plain' : ''}" type="submit">${say(TEXTS.fresh)}</button></form>
<p class="actions"><a class="link" href="${license.href}">${say(TEXTS.stop)}</a></p>`,
  });
}

/** JSON for the script, after POST to `newCodeAction` with Accept: application/json. */
export function presentationUpdate(live: LiveCode, now: Date): PresentationUpdate {
  return {
    groups: groupsOf(live.code),
    qr: qrPath(live.qrText),
    expires_in_ms: live.expiresAt.getTime() - now.getTime(),
    until: formatTime(live.expiresAt),
    state_url: live.stateUrl,
  };
}

/** JSON for the script, from `stateUrl`. */
export function presentationState(
  lang: Lang,
  state: { kind: 'live' | 'expired' } | { kind: 'read'; reading: Reading },
): PresentationState {
  if (state.kind !== 'read') return { state: state.kind, message: null };
  return { state: 'read', message: readWords(lang, state.reading) };
}

function livePanel(frame: PageFrame, props: PresentationPage, live: LiveCode): Html {
  const say = sayIn(frame.lang);
  const time = formatTime(live.expiresAt);
  const update = presentationUpdate(live, props.now);
  const words = {
    until: TEXTS.until[frame.lang],
    renewed: TEXTS.renewed[frame.lang],
    offline: TEXTS.offline[frame.lang],
    offlineOver: say(TEXTS.offlineOver),
    paused: say(TEXTS.paused),
    expired: say(TEXTS.expired),
  };
  return html`<div id="presentation" data-words="${JSON.stringify(words)}" data-state-url="${live.stateUrl}" data-expires-in="${update.expires_in_ms}" data-until="${time}">
<div class="card code-panel">
<div class="qr">${qrCode(live.qrText, say(TEXTS.qr, { name: props.license.name }))}</div>
<p class="code"><span class="hidden">${say(TEXTS.number)} </span><span class="identifier">${update.groups.map((group) => html`<span class="group">${group}</span>`)}</span></p>
<p class="until">${ring()}<span class="until-words">${say(TEXTS.until, { time })}</span></p>
<p class="small hint">${say(TEXTS.bright)}</p>
</div>
<div class="read-panel" hidden>${readBanner(frame, null)}</div>
<p class="read-status" role="status">${say(TEXTS.unread)}</p>
</div>`;
}

function readBanner(frame: PageFrame, reading: Reading | null): Html {
  const say = sayIn(frame.lang);
  const why = html`<span class="read-words">${reading === null ? '' : readWords(frame.lang, reading)}</span>`;
  return verdict({ mark: 'passed', level: 2, id: 'read', title: say(TEXTS.read), why, next: say(TEXTS.readNext) });
}

function expiredBanner(lang: Lang): Html {
  const say = sayIn(lang);
  return verdict({ mark: 'unknown', level: 2, title: say(TEXTS.expired), why: say(TEXTS.expiredWhy) });
}

function readWords(lang: Lang, { verifier, at }: Reading): string {
  return sayIn(lang)(TEXTS.readBy, { unit: verifier, time: formatTime(at) });
}

/** How much of the minute is left, for eyes only; the script turns it in steps. */
function ring(): Html {
  return html`<svg class="ring" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" fill="none" stroke="#d5dbe4" stroke-width="4"/><circle class="ring-rest" cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="4" pathLength="60" stroke-dasharray="60 60" transform="rotate(-90 12 12)"/></svg>`;
}

/** The prefix alone, then fours: `lz_ 5k3m …`. Copying gives the code whole. */
function groupsOf(code: string): string[] {
  const at = code.indexOf('_') + 1;
  return [code.slice(0, at), ...(code.slice(at).match(/.{1,4}/g) ?? [])].filter((group) => group !== '');
}
