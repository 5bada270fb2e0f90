// 更换手机号: the number, then the code that reached it.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { codeForm } from './code-forms.ts';

export type PhonePage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  readonly current: string | null;
  readonly typed: string;
  readonly faults: readonly Fault[];
  /** A code that is under way. */
  readonly sent: { readonly maskedTo: string; readonly expiresAt: Date; readonly resendAt: Date } | null;
  readonly message: 'bound' | 'proof-needed' | null;
};

const TEXTS = {
  title: { zh: '更换手机号', en: 'Change phone' },
  current: { zh: '现在绑定：{phone}', en: 'Bound now: {phone}' },
  none: { zh: '还没有绑定手机号。', en: 'No phone is bound.' },
  phone: { zh: '新手机号', en: 'New phone number' },
  send: { zh: '获取验证码', en: 'Send code' },
  bound: { zh: '手机号已更换，新旧号码都会收到通知。', en: 'Your phone is changed; both numbers are told.' },
  'proof-needed': {
    zh: '该手机号已绑定其他账号，先核对身份才能改绑。',
    en: 'This phone belongs to another account. Prove who you are first.',
  },
  prove: { zh: '核对身份', en: 'Prove who you are' },
} satisfies Texts;

export function phonePage(frame: PageFrame, props: PhonePage): string {
  const say = sayIn(frame.lang);
  const { message, sent, faults } = props;
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${say(TEXTS.title)}</h1>
${
  message === null
    ? null
    : notice({
        mark: message === 'bound' ? 'passed' : 'warning',
        role: 'status',
        words: html`<p>${say(TEXTS[message])}${message === 'bound' ? null : html` <a class="link" href="/prove">${say(TEXTS.prove)}</a>`}</p>`,
      })
}
<p>${props.current === null ? say(TEXTS.none) : say(TEXTS.current, { phone: props.current })}</p>
${
  sent === null
    ? html`<form method="post" action="/account/phone" novalidate>
${hiddenFields(props.formFields)}
${field({ name: 'phone', label: say(TEXTS.phone), value: props.typed, autocomplete: 'tel-national', inputmode: 'tel', fault: faultOf(faults, 'phone') })}
<div class="actions"><button class="button" name="step" value="begin">${say(TEXTS.send)}</button></div>
</form>`
    : codeForm(frame, { action: '/account/phone', hidden: hiddenFields(props.formFields), faults, sent, isFixed: true })
}`,
  });
}
