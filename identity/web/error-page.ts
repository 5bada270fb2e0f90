// 出错了: what an OAuth error means for the person in front of the screen: whose turn it is, and what to do. The codes of
// RFC 6749 and OpenID Connect stand only under 「给技术人员」.
import type { PageFrame } from '../../common/web/frame.ts';
import type { Mark } from '../../common/web/icons.ts';
import { statusPage } from '../../common/web/status-page.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type LoginErrorPage = {
  /** `error` of the protocol: invalid_request, invalid_client, invalid_redirect_uri, SessionNotFound …. */
  readonly error: string;
  /** `error_description`, shown to technicians only. */
  readonly description?: string;
  /** The asking system, when it is known. */
  readonly system?: string | null;
  readonly reference: string;
  readonly at: Date;
  /** Where a new login starts, when there is such a place. */
  readonly home?: string;
};

const TEXTS = {
  settings: { zh: '无法继续登录', en: 'Cannot continue' },
  settingsWhy: {
    zh: '{system}的接入设置有误，不是您的问题。',
    en: 'The settings of {system} are wrong; it is not your fault.',
  },
  settingsNext: { zh: '请联系{system}的维护单位。', en: 'Please contact the people who run {system}.' },
  someSystem: { zh: '来访系统', en: 'the system you came from' },
  expired: { zh: '登录页面已失效', en: 'This login page is no longer valid' },
  expiredWhy: {
    zh: '停留太久，或已在另一个窗口登录。',
    en: 'It was open too long, or you logged in from another window.',
  },
  expiredNext: { zh: '请回到要使用的系统，重新登录。', en: 'Go back to the system you want to use and log in again.' },
  broken: { zh: '系统出了故障，|不是您的问题', en: 'Our fault: |something broke' },
  brokenWhy: {
    zh: '刚才的操作没有完成，请稍后再试。',
    en: 'Your last action was not completed; please try again later.',
  },
} satisfies Texts;

type Words = { readonly mark: Mark; readonly title: Text; readonly why: Text; readonly next?: Text };

const EXPIRED: Words = { mark: 'unknown', title: TEXTS.expired, why: TEXTS.expiredWhy, next: TEXTS.expiredNext };
const SETTINGS: Words = { mark: 'warning', title: TEXTS.settings, why: TEXTS.settingsWhy, next: TEXTS.settingsNext };
const BROKEN: Words = { mark: 'failed', title: TEXTS.broken, why: TEXTS.brokenWhy };

/** Errors that mean: this login is over, begin again. */
const OVER: ReadonlySet<string> = new Set([
  'session_not_found',
  'SessionNotFound',
  'interaction_expired',
  'login_required',
]);

export function loginErrorPage(frame: PageFrame, props: LoginErrorPage): string {
  const say = sayIn(frame.lang);
  const words = wordsOf(props);
  const system = props.system ?? say(TEXTS.someSystem);
  return statusPage(frame, {
    service: IDENTITY_SERVICE,
    mark: words.mark,
    title: say(words.title),
    why: say(words.why, { system }),
    next: words.next ? say(words.next, { system }) : null,
    reference: props.reference,
    at: props.at,
    technical: [props.error, props.description].filter((part) => part).join(': '),
    ...(props.home === undefined ? {} : { home: props.home }),
  });
}

function wordsOf({ error, description }: LoginErrorPage): Words {
  if (OVER.has(error)) return EXPIRED;
  // oidc-provider names a lost interaction session only in its description.
  if (error === 'invalid_request' && /session not found|interaction/i.test(description ?? '')) return EXPIRED;
  if (error === 'server_error' || error === 'temporarily_unavailable') return BROKEN;
  return SETTINGS;
}
