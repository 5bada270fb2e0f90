// 登录: one way at a time, the others as links with addresses of their own; whole without script. What a way shows is its own
// (password-form.ts and its siblings).
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT } from '../../common/web/parts.ts';
import { type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';
import { type WayLink, wayLinks } from './way-links.ts';

export type LoginPage = {
  /** The form of the way that is shown, and its script. */
  readonly body: Html;
  readonly script?: string;
  /** In the order of the page. */
  readonly ways: readonly WayLink[];
  /** Name of the system that asked, null when the person came by himself. */
  readonly system: string | null;
  /** What the system gets by the login alone; null when it will ask for consent. */
  readonly given?: readonly ('name' | 'phone_number' | 'email' | 'identity_document' | 'level')[] | null;
  /** Host shown under the form: `id.xx.gov.cn`. */
  readonly host: string;
  readonly faults?: readonly Fault[];
  /** Registration, which leads back here; left out where an account is known already. */
  readonly registerHref?: string;
  /** True when somebody is logged in and the system wants a login once more. */
  readonly again?: boolean;
};

const TEXTS = {
  title: { zh: '登录', en: 'Log in' },
  forSystem: { zh: '登录后继续使用：{system}', en: 'Log in to go on to {system}' },
  again: { zh: '为确认是您本人，请再登录一次。', en: 'To make sure it is you, log in once more.' },
  given: { zh: '登录后，{system}将得到：{list}', en: 'By logging in, {system} gets: {list}' },
  account: { zh: '账号标识', en: 'an account identifier' },
  name: { zh: '姓名', en: 'your name' },
  phone_number: { zh: '手机号', en: 'your phone number' },
  email: { zh: '电子邮箱', en: 'your mail address' },
  level: { zh: '实名等级', en: 'your assurance level' },
  identity_document: { zh: '身份证号码', en: 'your ID number' },
  forgot: { zh: '忘记密码', en: 'Forgot password' },
  register: { zh: '注册账号', en: 'Create account' },
  host: { zh: '请核对网址：{host}', en: 'Check the address: {host}' },
} satisfies Texts;

/** Send with status 422 when there are faults. */
export function loginPage(frame: PageFrame, props: LoginPage): string {
  const say = sayIn(frame.lang);
  const faults = props.faults ?? [];
  const system = props.system;
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'task',
    faulty: faults.length > 0,
    script: (props.script ?? '') + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${say(TEXTS.title)}</h1>
${system === null ? null : html`<p class="lead">${say(TEXTS.forSystem, { system })}</p>`}
${props.again ? html`<p>${say(TEXTS.again)}</p>` : null}
${wayLinks(props.ways, say)}
${props.body}
${props.registerHref === undefined ? null : html`<p class="actions"><a class="link" href="/recover">${say(TEXTS.forgot)}</a> <a class="link" href="${props.registerHref}">${say(TEXTS.register)}</a></p>`}
${sayGiven(props, say, frame.lang === 'zh' ? '、' : ', ')}
<p class="hint small">${say(TEXTS.host, { host: props.host })}</p>`,
  });
}

function sayGiven({ given, system }: LoginPage, say: Say, comma: string) {
  if (!given || system === null) return null;
  const list = ['account' as const, ...given].map((claim) => say(TEXTS[claim])).join(comma);
  return html`<p class="hint small">${say(TEXTS.given, { system, list })}</p>`;
}
