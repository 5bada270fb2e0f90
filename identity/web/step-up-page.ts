// 加强验证: what was proven, what is needed, and the one thing to do now. Where nothing leads there, what to do about it.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT, phrases } from '../../common/web/parts.ts';
import { type Say, sayIn, type Texts } from '../../common/web/texts.ts';
import type { Level, Method } from '../domain/assurance.ts';
import { LEVEL_WORDS } from './level-words.ts';
import { METHOD_WORDS } from './method-words.ts';
import { IDENTITY_SERVICE } from './service.ts';
import { type WayLink, wayLinks } from './way-links.ts';

export type StepUpPage = {
  readonly system: string;
  readonly asked: Level;
  /** What this session has proven. */
  readonly proven: readonly Method[];
  /** Why nothing leads there; null when something does. */
  readonly because: 'proofing' | 'factors' | null;
  /** The account was proven further meanwhile; nothing more is asked. */
  readonly isReached: boolean;
  /** Things asked for on the way that is shown, this one included. */
  readonly stepsLeft: number;
  /** The form of that way; null when there is none. */
  readonly shown: { readonly body: Html; readonly script?: string } | null;
  readonly ways: readonly WayLink[];
  readonly faults: readonly Fault[];
  /** Where the button 「稍后再办」 posts to, with its hidden fields. */
  readonly action: string;
  readonly hidden: Html;
};

const TEXTS = {
  title: { zh: '进入“{system}”|需要再验证一次', en: '“{system}” |needs one more check' },
  state: {
    zh: '您已用{methods}登录；此事项要求{level}（{meaning}）。',
    en: 'You logged in by {methods}; this needs {level} ({meaning}).',
  },
  stateBare: { zh: '此事项要求{level}（{meaning}）。', en: 'This needs {level} ({meaning}).' },
  steps: { zh: '还需要 {n} 步，这是第一步。', en: '{n} steps are left; this is the first.' },
  reached: { zh: '您已经满足要求，可以继续。', en: 'You have what is needed and can go on.' },
  goOn: { zh: '继续', en: 'Continue' },
  proofing: {
    zh: '您的账号目前的实名等级低于{level}，先提升等级才能办理。',
    en: 'The level of your account is below {level}; raise it first.',
  },
  prove: { zh: '提升实名等级', en: 'Raise the level' },
  factors: {
    zh: '您的账号还没有足够的登录方式。添加一种（如动态口令、通行密钥）后再来办理。',
    en: 'Your account has not enough ways to log in. Add one (an authenticator app, a passkey) and come back.',
  },
  add: { zh: '添加登录方式', en: 'Add a way to log in' },
  counter: { zh: '也可以带证件到窗口核验。', en: 'You can also be verified at a service hall, with your document.' },
  later: { zh: '稍后再办，返回{system}', en: 'Not now, back to {system}' },
} satisfies Texts;

/** Send with status 422 when there are faults. */
export function stepUpPage(frame: PageFrame, props: StepUpPage): string {
  const say = sayIn(frame.lang);
  const { system, shown, faults } = props;
  const title = say(TEXTS.title, { system });
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: title.replace('|', ''),
    column: 'task',
    faulty: faults.length > 0,
    script: (shown?.script ?? '') + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
<h1>${phrases(...title.split('|'))}</h1>
<p class="lead">${sayState(props, say, frame.lang === 'zh' ? '、' : ', ')}</p>
${props.stepsLeft > 1 ? html`<p>${say(TEXTS.steps, { n: props.stepsLeft })}</p>` : null}
${wayLinks(props.ways, say)}
${shown?.body}
${sayWhatToDo(props, say)}
<form method="post" action="${props.action}">
${props.hidden}
<div class="actions"><button class="button plain" name="decision" value="later">${say(TEXTS.later, { system })}</button></div>
</form>`,
  });
}

function sayState({ asked, proven }: StepUpPage, say: Say, comma: string): string {
  const words = LEVEL_WORDS[asked];
  const needed = { level: say(words.name), meaning: say(words.meaning) };
  if (proven.length === 0) return say(TEXTS.stateBare, needed);
  const methods = [...new Set(proven)].map((method) => say(METHOD_WORDS[method])).join(comma);
  return say(TEXTS.state, { methods, ...needed });
}

function sayWhatToDo({ because, isReached, asked, action, hidden }: StepUpPage, say: Say): Html | null {
  if (isReached)
    return html`<p>${say(TEXTS.reached)}</p>
<form method="post" action="${action}">
${hidden}
<div class="actions"><button class="button">${say(TEXTS.goOn)}</button></div>
</form>`;
  if (because === null) return null;
  const isProofing = because === 'proofing';
  return html`<p>${say(isProofing ? TEXTS.proofing : TEXTS.factors, { level: say(LEVEL_WORDS[asked].name) })} ${say(TEXTS.counter)}</p>
<p class="actions"><a class="button" href="${isProofing ? '/account' : '/account/factors'}">${say(isProofing ? TEXTS.prove : TEXTS.add)}</a></p>`;
}
