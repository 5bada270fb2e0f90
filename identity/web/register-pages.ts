// 注册: phone, code, password, name and number, done. A phone that is registered gets the same pages; only the SMS tells.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { faultOf, field, hiddenFields, verdict } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';
import { identityFields, type TypedIdentity } from './identity-fields.ts';
import { LEVEL_WORDS } from './level-words.ts';
import { IDENTITY_SERVICE } from './service.ts';
import {
  type CodeStepPage,
  codeStepPage,
  type PasswordStepPage,
  passwordStepPage,
  type StepForm,
  stepPage,
} from './step-page.ts';

const STEPS = 4;

const TEXTS = {
  phoneStep: { zh: '手机号', en: 'Your phone' },
  phone: { zh: '手机号', en: 'Phone number' },
  send: { zh: '获取验证码', en: 'Send code' },
  have: { zh: '已有账号？', en: 'You have an account?' },
  login: { zh: '登录', en: 'Log in' },
  otherPhone: { zh: '换一个手机号', en: 'Use another phone' },
  passwordStep: { zh: '设置密码', en: 'Choose a password' },
  next: { zh: '下一步', en: 'Next' },
  identityStep: { zh: '核对身份', en: 'Prove who you are' },
  why: {
    zh: '姓名和证件号码只用于核对身份，加密保存。',
    en: 'Name and number are used to prove who you are, and kept encrypted.',
  },
  finish: { zh: '核对并完成注册', en: 'Check and finish' },
  later: { zh: '暂不核验，完成注册', en: 'Finish without proof' },
  mismatched: {
    zh: '姓名与人口库登记不一致。近期改过名的，数据可能晚几天更新，可携带证件到窗口核验。',
    en: 'The name differs from the population register; recent changes can take some days. You can also prove it at a service hall.',
  },
  unavailable: {
    zh: '人口库暂时没有回应，您填写的内容已保存，请稍后在本页重试。',
    en: 'The register did not answer. Your entries are saved; please try again on this page later.',
  },
  taken: { zh: '同一证件已有账号 {phone}', en: 'An account {phone} exists for this ID' },
  takenPlain: { zh: '同一证件已有账号', en: 'An account exists for this ID' },
  takenLogin: { zh: '登录它', en: 'Log in to it' },
  takenRecover: { zh: '找回它', en: 'Recover it' },
  notMine: {
    zh: '这不是我的账号？请携带证件到办事窗口，核验后归您使用。',
    en: 'Not your account? Bring your document to a service hall; after the check it is yours.',
  },
  phoneBound: {
    zh: '该手机号已绑定其他账号，核对身份通过后才能改绑到新账号。',
    en: 'This phone belongs to another account. It moves to a new one only after proof of identity.',
  },
  paused: { zh: '核对次数过多，{time} 后可再试', en: 'Too many checks; try again at {time}' },
  done: { zh: '注册完成，实名等级{level}', en: 'Done. {level}' },
  waits: {
    zh: '人口库暂时没有回应，您填写的内容已保存，稍后会自动核对并短信通知。',
    en: 'The register did not answer. Your entries are saved; we will check and text you.',
  },
  go: { zh: '继续登录', en: 'Go on to log in' },
} satisfies Texts;

export function registerPhonePage(
  frame: PageFrame,
  props: StepForm & { readonly back: string; readonly phone: string; readonly loginHref: string },
): string {
  const say = sayIn(frame.lang);
  return stepPage(frame, {
    title: TEXTS.phoneStep,
    step: 1,
    of: STEPS,
    faults: props.faults,
    body: html`<form method="post" action="/register" novalidate>
${hiddenFields({ csrf: props.csrf, return: props.back })}
${field({ name: 'phone', label: say(TEXTS.phone), value: props.phone, autocomplete: 'tel-national', inputmode: 'tel', fault: faultOf(props.faults, 'phone') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.send)}</button></div>
</form>
<p>${say(TEXTS.have)} <a class="link" href="${props.loginHref}">${say(TEXTS.login)}</a></p>`,
  });
}

export function registerCodePage(frame: PageFrame, props: CodeStepPage): string {
  return codeStepPage(frame, { ...props, step: 2, of: STEPS, path: '/register', other: TEXTS.otherPhone });
}

export function registerPasswordPage(frame: PageFrame, props: PasswordStepPage): string {
  const words = { title: TEXTS.passwordStep, button: TEXTS.next };
  return passwordStepPage(frame, { ...props, ...words, step: 3, of: STEPS, action: '/register/password' });
}

export type IdentityTrouble =
  | { readonly kind: 'mismatched' | 'unavailable' | 'phone-bound' }
  | { readonly kind: 'taken'; readonly phone: string | null; readonly loginHref: string }
  | { readonly kind: 'paused'; readonly until: Date };

export function registerIdentityPage(
  frame: PageFrame,
  props: StepForm & { readonly typed: TypedIdentity; readonly trouble: IdentityTrouble | null },
): string {
  const say = sayIn(frame.lang);
  return stepPage(frame, {
    title: TEXTS.identityStep,
    step: 4,
    of: STEPS,
    faults: props.faults,
    message: props.trouble === null ? null : sayTrouble(frame, props.trouble),
    body: html`<p>${say(TEXTS.why)}</p>
<form method="post" action="/register/identity" novalidate>
${hiddenFields({ csrf: props.csrf })}
${identityFields(frame.lang, props.typed, props.faults)}
<div class="actions"><button class="button" name="decision" value="check">${say(TEXTS.finish)}</button>
<button class="button plain" name="decision" value="later">${say(TEXTS.later)}</button></div>
</form>`,
  });
}

function sayTrouble(frame: PageFrame, trouble: IdentityTrouble): Html {
  const say = sayIn(frame.lang);
  if (trouble.kind === 'paused') return html`<p>${say(TEXTS.paused, { time: formatTime(trouble.until) })}</p>`;
  if (trouble.kind === 'phone-bound') return html`<p>${say(TEXTS.phoneBound)}</p>`;
  if (trouble.kind !== 'taken') return html`<p>${say(TEXTS[trouble.kind])}</p>`;
  const title = trouble.phone === null ? say(TEXTS.takenPlain) : say(TEXTS.taken, { phone: trouble.phone });
  return html`<p>${title}</p><p><a class="link" href="${trouble.loginHref}">${say(TEXTS.takenLogin)}</a> · <a class="link" href="/recover">${say(TEXTS.takenRecover)}</a></p><p>${say(TEXTS.notMine)}</p>`;
}

export function registeredPage(
  frame: PageFrame,
  props: { readonly level: Level; readonly waits: boolean; readonly loginHref: string },
): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.done, { level: say(LEVEL_WORDS[props.level].name) });
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title,
    column: 'task',
    main: html`${verdict({ mark: 'passed', title, next: props.waits ? say(TEXTS.waits) : null })}
<p class="actions"><a class="button" href="${props.loginHref}">${say(TEXTS.go)}</a></p>`,
  });
}
