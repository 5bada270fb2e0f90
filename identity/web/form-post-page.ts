// 正在返回{系统}: a form that sends itself to where the login goes on, with a button for browsers without script.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

/** Whole and unchanged between the script tags: the policy of the page names it by its hash. */
export const FORM_POST_SCRIPT = 'document.forms[0].submit();';

export type FormPostPage = {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Name of the system that asked, null when the form goes to ourselves. */
  readonly system: string | null;
};

const TEXTS = {
  title: { zh: '正在返回{system}…', en: 'Returning to {system}…' },
  own: { zh: '请稍候…', en: 'One moment…' },
  wait: { zh: '如果页面没有自动跳转，请点“继续”。', en: 'If nothing happens, choose Continue.' },
  go: { zh: '继续', en: 'Continue' },
} satisfies Texts;

export function formPostPage(frame: PageFrame, { action, fields, system }: FormPostPage): string {
  const say = sayIn(frame.lang);
  const title = system === null ? say(TEXTS.own) : say(TEXTS.title, { system });
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title,
    column: 'task',
    script: FORM_POST_SCRIPT,
    main: html`<h1>${title}</h1>
<form method="post" action="${action}">
${hiddenFields(fields)}
<p>${say(TEXTS.wait)}</p>
<div class="actions"><button class="button" type="submit">${say(TEXTS.go)}</button></div>
</form>`,
  });
}
