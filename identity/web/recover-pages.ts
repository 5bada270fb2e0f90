// 找回账号: account, code, for a proven account the person besides, new password, done. Whether there is such an account is not
// told before the code is right.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { faultOf, field, hiddenFields, notice, verdict } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { RecoveryWay } from '../domain/proofing.ts';
import { identityFields, type TypedIdentity } from './identity-fields.ts';
import { pictureField } from './prove-pages.ts';
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
  accountStep: { zh: '找回账号', en: 'Recover your account' },
  account: { zh: '账号绑定的手机号或邮箱', en: 'Phone or mail address of the account' },
  send: { zh: '获取验证码', en: 'Send code' },
  lost: {
    zh: '手机号和邮箱都不能用了？请携带证件到办事窗口找回。',
    en: 'Neither phone nor mail works any more? Bring your document to a service hall.',
  },
  other: { zh: '换一个号码或邮箱', en: 'Use another address' },
  identityStep: { zh: '核验本人', en: 'Prove that it is you' },
  why: {
    zh: '这个账号已实名，只凭手机号不能找回，请核对身份。',
    en: 'This account is proven; a phone alone does not recover it.',
  },
  second: { zh: '再用一种方式证明是您本人', en: 'One thing more that proves it is you' },
  either: { zh: '下面两项，任选一项。', en: 'Either of these two, whichever you have.' },
  totp: { zh: '动态口令', en: 'Authenticator code' },
  totpHint: { zh: '身份验证器应用里的 6 位数字', en: 'Six digits from your authenticator app' },
  recovery: { zh: '恢复码', en: 'Recovery code' },
  recoveryHint: { zh: '您保存的恢复码中的一个，用后作废', en: 'One of those you kept; it is good once' },
  both: { zh: '动态口令或恢复码', en: 'Authenticator or recovery code' },
  bothHint: {
    zh: '身份验证器应用里的 6 位数字，或您保存的一个恢复码（用后作废）',
    en: 'Six digits from your authenticator app, or one of the recovery codes you kept (good once)',
  },
  none: {
    zh: '这个账号没有设置其他验证方式，不能在网上找回。请本人携带证件到办事窗口办理。',
    en: 'This account has no other way to prove who you are, so it cannot be recovered here. Bring your document to a service hall.',
  },
  home: { zh: '返回登录', en: 'Back to login' },
  check: { zh: '核验', en: 'Check' },
  refused: {
    zh: '核验没有通过：姓名、证件号码与账号不一致，或口令、照片不符。也可携带证件到办事窗口找回。',
    en: 'The check did not succeed: name, number, code or picture does not fit. You can also come to a service hall with your document.',
  },
  unavailable: { zh: '核验服务暂时没有回应，请稍后再试。', en: 'The check did not answer. Please try again later.' },
  paused: { zh: '核验次数过多，{time} 后可再试', en: 'Too many checks; try again at {time}' },
  passwordStep: { zh: '设置新密码', en: 'Choose a new password' },
  set: { zh: '修改密码', en: 'Set password' },
  done: { zh: '密码已修改', en: 'Your password is changed' },
  out: { zh: '所有设备都已退出，请用新密码登录。', en: 'All devices are logged out. Log in with the new password.' },
  login: { zh: '登录', en: 'Log in' },
} satisfies Texts;

export function recoverAccountPage(frame: PageFrame, props: StepForm & { readonly typed: string }): string {
  const say = sayIn(frame.lang);
  return stepPage(frame, {
    title: TEXTS.accountStep,
    step: 1,
    of: STEPS,
    faults: props.faults,
    body: html`<form method="post" action="/recover" novalidate>
${hiddenFields({ csrf: props.csrf })}
${field({ name: 'account', label: say(TEXTS.account), value: props.typed, autocomplete: 'username', fault: faultOf(props.faults, 'account') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.send)}</button></div>
</form>
<p class="hint">${say(TEXTS.lost)}</p>`,
  });
}

export function recoverCodePage(frame: PageFrame, props: CodeStepPage): string {
  return codeStepPage(frame, { ...props, step: 2, of: STEPS, path: '/recover', other: TEXTS.other });
}

export type RecoverTrouble =
  | { readonly kind: 'refused' | 'unavailable' }
  | { readonly kind: 'paused'; readonly until: Date };

export function recoverIdentityPage(
  frame: PageFrame,
  props: StepForm & {
    readonly typed: TypedIdentity;
    readonly trouble: RecoverTrouble | null;
    readonly ways: readonly RecoveryWay[];
  },
): string {
  const say = sayIn(frame.lang);
  const { trouble } = props;
  const words =
    trouble === null
      ? null
      : trouble.kind === 'paused'
        ? say(TEXTS.paused, { time: formatTime(trouble.until) })
        : say(TEXTS[trouble.kind]);
  return stepPage(frame, {
    title: TEXTS.identityStep,
    step: 3,
    of: STEPS,
    faults: props.faults,
    message: words === null ? null : html`<p>${words}</p>`,
    body:
      props.ways.length === 0
        ? hallOnly(frame)
        : html`<p>${say(TEXTS.why)}</p>
<form method="post" action="/recover/identity" enctype="multipart/form-data" novalidate>
${hiddenFields({ csrf: props.csrf })}
${identityFields(frame.lang, props.typed, props.faults)}
${secondFields(frame, props)}
<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div>
</form>`,
  });
}

/** Nothing can be checked here: what to do instead. */
function hallOnly(frame: PageFrame): Html {
  const say = sayIn(frame.lang);
  return html`${notice({ mark: 'notice', role: 'status', words: html`<p>${say(TEXTS.none)}</p>` })}
<p><a class="link" href="/account">${say(TEXTS.home)}</a></p>`;
}

function secondFields(frame: PageFrame, props: StepForm & { readonly ways: readonly RecoveryWay[] }): Html {
  const say = sayIn(frame.lang);
  const codes = props.ways.filter((way) => way !== 'face');
  const kind = codes.length > 1 ? 'both' : codes[0];
  const hasFace = props.ways.includes('face');
  const picture = hasFace ? pictureField(frame.lang, faultOf(props.faults, 'picture')) : null;
  if (kind === undefined) return html`${picture}`;
  return html`<h2>${say(TEXTS.second)}</h2>
${hasFace ? html`<p>${say(TEXTS.either)}</p>` : null}
${field({ name: 'second', label: say(TEXTS[kind]), hint: say(TEXTS[`${kind}Hint`]), value: '', autocomplete: 'one-time-code', inputmode: kind === 'totp' ? 'numeric' : 'text', fault: faultOf(props.faults, 'second') })}
${picture}`;
}

export function recoverPasswordPage(frame: PageFrame, props: PasswordStepPage): string {
  const words = { title: TEXTS.passwordStep, button: TEXTS.set };
  return passwordStepPage(frame, { ...props, ...words, step: 4, of: STEPS, action: '/recover/password' });
}

export function recoveredPage(frame: PageFrame): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.done),
    column: 'task',
    main: html`${verdict({ mark: 'passed', title: say(TEXTS.done), next: say(TEXTS.out) })}
<p class="actions"><a class="button" href="/account">${say(TEXTS.login)}</a></p>`,
  });
}
