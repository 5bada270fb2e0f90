// 找回账号: account, code, for a proven account the person besides, new password, done. Whether there is such an account is not
// told before the code is right.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { faultOf, field, hiddenFields, verdict } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';
import {
  type CodeStepPage,
  codeStepPage,
  type PasswordStepPage,
  passwordStepPage,
  type StepForm,
  stepPage,
} from './step-page.ts';

export const RECOVER_STEPS = 4;

const TEXTS = {
  accountStep: { zh: '找回账号', en: 'Recover your account' },
  account: { zh: '账号绑定的手机号或邮箱', en: 'Phone or mail address of the account' },
  send: { zh: '获取验证码', en: 'Send code' },
  lost: {
    zh: '手机号和邮箱都不能用了？请携带证件到办事窗口找回。',
    en: 'Neither phone nor mail works any more? Bring your document to a service hall.',
  },
  other: { zh: '换一个号码或邮箱', en: 'Use another address' },
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
    of: RECOVER_STEPS,
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
  return codeStepPage(frame, { ...props, step: 2, of: RECOVER_STEPS, path: '/recover', other: TEXTS.other });
}

export function recoverPasswordPage(frame: PageFrame, props: PasswordStepPage): string {
  const words = { title: TEXTS.passwordStep, button: TEXTS.set };
  return passwordStepPage(frame, { ...props, ...words, step: 4, of: RECOVER_STEPS, action: '/recover/password' });
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
