// 窗口办理: what may follow a document that was confirmed at a counter. First the phone that the person holds, then, when he has
// lost his password, a new one that he sets himself.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../../common/web/texts.ts';
import type { Typed } from './client-fields.ts';
import { doneNotice } from './clients-page.ts';
import { reasonField } from './fields.ts';
import { type AdminView, adminPage } from './layout.ts';

const TEXTS = {
  title: { zh: '窗口办理', en: 'At the counter' },
  confirmed: {
    zh: '已确认，账号升为实名等级五级，已通知本人。',
    en: 'Confirmed: level 5. The person is told.',
  },
  phone: {
    zh: '手机号已绑定，新旧号码都已通知。',
    en: 'The phone is bound; the new and the old number are told.',
  },
  permit: {
    zh: '已允许本人设置新密码，已通知本人。',
    en: 'A new password is allowed; the person is told.',
  },
  over: {
    zh: '没有办理：核验已超过时间，或手机号尚未核实。',
    en: 'Not done: the check is too long ago, or no code has reached the phone yet.',
  },
  until: {
    zh: '本人仍在窗口时，{time} 前可继续办理；也可直接结束。',
    en: 'While the person is here you can go on until {time}, or finish.',
  },
  lapsed: {
    zh: '办理手机号和密码前，须先当面核对本人证件，由您本人确认。',
    en: 'Before phone and password comes the document: check and confirm it yourself.',
  },
  frozen: {
    zh: '这个账号已冻结，须先由安全管理员解冻，才能办理手机号和密码。',
    en: 'This account is frozen; a security administrator unfreezes it before phone and password.',
  },
  document: { zh: '核对证件', en: 'Check the document' },
  phoneTitle: { zh: '手机号', en: 'Phone' },
  current: { zh: '现在绑定：{phone}。', en: 'Bound now: {phone}.' },
  none: { zh: '还没有绑定手机号。', en: 'No phone is bound.' },
  phoneWhy: {
    zh: '请填写本人手中手机的号码，验证码发到这部手机，由本人当面告知。号码没有变也要核实一次，才能设置新密码。',
    en: 'Enter the number of the phone that the person holds; the code goes there and the person reads it to you. A number that stays is checked once too, before a new password.',
  },
  phoneLabel: { zh: '本人手中的手机号', en: 'Number of the phone at hand' },
  send: { zh: '获取验证码', en: 'Send code' },
  sent: { zh: '验证码已发到 {to}，{time} 前有效。', en: 'Code sent to {to}, valid until {time}.' },
  code: { zh: '本人收到的验证码', en: 'The code that the person received' },
  bind: { zh: '绑定这个号码', en: 'Bind this number' },
  again: { zh: '重新获取', en: 'Send again' },
  other: { zh: '换一个号码', en: 'Use another number' },
  passwordTitle: { zh: '新密码', en: 'New password' },
  passwordFirst: { zh: '先核实手机号，再允许设置新密码。', en: 'First the phone, then a new password.' },
  passwordWhy: {
    zh: '本人忘记密码时使用。密码由本人在自己的手机上设置，窗口人员不代设、不代看。设置后其他设备全部退出。',
    en: 'For who has lost the password. The person sets it on the own phone; a clerk neither types nor sees it. All other devices are logged out then.',
  },
  allow: { zh: '允许本人设置新密码', en: 'Allow a new password' },
  allowed: {
    zh: '请本人在 {time} 前用自己的手机打开 {url}，输入刚核实的手机号和验证码，设置新密码。',
    en: 'By {time} the person opens {url} on the own phone, enters the number just checked and its code, and sets a password.',
  },
  finish: { zh: '办理完毕', en: 'Finish' },
} satisfies Texts;

const DONE = ['confirmed', 'phone', 'permit', 'over'] as const;
/** What the last act came to. */
export type HelpDone = (typeof DONE)[number];

export function isHelpDone(code: string | undefined): code is HelpDone {
  return DONE.some((known) => known === code);
}

export type CounterHelpPage = {
  readonly view: AdminView;
  /** Masked. */
  readonly phone: string | null;
  /** Null: the document is to be checked first. */
  readonly visit: { readonly expiresAt: Date; readonly phoneAt: Date | null; readonly permitAt: Date | null } | null;
  /** A code that is under way. */
  readonly sent: { readonly maskedTo: string; readonly expiresAt: Date; readonly resendAt: Date } | null;
  readonly isFrozen: boolean;
  readonly recoverUrl: string;
  readonly documentHref: string;
  readonly hrefOf: (act: 'phone' | 'permit') => string;
  readonly typed: Typed;
  readonly faults: readonly Fault[];
  readonly done: HelpDone | null;
};

type Visiting = CounterHelpPage & { readonly visit: NonNullable<CounterHelpPage['visit']> };

export function counterHelpPage(frame: PageFrame, props: CounterHelpPage): string {
  const say = sayIn(frame.lang);
  const { view, visit, faults, done } = props;
  return adminPage(frame, {
    view,
    duty: 'counter',
    title: say(TEXTS.title),
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${done === null ? null : saidDone(frame, done)}
<h1>${say(TEXTS.title)}</h1>
${
  props.isFrozen
    ? html`<p>${say(TEXTS.frozen)}</p>`
    : visit === null
      ? html`<p>${say(TEXTS.lapsed)}</p><p class="actions"><a class="button" href="${props.documentHref}">${say(TEXTS.document)}</a></p>`
      : html`<p>${say(TEXTS.until, { time: formatTime(visit.expiresAt) })}</p>
${phonePart(frame, props)}${passwordPart(frame, { ...props, visit })}`
}
<p class="actions"><a class="link" href="/admin/counter">${say(TEXTS.finish)}</a></p>`,
  });
}

function saidDone(frame: PageFrame, done: HelpDone): Html {
  const words = sayIn(frame.lang)(TEXTS[done]);
  return done === 'over' ? notice({ mark: 'warning', role: 'alert', words }) : doneNotice(words);
}

function phonePart(frame: PageFrame, props: CounterHelpPage): Html {
  const say = sayIn(frame.lang);
  const { phone, sent } = props;
  return html`<h2>${say(TEXTS.phoneTitle)}</h2>
<p>${phone === null ? say(TEXTS.none) : say(TEXTS.current, { phone })}</p>
${sent === null ? numberForm(frame, props) : codeForm(frame, { ...props, sent })}`;
}

function numberForm(frame: PageFrame, { view, hrefOf, typed, faults }: CounterHelpPage): Html {
  const say = sayIn(frame.lang);
  return html`<form method="post" action="${hrefOf('phone')}" autocomplete="off" novalidate>${hiddenFields(view.formFields)}
${field({ name: 'phone', label: say(TEXTS.phoneLabel), hint: say(TEXTS.phoneWhy), value: typed['phone'] ?? '', autocomplete: 'off', inputmode: 'tel', fault: faultOf(faults, 'phone') })}
<div class="actions"><button class="button" name="step" value="begin">${say(TEXTS.send)}</button></div></form>`;
}

function codeForm(
  frame: PageFrame,
  { view, hrefOf, typed, faults, sent }: CounterHelpPage & { readonly sent: NonNullable<CounterHelpPage['sent']> },
): Html {
  const say = sayIn(frame.lang);
  return html`<p role="status">${say(TEXTS.sent, { to: sent.maskedTo, time: formatTime(sent.expiresAt) })}</p>
<form method="post" action="${hrefOf('phone')}" autocomplete="off" novalidate>${hiddenFields(view.formFields)}
${field({ name: 'code', label: say(TEXTS.code), autocomplete: 'off', inputmode: 'numeric', fault: faultOf(faults, 'code') })}
${reasonField(frame.lang, faults, typed['reason'])}
<div class="actions"><button class="button" name="step" value="check">${say(TEXTS.bind)}</button><button class="button plain" name="step" value="send">${say(TEXTS.again)}</button><button class="button plain" name="step" value="other">${say(TEXTS.other)}</button></div></form>`;
}

function passwordPart(frame: PageFrame, { view, visit, sent, hrefOf, typed, faults, recoverUrl }: Visiting): Html {
  const say = sayIn(frame.lang);
  const title = html`<h2>${say(TEXTS.passwordTitle)}</h2>`;
  if (visit.phoneAt === null) return html`${title}<p>${say(TEXTS.passwordFirst)}</p>`;
  if (visit.permitAt !== null)
    return html`${title}<p>${say(TEXTS.allowed, { time: formatTime(visit.expiresAt), url: recoverUrl })}</p>`;
  // One reason at a time: while a number is being bound, its form has the field.
  if (sent !== null) return title;
  return html`${title}<p>${say(TEXTS.passwordWhy)}</p>
<form method="post" action="${hrefOf('permit')}" autocomplete="off" novalidate>${hiddenFields(view.formFields)}
${reasonField(frame.lang, faults, typed['reason'])}
<div class="actions"><button class="button plain" type="submit">${say(TEXTS.allow)}</button></div></form>`;
}
