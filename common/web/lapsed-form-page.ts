// A form was sent and nobody is logged in any more. What was typed stays in this page, which the server does not keep: the
// person logs in again in a new window, comes back, and sends it from here. It counts for him alone: the form's own token
// fits the person who opened it.
import type { PageFrame } from './frame.ts';
import { attribute, html } from './html.ts';
import { renderPage } from './layout.ts';
import { sayIn, type Text, type Texts } from './texts.ts';

export type LapsedForm = {
  readonly service: Text;
  /** Where the form goes. */
  readonly action: string;
  /** True for a form with files, which have to be chosen again. */
  readonly hasFiles: boolean;
  /** What it brought, repeated names included. */
  readonly values: readonly (readonly [name: string, value: string])[];
  /** A page that asks for the login anew. */
  readonly loginHref: string;
};

const TEXTS = {
  title: { zh: '登录已结束', en: 'Your login has ended' },
  kept: {
    zh: '您填写的内容没有提交，还在本页，请不要关闭。',
    en: 'What you typed was not sent and is still in this page; keep it open.',
  },
  first: { zh: '在新窗口重新登录', en: 'Log in again in a new window' },
  next: { zh: '回到本页，点“继续提交”', en: 'Come back to this page and choose "Send it now"' },
  files: { zh: '文件需要重新选择。', en: 'Files have to be chosen again.' },
  again: { zh: '重新登录', en: 'Log in again' },
  send: { zh: '继续提交', en: 'Send it now' },
} satisfies Texts;

export function lapsedFormPage(frame: PageFrame, { service, action, hasFiles, values, loginHref }: LapsedForm): string {
  const say = sayIn(frame.lang);
  const fields = values.map(
    ([name, value]) => html`<input type="hidden"${attribute('name', name)}${attribute('value', value)}>`,
  );
  return renderPage({
    ...frame,
    service,
    title: say(TEXTS.title),
    column: 'task',
    main: html`<h1>${say(TEXTS.title)}</h1>
<p>${say(TEXTS.kept)}${hasFiles ? say(TEXTS.files) : null}</p>
<ol><li>${say(TEXTS.first)}</li><li>${say(TEXTS.next)}</li></ol>
<form method="post" action="${action}"${attribute('enctype', hasFiles ? 'multipart/form-data' : null)}>${fields}<div class="actions"><a class="button" href="${loginHref}" target="_blank" rel="noopener">${say(TEXTS.again)}</a><button class="button plain" type="submit">${say(TEXTS.send)}</button></div></form>`,
  });
}
