// 待发消息: what would be sent to people's phones and mailboxes, on a page of development houses only.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type OutboxPage = {
  readonly messages: readonly {
    readonly at: Date;
    readonly to: string;
    readonly kind: string;
    readonly words: string;
  }[];
};

const TEXTS = {
  title: { zh: '发给用户的消息', en: 'Messages to people' },
  lead: {
    zh: '开发环境不向手机和邮箱发送消息，全部列在这里，最新的在前。',
    en: 'A development house sends nothing to phones and mailboxes; all of it is listed here, newest first.',
  },
  none: { zh: '还没有消息。登录时点“获取验证码”就会有一条。', en: 'No messages yet. Ask for a code when logging in.' },
} satisfies Texts;

export function outboxPage(frame: PageFrame, props: OutboxPage): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.title),
    column: 'reading',
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="lead">${say(TEXTS.lead)}</p>
${
  props.messages.length === 0
    ? html`<p>${say(TEXTS.none)}</p>`
    : props.messages.map(
        (one) => html`<section class="card" aria-label="${one.to}"><p>${one.words}</p>
<p class="hint small">${one.to} · ${formatDateTime(frame.lang, one.at)} · ${one.kind}</p></section>`,
      )
}`,
  });
}
