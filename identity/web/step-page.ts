// A page of a row of steps before login (registration, recovery): 「第 2 步，共 4 步：核对身份」, faults, one form, one button.
// And the two steps that both rows have: the code that was sent, and a new password.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { type CodeForm, codeForm } from './code-forms.ts';
import { SHOW_PASSWORD_SCRIPT } from './password-form.ts';
import { passwordRules } from './password-words.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type StepPage = {
  readonly title: Text;
  readonly step: number;
  readonly of: number;
  readonly faults: readonly Fault[];
  /** What happened, above the form; not a fault of a field. */
  readonly message?: Html | null;
  readonly body: Html;
  readonly script?: string;
};

/** The form of a step and what was wrong with it. */
export type StepForm = { readonly csrf: string; readonly faults: readonly Fault[] };
export type CodeStepPage = StepForm & Pick<CodeForm, 'sent'>;
export type PasswordStepPage = StepForm & { readonly minLength: number };

const TEXTS = {
  step: { zh: '第 {n} 步，共 {of} 步：{title}', en: 'Step {n} of {of}: {title}' },
  code: { zh: '验证码', en: 'The code' },
  password: { zh: '密码', en: 'Password' },
  show: { zh: '显示', en: 'Show' },
  hide: { zh: '隐藏', en: 'Hide' },
} satisfies Texts;

export function stepPage(frame: PageFrame, props: StepPage): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.step, { n: props.step, of: props.of, title: say(props.title) });
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title,
    column: 'task',
    faulty: props.faults.length > 0,
    script: (props.script ?? '') + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, props.faults)}
<h1>${title}</h1>
${props.message ? notice({ mark: 'warning', role: 'alert', words: props.message }) : null}
${props.body}`,
  });
}

/** `path`: of the row, where another address is typed; `other`: the words that lead there. */
export function codeStepPage(
  frame: PageFrame,
  props: CodeStepPage & Pick<StepPage, 'step' | 'of'> & { readonly path: string; readonly other: Text },
): string {
  const { path, faults, sent } = props;
  const hidden = hiddenFields({ csrf: props.csrf });
  return stepPage(frame, {
    ...props,
    title: TEXTS.code,
    body: html`${codeForm(frame, { action: `${path}/code`, hidden, faults, sent, isFixed: true })}
<p><a class="link" href="${path}">${sayIn(frame.lang)(props.other)}</a></p>`,
  });
}

export function passwordStepPage(
  frame: PageFrame,
  props: PasswordStepPage &
    Pick<StepPage, 'title' | 'step' | 'of'> & { readonly action: string; readonly button: Text },
): string {
  const say = sayIn(frame.lang);
  return stepPage(frame, {
    ...props,
    script: SHOW_PASSWORD_SCRIPT,
    body: html`${passwordRules(frame.lang, props.minLength)}
<form method="post" action="${props.action}" novalidate data-show="${say(TEXTS.show)}" data-hide="${say(TEXTS.hide)}">
${hiddenFields({ csrf: props.csrf })}
${field({ name: 'password', label: say(TEXTS.password), type: 'password', autocomplete: 'new-password', fault: faultOf(props.faults, 'password') })}
<div class="actions"><button class="button" type="submit">${say(props.button)}</button></div>
</form>`,
  });
}
