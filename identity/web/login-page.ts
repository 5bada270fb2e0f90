// 登录: one way (password), whole without script. A wrong account and a wrong password get the same words, so that the
// page does not tell who has an account. The login name stays after a fault, the password never.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT, field, hiddenFields } from '../../common/web/parts.ts';
import { formatTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type LoginFault =
  | { readonly kind: 'login-missing' }
  | { readonly kind: 'password-missing' }
  /** `left` and `minutes` are given from three tries left on. */
  | { readonly kind: 'wrong'; readonly left?: number; readonly minutes?: number }
  | { readonly kind: 'paused'; readonly until: Date };

export type LoginPage = {
  /** Where the form posts to; fields `login`, `password`, `csrf`. */
  readonly action: string;
  readonly csrf: string;
  /** Name of the system that asked, null when the person came by himself. */
  readonly system: string | null;
  /** What the system gets by the login alone; null when it will ask for consent. */
  readonly given?: readonly ('name' | 'identity_document')[] | null;
  /** Host shown under the form: `id.xx.gov.cn`. */
  readonly host: string;
  /** What was typed as login name. */
  readonly login?: string;
  readonly faults?: readonly LoginFault[];
  /** Way back to the system without logging in (a link, or null). */
  readonly cancelHref?: string | null;
  /** True when somebody is logged in and the system wants the password once more. */
  readonly again?: boolean;
};

const TEXTS = {
  title: { zh: '登录', en: 'Log in' },
  forSystem: { zh: '登录后继续使用：{system}', en: 'Log in to go on to {system}' },
  again: { zh: '为确认是您本人，请再输入一次密码。', en: 'To make sure it is you, enter your password once more.' },
  login: { zh: '手机号、证件号码或用户名', en: 'Phone, ID number or user name' },
  password: { zh: '密码', en: 'Password' },
  show: { zh: '显示', en: 'Show' },
  hide: { zh: '隐藏', en: 'Hide' },
  submit: { zh: '登录', en: 'Log in' },
  cancel: { zh: '不登录，返回{system}', en: 'Not now, back to {system}' },
  given: { zh: '登录后，{system}将得到：{list}', en: 'By logging in, {system} gets: {list}' },
  account: { zh: '账号标识', en: 'an account identifier' },
  name: { zh: '姓名', en: 'your name' },
  identity_document: { zh: '身份证号码', en: 'your ID number' },
  host: { zh: '请核对网址：{host}', en: 'Check the address: {host}' },
  loginMissing: { zh: '请填写账号', en: 'Enter your account' },
  passwordMissing: { zh: '请填写密码', en: 'Enter your password' },
  wrong: { zh: '账号或密码不正确', en: 'Wrong account or password' },
  wrongLeft: {
    zh: '账号或密码不正确，再错 {left} 次将暂停登录 {minutes} 分钟',
    en: 'Wrong account or password. {left} more and login pauses for {minutes} minutes',
  },
  paused: { zh: '登录已暂停，{time} 后可再试', en: 'Login is paused until {time}' },
} satisfies Texts;

// Adds the button only where it works; the field's type goes back before the form is sent.
const SHOW_PASSWORD_SCRIPT = `
(() => {
  const input = document.getElementById('field-password');
  if (!input) return;
  const box = document.getElementById('main');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button plain';
  button.setAttribute('aria-pressed', 'false');
  const words = [box.querySelector('[data-show]').dataset.show, box.querySelector('[data-hide]').dataset.hide];
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

/** Send with status 422 when there are faults. */
export function loginPage(frame: PageFrame, props: LoginPage): string {
  const say = sayIn(frame.lang);
  const faults = (props.faults ?? []).map((fault) => inWords(fault, say));
  const faultOf = (name: string) => faults.find((fault) => fault.field === name)?.words;
  const system = props.system;
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'task',
    faulty: faults.length > 0,
    script: SHOW_PASSWORD_SCRIPT + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${say(TEXTS.title)}</h1>
${system === null ? null : html`<p class="lead">${say(TEXTS.forSystem, { system })}</p>`}
${props.again ? html`<p>${say(TEXTS.again)}</p>` : null}
<form method="post" action="${props.action}" novalidate data-show="${say(TEXTS.show)}" data-hide="${say(TEXTS.hide)}">
${hiddenFields({ csrf: props.csrf })}
${field({ name: 'login', label: say(TEXTS.login), value: props.login ?? '', autocomplete: 'username', fault: faultOf('login') })}
${field({ name: 'password', label: say(TEXTS.password), type: 'password', autocomplete: 'current-password', fault: faultOf('password') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.submit)}</button>
${props.cancelHref && system !== null ? html`<a class="link" href="${props.cancelHref}">${say(TEXTS.cancel, { system })}</a>` : null}</div>
</form>
${sayGiven(props, say, frame.lang === 'zh' ? '、' : ', ')}
<p class="hint small">${say(TEXTS.host, { host: props.host })}</p>`,
  });
}

function sayGiven({ given, system }: LoginPage, say: Say, comma: string) {
  if (!given || system === null) return null;
  const list = ['account' as const, ...given].map((claim) => say(TEXTS[claim])).join(comma);
  return html`<p class="hint small">${say(TEXTS.given, { system, list })}</p>`;
}

function inWords(fault: LoginFault, say: Say): Fault {
  if (fault.kind === 'login-missing') return { field: 'login', words: say(TEXTS.loginMissing) };
  if (fault.kind === 'password-missing') return { field: 'password', words: say(TEXTS.passwordMissing) };
  if (fault.kind === 'paused') return { field: 'login', words: say(TEXTS.paused, { time: formatTime(fault.until) }) };
  const { left, minutes } = fault;
  if (left === undefined || minutes === undefined) return { field: 'login', words: say(TEXTS.wrong) };
  return { field: 'login', words: say(TEXTS.wrongLeft, { left, minutes }) };
}
