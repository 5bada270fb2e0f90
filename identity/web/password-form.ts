// The form of a login by password. The login name stays after a fault, the password never.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type Fault, faultOf, field } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';

export type PasswordForm = {
  readonly action: string;
  readonly hidden: Html;
  readonly faults: readonly Fault[];
  /** What was typed as login name. */
  readonly login: string;
  /** False when it is known whose password is asked for. */
  readonly asksLogin: boolean;
};

const TEXTS = {
  login: { zh: '手机号、证件号码或用户名', en: 'Phone, ID number or user name' },
  password: { zh: '密码', en: 'Password' },
  show: { zh: '显示', en: 'Show' },
  hide: { zh: '隐藏', en: 'Hide' },
  submit: { zh: '登录', en: 'Log in' },
  check: { zh: '核对密码', en: 'Check password' },
} satisfies Texts;

// Adds the button only where it works; the field's type goes back before the form is sent.
export const SHOW_PASSWORD_SCRIPT = `
(() => {
  const input = document.getElementById('field-password');
  if (!input) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button plain';
  button.setAttribute('aria-pressed', 'false');
  const words = [input.form.dataset.show, input.form.dataset.hide];
  button.textContent = words[0];
  button.addEventListener('click', () => {
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.textContent = words[shown ? 0 : 1];
    button.setAttribute('aria-pressed', String(!shown));
  });
  input.form.addEventListener('submit', () => { input.type = 'password'; });
  input.after(button);
})();`;

export function passwordForm(frame: PageFrame, props: PasswordForm): Html {
  const say = sayIn(frame.lang);
  return html`<form method="post" action="${props.action}" novalidate data-show="${say(TEXTS.show)}" data-hide="${say(TEXTS.hide)}">
${props.hidden}
${props.asksLogin ? field({ name: 'login', label: say(TEXTS.login), value: props.login, autocomplete: 'username webauthn', fault: faultOf(props.faults, 'login') }) : null}
${field({ name: 'password', label: say(TEXTS.password), type: 'password', autocomplete: 'current-password', fault: faultOf(props.faults, 'password') })}
<div class="actions"><button class="button" type="submit">${say(props.asksLogin ? TEXTS.submit : TEXTS.check)}</button></div>
</form>`;
}
