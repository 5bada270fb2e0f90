// 退出: the question before single logout, and the page after it.
import type { PageFrame } from '../../common/web/frame.ts';
import { html, trustedHtml } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { notice, verdict } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

/** The id of the form that oidc-provider renders; our buttons refer to it by their `form` attribute. */
const PROVIDER_FORM_ID = 'op.logoutForm';

export type LogoutConfirmPage = {
  /** The form of oidc-provider's `logoutSource`, as it is: id op.logoutForm, hidden xsrf, no buttons. */
  readonly providerForm: string;
  /** The system that asked, null when the person came by himself. */
  readonly system: string | null;
  /** How many systems will be left; left out when it is not known. */
  readonly systems?: number;
};

export type LoggedOutPage = {
  /** Systems that were told; left out when it is not known. */
  readonly systems?: number;
  /** Names of systems that did not answer yet: the person may still be logged in there, and they are told again. */
  readonly later?: readonly string[];
  readonly loginHref?: string;
};

/** Systems that are named; of more, their number says enough. */
const MOST_NAMES = 10;

const TEXTS = {
  confirm: { zh: '退出登录？', en: 'Log out?' },
  bySystem: { zh: '{system}请求退出登录。', en: '{system} asks to log you out.' },
  all: {
    zh: '退出后，在本浏览器中用此账号登录的其他系统也会一并退出。',
    en: 'You will also be logged out from the other systems you used in this browser.',
  },
  allCounted: { zh: '将同时退出 {n} 个系统。', en: 'You will be logged out from {n} systems.' },
  yes: { zh: '全部退出', en: 'Log out everywhere' },
  no: { zh: '不退出其他系统', en: 'Stay logged in elsewhere' },
  done: { zh: '您已退出', en: 'You are logged out' },
  doneSystems: { zh: '同时退出了 {n} 个系统。', en: 'Also from {n} systems.' },
  shared: { zh: '公用电脑上请关闭浏览器。', en: 'On a shared computer close the browser.' },
  later: {
    zh: '{n} 个系统暂未回应，将继续通知：{list}',
    en: '{n} systems have not answered yet, we keep trying: {list}',
  },
  laterOne: {
    zh: '1 个系统暂未回应，将继续通知：{list}',
    en: 'One system has not answered yet, we keep trying: {list}',
  },
  again: { zh: '重新登录', en: 'Log in again' },
} satisfies Texts;

/** The two buttons send oidc-provider's own form: `logout=yes` ends everything, without it only the asking system's part. */
export function logoutConfirmPage(frame: PageFrame, props: LogoutConfirmPage): string {
  const say = sayIn(frame.lang);
  const { system, systems } = props;
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.confirm),
    column: 'task',
    main: html`<h1>${say(TEXTS.confirm)}</h1>
${system === null ? null : html`<p>${say(TEXTS.bySystem, { system })}</p>`}
<p>${systems === undefined ? say(TEXTS.all) : say(TEXTS.allCounted, { n: systems })}</p>
${trustedHtml(props.providerForm)}
<div class="actions"><button class="button" type="submit" form="${PROVIDER_FORM_ID}" name="logout" value="yes">${say(TEXTS.yes)}</button>
<button class="button plain" type="submit" form="${PROVIDER_FORM_ID}">${say(TEXTS.no)}</button></div>`,
  });
}

export function loggedOutPage(frame: PageFrame, props: LoggedOutPage): string {
  const say = sayIn(frame.lang);
  const later = props.later ?? [];
  const names = later.slice(0, MOST_NAMES).join(frame.lang === 'zh' ? '、' : ', ');
  const list = later.length > MOST_NAMES ? `${names}…` : names;
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: say(TEXTS.done),
    column: 'task',
    main: html`${verdict({
      mark: 'passed',
      title: say(TEXTS.done),
      why: props.systems ? say(TEXTS.doneSystems, { n: props.systems }) : null,
      next: say(TEXTS.shared),
    })}
${later.length > 0 ? notice({ mark: 'warning', words: html`<p>${say(later.length === 1 ? TEXTS.laterOne : TEXTS.later, { n: later.length, list })}</p>` }) : null}
${props.loginHref ? html`<p class="actions"><a class="button" href="${props.loginHref}">${say(TEXTS.again)}</a></p>` : null}`,
  });
}
