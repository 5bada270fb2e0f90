// A page of a row of steps before login (registration, recovery): 「第 2 步，共 4 步：核对身份」, faults, one form, one button.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { errorSummary, type Fault, FOCUS_SUMMARY_SCRIPT, notice } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
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

const TEXTS = {
  step: { zh: '第 {n} 步，共 {of} 步：{title}', en: 'Step {n} of {of}: {title}' },
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
