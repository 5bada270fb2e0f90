// 终端登录 (RFC 8628): a person types on the phone the code that a terminal shows, sees who asks from where, and confirms. Whole
// without script.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  errorSummary,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  field,
  hiddenFields,
  identifier,
  notice,
} from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type DeviceFault =
  | { readonly kind: 'missing' | 'unknown' | 'expired' | 'used' | 'refused' | 'interrupted' }
  | { readonly kind: 'paused'; readonly until: Date };

export type DeviceCodePage = {
  readonly action: string;
  /** Of oidc-provider. */
  readonly xsrf: string;
  readonly fault?: DeviceFault;
  readonly code?: string;
};

export type DeviceConfirmPage = {
  readonly action: string;
  readonly xsrf: string;
  /** As it was typed. */
  readonly code: string;
  /** As the terminal shows it. */
  readonly shown: string;
  readonly system: string;
  readonly operator: string | null;
  /** Network address from which the terminal asked. */
  readonly address: string | null;
};

const TEXTS = {
  title: { zh: '终端登录', en: 'Log in on a terminal' },
  lead: { zh: '请输入终端屏幕上显示的代码。', en: 'Enter the code that the terminal shows.' },
  code: { zh: '代码', en: 'Code' },
  hint: { zh: '8 个字母，例如 WDJB-MJHT', en: '8 letters, such as WDJB-MJHT' },
  next: { zh: '下一步', en: 'Next' },
  missing: { zh: '请填写代码', en: 'Enter the code' },
  unknown: { zh: '代码不正确，请核对终端屏幕', en: 'Wrong code, look at the terminal again' },
  expired: { zh: '代码已过期，请在终端上重新获取', en: 'This code expired, get a new one on the terminal' },
  used: { zh: '代码已使用，请在终端上重新获取', en: 'This code was used, get a new one on the terminal' },
  refused: { zh: '已拒绝，终端不会登录', en: 'Refused, the terminal is not logged in' },
  interrupted: { zh: '登录未完成，请在终端上重新获取代码', en: 'Not completed, get a new code on the terminal' },
  paused: { zh: '尝试次数过多，{time} 后可再试', en: 'Too many tries, again after {time}' },
  question: { zh: '确认在此终端登录？', en: 'Log in on this terminal?' },
  system: { zh: '系统', en: 'System' },
  operator: { zh: '主办', en: 'Run by' },
  address: { zh: '终端网络地址', en: "Terminal's network address" },
  same: { zh: '两边显示的代码应当相同', en: 'Both must show the same code' },
  beware: {
    zh: '仅当您本人正在该终端前操作时才确认。如果代码是别人发给您的，请拒绝。',
    en: 'Confirm only if you stand at this terminal yourself. If somebody sent you the code, refuse.',
  },
  confirm: { zh: '确认登录', en: 'Confirm' },
  refuse: { zh: '不是我，拒绝', en: 'Not me, refuse' },
  done: { zh: '已在终端登录', en: 'Logged in on the terminal' },
  doneLead: { zh: '请在终端上继续。本页面可以关闭。', en: 'Go on at the terminal. You can close this page.' },
} satisfies Texts;

/** Send with 422 when there is a fault, 429 when it is a pause. */
export function deviceCodePage(frame: PageFrame, { action, xsrf, fault, code }: DeviceCodePage): string {
  const say = sayIn(frame.lang);
  const words =
    fault === undefined
      ? undefined
      : say(TEXTS[fault.kind], fault.kind === 'paused' ? { time: formatTime(fault.until) } : {});
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'task',
    faulty: words !== undefined,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, words === undefined ? [] : [{ field: 'user_code', words }])}
<h1>${say(TEXTS.title)}</h1>
<p class="lead">${say(TEXTS.lead)}</p>
<form method="post" action="${action}" novalidate>
${hiddenFields({ xsrf })}
${field({ name: 'user_code', label: say(TEXTS.code), hint: say(TEXTS.hint), value: code ?? '', autocomplete: 'off', fault: words })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.next)}</button></div>
</form>`,
  });
}

export function deviceConfirmPage(frame: PageFrame, props: DeviceConfirmPage): string {
  const say = sayIn(frame.lang);
  const rows = [
    { name: say(TEXTS.system), value: props.system },
    ...(props.operator ? [{ name: say(TEXTS.operator), value: props.operator }] : []),
    ...(props.address ? [{ name: say(TEXTS.address), value: props.address }] : []),
    { name: say(TEXTS.same), value: identifier(props.shown) },
  ];
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.question),
    column: 'task',
    main: html`<h1>${say(TEXTS.question)}</h1>
${facts(frame.lang, rows)}
${notice({ mark: 'warning', words: say(TEXTS.beware) })}
<form method="post" action="${props.action}" class="actions">
${hiddenFields({ xsrf: props.xsrf, user_code: props.code, confirm: 'yes' })}
<button class="button" type="submit">${say(TEXTS.confirm)}</button>
<button class="button plain" type="submit" name="abort" value="yes">${say(TEXTS.refuse)}</button>
</form>`,
  });
}

export function deviceDonePage(frame: PageFrame): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.done),
    column: 'task',
    main: html`<h1>${say(TEXTS.done)}</h1>
<p class="lead">${say(TEXTS.doneLead)}</p>`,
  });
}
