// 修改密码, and 不是我本人: one act that changes the password and logs out everything else.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
} from '../../common/web/parts.ts';
import { formatTime, type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { passwordRules, sayPasswordFault } from './password-words.ts';

export type NewPasswordFault =
  | { readonly field: 'current'; readonly kind: 'missing' | 'wrong' }
  | { readonly field: 'current'; readonly kind: 'paused'; readonly until: Date }
  | { readonly field: 'next'; readonly fault: PasswordFault | { readonly kind: 'missing' } };

export type NewPasswordPage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  /** True when the person found a stranger in his history. */
  readonly notMe: boolean;
  /** False when the account has no password yet. */
  readonly asksCurrent: boolean;
  readonly minLength: number;
  readonly faults: readonly NewPasswordFault[];
};

const TEXTS = {
  change: { zh: '修改密码', en: 'Change password' },
  set: { zh: '设置密码', en: 'Set a password' },
  notMe: { zh: '不是我本人？', en: 'Was this not you?' },
  lead: {
    zh: '密码修改后，其他全部设备会立即退出，您进入的系统会收到通知；本机保持登录。',
    en: 'All other devices are logged out at once and the systems are told; this device stays logged in.',
  },
  notMeLead: {
    zh: '请马上改密码。改好的同时，其他全部设备立即退出，别人不能再用。之后请到“登录方式”看有没有不认识的，把它移除。',
    en: 'Change your password now. All other devices are logged out in the same moment. Then look at "Ways to log in" and remove what you do not know.',
  },
  current: { zh: '现在的密码', en: 'Present password' },
  next: { zh: '新密码', en: 'New password' },
  submit: { zh: '改密码并退出其他全部设备', en: 'Change it and log out all others' },
  back: { zh: '是我本人，返回登录记录', en: 'It was me, back to the history' },
  missing: { zh: '请填写现在的密码', en: 'Enter your present password' },
  wrong: { zh: '现在的密码不正确', en: 'The present password is wrong' },
  paused: { zh: '试得太多，{time} 后可再试', en: 'Too many tries; try again at {time}' },
} satisfies Texts;

/** Send with status 422 when there are faults. */
export function newPasswordPage(frame: PageFrame, props: NewPasswordPage): string {
  const say = sayIn(frame.lang);
  const faults = props.faults.map((fault) => inWords(fault, frame, say));
  const title = say(props.notMe ? TEXTS.notMe : props.asksCurrent ? TEXTS.change : TEXTS.set);
  return accountPage(frame, {
    title,
    viewer: props.viewer,
    current: props.notMe ? '/account/history' : '/account/factors',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}<h1>${title}</h1>
<p>${say(props.notMe ? TEXTS.notMeLead : TEXTS.lead)}</p>
<form method="post" action="/account/factors/password" novalidate>${hiddenFields({ ...props.formFields, ...(props.notMe ? { why: 'not-me' } : {}) })}
${props.asksCurrent ? field({ name: 'current', label: say(TEXTS.current), type: 'password', autocomplete: 'current-password', fault: faultOf(faults, 'current') }) : null}
${passwordRules(frame.lang, props.minLength)}
${field({ name: 'next', label: say(TEXTS.next), type: 'password', autocomplete: 'new-password', fault: faultOf(faults, 'next') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.submit)}</button>
${props.notMe ? html`<a class="link" href="/account/history">${say(TEXTS.back)}</a>` : null}</div></form>`,
  });
}

function inWords(fault: NewPasswordFault, frame: PageFrame, say: Say): Fault {
  if (fault.field === 'next') return { field: 'next', words: sayPasswordFault(frame.lang, fault.fault) };
  if (fault.kind === 'paused') return { field: 'current', words: say(TEXTS.paused, { time: formatTime(fault.until) }) };
  return { field: 'current', words: say(TEXTS[fault.kind]) };
}
