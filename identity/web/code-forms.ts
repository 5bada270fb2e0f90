// The two forms of a login by one-time code: where to send it, and what came. Both whole without script.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type Fault, faultOf, field } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';

export type SendForm = {
  readonly action: string;
  readonly hidden: Html;
  readonly faults: readonly Fault[];
  readonly channel: 'sms' | 'mail';
  /** Name of the field. */
  readonly label: string;
  readonly typed: string;
  /** Where it will go when that is known already; then nothing is asked. */
  readonly maskedTo: string | null;
};

export type CodeForm = {
  readonly action: string;
  readonly hidden: Html;
  readonly faults: readonly Fault[];
  readonly sent: { readonly maskedTo: string; readonly expiresAt: Date; readonly resendAt: Date };
  /** True when the address is the account's own and cannot be another. */
  readonly isFixed: boolean;
};

const TEXTS = {
  send: { zh: '获取验证码', en: 'Send code' },
  willSend: { zh: '验证码将发到 {to}。', en: 'The code goes to {to}.' },
  sent: { zh: '验证码已发到 {to}，{time} 前有效。', en: 'Code sent to {to}, valid until {time}.' },
  unknown: {
    zh: '没有绑定账号的号码或邮箱收不到验证码。',
    en: 'Nothing is sent to an address that no account has.',
  },
  code: { zh: '验证码', en: 'Code' },
  submit: { zh: '登录', en: 'Log in' },
  check: { zh: '核对验证码', en: 'Check code' },
  again: { zh: '重新获取', en: 'Send again' },
  againHint: { zh: '没收到？{time} 后可重新获取。', en: 'No code? You can get another at {time}.' },
  other: { zh: '换一个号码或邮箱', en: 'Use another address' },
} satisfies Texts;

export function sendForm(frame: PageFrame, props: SendForm): Html {
  const say = sayIn(frame.lang);
  const fault = faultOf(props.faults, 'address');
  const isPhone = props.channel === 'sms';
  return html`<form method="post" action="${props.action}" novalidate>
${props.hidden}
${
  props.maskedTo === null
    ? field({
        name: 'address',
        label: props.label,
        value: props.typed,
        autocomplete: isPhone ? 'tel-national' : 'email',
        inputmode: isPhone ? 'tel' : 'email',
        fault,
      })
    : html`<p id="field-address">${say(TEXTS.willSend, { to: props.maskedTo })}</p>`
}
<div class="actions"><button class="button" name="step" value="send">${say(TEXTS.send)}</button></div>
</form>`;
}

export function codeForm(frame: PageFrame, { action, hidden, faults, sent, isFixed }: CodeForm): Html {
  const say = sayIn(frame.lang);
  const fault = faultOf(faults, 'code');
  return html`<p role="status">${say(TEXTS.sent, { to: sent.maskedTo, time: formatTime(sent.expiresAt) })}</p>
<form method="post" action="${action}" novalidate>
${hidden}
${field({ name: 'code', label: say(TEXTS.code), autocomplete: 'one-time-code', inputmode: 'numeric', fault })}
<div class="actions"><button class="button" name="step" value="check">${say(isFixed ? TEXTS.check : TEXTS.submit)}</button></div>
<p class="hint small">${say(TEXTS.againHint, { time: formatTime(sent.resendAt) })}${isFixed ? null : html` ${say(TEXTS.unknown)}`}</p>
<div class="actions"><button class="button plain" name="step" value="send">${say(TEXTS.again)}</button>
${isFixed ? null : html`<button class="button plain" name="step" value="other">${say(TEXTS.other)}</button>`}</div>
</form>`;
}

/** One field and one button. */
export function oneFieldForm(props: {
  readonly action: string;
  readonly hidden: Html;
  readonly faults: readonly Fault[];
  readonly name: string;
  readonly label: string;
  readonly submit: string;
  readonly autocomplete: string;
  readonly inputmode?: string;
}): Html {
  const { name, label, autocomplete, inputmode } = props;
  const fault = faultOf(props.faults, name);
  return html`<form method="post" action="${props.action}" novalidate>
${props.hidden}
${field({ name, label, autocomplete, ...(inputmode === undefined ? {} : { inputmode }), fault })}
<div class="actions"><button class="button">${props.submit}</button></div>
</form>`;
}
