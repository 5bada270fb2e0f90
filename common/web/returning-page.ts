// The last step of a POST that must end at another site. `form-action 'self'` blocks the chain of redirects that follows a
// form, so the POST answers 200 with this page, which leads on at once and has a plain link for browsers that do not.
import type { PageFrame } from './frame.ts';
import { html } from './html.ts';
import { renderPage } from './layout.ts';
import { sayIn, type Text, type Texts } from './texts.ts';

const TEXTS = {
  title: { zh: '正在返回{system}…', en: 'Returning to {system}…' },
  wait: { zh: '如果页面没有自动跳转，请点“继续”。', en: 'If nothing happens, choose Continue.' },
  go: { zh: '继续', en: 'Continue' },
} satisfies Texts;

/** `url`: absolute http(s) address or a path of our own; `system`: the name the person knows it by. */
export function returningPage(frame: PageFrame, of: { service: Text; system: string; url: string }): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.title, { system: of.system });
  return renderPage({
    ...frame,
    service: of.service,
    title,
    column: 'task',
    forwardTo: of.url,
    main: html`<h1>${title}</h1>
<p>${say(TEXTS.wait)}</p>
<p class="actions"><a class="button" href="${of.url}">${say(TEXTS.go)}</a></p>`,
  });
}
