// 注销账号: the consequences first, then one button; and the way back while there is one.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { hiddenFields, notice } from '../../common/web/parts.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';

export type ClosePage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  readonly days: number;
  /** When the account ends; null while it is not closing. */
  readonly closesAt: Date | null;
};

const TEXTS = {
  title: { zh: '注销账号', en: 'Close account' },
  days: {
    zh: '{n} 天内可以登录撤回；到期后姓名、证件、手机号等全部清除，无法恢复。',
    en: 'Within {n} days you can log in and take it back; then name, document and phone are erased for good.',
  },
  systems: { zh: '其他设备立即退出。', en: 'All other devices are logged out at once.' },
  close: { zh: '注销这个账号', en: 'Close this account' },
  closing: { zh: '账号将于 {time} 注销。', en: 'The account is closed on {time}.' },
  keep: { zh: '撤回注销，保留账号', en: 'Keep my account' },
  back: { zh: '不操作，返回', en: 'Do nothing, back' },
} satisfies Texts;

export function closePage(frame: PageFrame, { viewer, formFields, days, closesAt }: ClosePage): string {
  const say = sayIn(frame.lang);
  const words = closesAt === null ? null : say(TEXTS.closing, { time: formatDateTime(frame.lang, closesAt) });
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer,
    current: '/account',
    main: html`<h1>${say(TEXTS.title)}</h1>
${words === null ? html`<ul><li>${say(TEXTS.days, { n: days })}</li><li>${say(TEXTS.systems)}</li></ul>` : notice({ mark: 'warning', words: html`<p>${words}</p>` })}
<form method="post" action="/account/close" class="actions">
${hiddenFields(formFields)}
<button class="${closesAt === null ? 'button danger' : 'button'}" name="decision" value="${closesAt === null ? 'close' : 'keep'}">${say(closesAt === null ? TEXTS.close : TEXTS.keep)}</button>
<a class="link" href="/account">${say(TEXTS.back)}</a>
</form>`,
  });
}
