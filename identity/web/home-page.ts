// The first page of the identity room: who is logged in here, and where one login leads to.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type Viewer, viewerPart } from './account-layout.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type HomePage = {
  /** The person logged in in this browser, null for nobody. */
  readonly viewer: Viewer | null;
  readonly systems: readonly { readonly name: string; readonly url: string }[];
};

const TEXTS = {
  title: { zh: '一次登录，处处可用', en: 'One login for every service' },
  lead: {
    zh: '在任何一个接入系统登录后，进入其他系统无需再次输入密码；退出一处，全部退出。',
    en: 'After logging in to one system you enter the others without typing again; logging out of one ends all.',
  },
  centre: { zh: '用户中心', en: 'My account' },
  login: { zh: '登录', en: 'Log in' },
  systems: { zh: '可以使用的系统', en: 'Systems you can use' },
  none: { zh: '还没有登记接入系统。', en: 'No system is registered yet.' },
} satisfies Texts;

export function homePage(frame: PageFrame, props: HomePage): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'reading',
    ...(props.viewer === null ? {} : { user: viewerPart(frame, props.viewer) }),
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="lead">${say(TEXTS.lead)}</p>
<p class="actions"><a class="button" href="/account">${say(props.viewer === null ? TEXTS.login : TEXTS.centre)}</a></p>
<h2>${say(TEXTS.systems)}</h2>
${
  props.systems.length === 0
    ? html`<p>${say(TEXTS.none)}</p>`
    : html`<ul class="links">${props.systems.map((system) => html`<li><a class="link" href="${system.url}">${system.name}</a></li>`)}</ul>`
}`,
  });
}
