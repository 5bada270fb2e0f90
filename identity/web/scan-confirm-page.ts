// 确认在另一台设备登录？ on the phone: which system, where and with what, and the number that the other screen shows too. Who
// did not ask for it refuses; the warning says what a stranger's code is good for.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, hiddenFields, notice, phrases, verdict } from '../../common/web/parts.ts';
import { formatDateTime, type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';

export type ScanConfirmPage = {
  readonly viewer: Viewer;
  readonly action: string;
  readonly formFields: Readonly<Record<string, string>>;
  /** Name of the system that the other device logs in to. */
  readonly system: string;
  readonly device: string;
  readonly address: string;
  readonly at: Date;
  readonly number: number;
};

export type ScanEnd = 'over' | 'taken' | 'confirmed' | 'refused';

const TEXTS = {
  title: { zh: '确认在|另一台设备|登录？', en: 'Log in |on another |device?' },
  system: { zh: '系统', en: 'System' },
  device: { zh: '浏览器', en: 'Browser' },
  address: { zh: '网络地址', en: 'Network address' },
  time: { zh: '时间', en: 'Time' },
  number: { zh: '两边显示的数字应当相同：', en: 'Both devices must show the same number: ' },
  warning: {
    zh: '只在您自己正要登录时确认。别人发来的二维码，一经确认，对方就能以您的名义登录。',
    en: 'Confirm only when you are logging in yourself. Whoever sent you a code could log in as you.',
  },
  confirm: { zh: '确认登录', en: 'Confirm' },
  refuse: { zh: '不是我，拒绝', en: 'Not me, refuse' },
  history: { zh: '查看登录记录', en: 'See your login history' },
} satisfies Texts;

const ENDS: Readonly<Record<ScanEnd, { readonly title: Text; readonly why: Text }>> = {
  over: {
    title: { zh: '二维码已过期', en: 'Code expired' },
    why: {
      zh: '请在另一台设备上换一个二维码，再扫一次。',
      en: 'Get a new code on the other device and scan it.',
    },
  },
  taken: {
    title: { zh: '二维码已由别人扫描', en: 'Scanned by somebody else' },
    why: {
      zh: '另一个账号先扫了这个二维码。请在您的设备上换一个，再扫一次。',
      en: 'Another account was quicker. Get a new code on your device and scan it.',
    },
  },
  confirmed: {
    title: { zh: '已确认登录', en: 'Login confirmed' },
    why: { zh: '请回到另一台设备，那边会自动继续。', en: 'Go back to the other device; it goes on by itself.' },
  },
  refused: {
    title: { zh: '已拒绝登录', en: 'Login refused' },
    why: {
      zh: '另一台设备没有登录您的账号。',
      en: 'The other device is not logged in to your account.',
    },
  },
};

export function scanConfirmPage(frame: PageFrame, props: ScanConfirmPage): string {
  const say = sayIn(frame.lang);
  const choose = (decision: string, text: Text, style: string): Html =>
    html`<button class="button${style}" type="submit" name="decision" value="${decision}">${say(text)}</button>`;
  return page(
    frame,
    props.viewer,
    say(TEXTS.title).replaceAll('|', ''),
    html`<h1>${phrases(...say(TEXTS.title).split('|'))}</h1>
${facts(frame.lang, rowsOf(frame, props, say))}
<p class="lead">${say(TEXTS.number)}<strong class="digits">${props.number}</strong></p>
${notice({ mark: 'warning', words: html`<p>${say(TEXTS.warning)}</p>` })}
<form method="post" action="${props.action}">${hiddenFields(props.formFields)}
<div class="actions">${choose('confirm', TEXTS.confirm, '')}${choose('refuse', TEXTS.refuse, ' plain')}</div></form>`,
  );
}

/** What became of the code. */
export function scanEndPage(frame: PageFrame, { viewer, end }: { viewer: Viewer; end: ScanEnd }): string {
  const say = sayIn(frame.lang);
  const { title, why } = ENDS[end];
  const mark = end === 'confirmed' ? 'passed' : 'unknown';
  return page(
    frame,
    viewer,
    say(title),
    html`${verdict({ mark, title: say(title), why: say(why) })}
${end === 'refused' ? html`<p class="actions"><a class="link" href="/account/history">${say(TEXTS.history)}</a></p>` : null}`,
  );
}

function rowsOf(frame: PageFrame, { system, device, address, at }: ScanConfirmPage, say: Say) {
  return [
    { name: say(TEXTS.system), value: system },
    { name: say(TEXTS.device), value: device },
    { name: say(TEXTS.address), value: address },
    { name: say(TEXTS.time), value: formatDateTime(frame.lang, at) },
  ];
}

function page(frame: PageFrame, viewer: Viewer, title: string, main: Html): string {
  return accountPage(frame, { viewer, title, current: null, main });
}
