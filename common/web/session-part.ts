// Until when somebody is logged in, on every page behind a login: a line in the header that needs no script, and at the end
// of the page the warning that the script shows a few minutes before, with the one form that both prolong by. What is
// sent is for the clock of the server: seconds that are left, and times of day in words.
import { canProlong, type SessionEnd } from '../session-end.ts';
import { attribute, type Html, html } from './html.ts';
import { hiddenFields } from './parts.ts';
import { formatClock, type Lang, sayIn, type Texts } from './texts.ts';

/** Asked by the script: how long the session lasts. Asking does not prolong it. */
export const SESSION_PATH = '/session';
/** Opened in a new window: asks for the login anew where there is none, and sends the person back to where he was. */
export const SESSION_BACK_PATH = '/session/back';
/** POST: the person goes on. */
export const KEEP_SESSION_PATH = '/session/keep';

export type SessionLine = SessionEnd & {
  /** By the clock of the server. */
  readonly now: Date;
  readonly warningSeconds: number;
  /** Hidden fields of the form that prolongs. */
  readonly fields: Readonly<Record<string, string>>;
};

const FORM_ID = 'session-form';
const WORDS = {
  until: { zh: '登录有效至 {time}', en: 'Logged in until {time}' },
  soon: { zh: '您的登录将于 {time} 结束。', en: 'Your login ends at {time}.' },
  last: {
    zh: '您的登录将于 {time} 结束，不能再延长。请先提交正在填写的内容；到时也可以在新窗口重新登录，再回到本页继续。',
    en: 'Your login ends at {time} and cannot last longer. Send what you are typing before; or log in again then, in a new window, and go on here.',
  },
  kept: { zh: '登录有效至 {time}，可以继续。', en: 'You are logged in until {time} and can go on.' },
  ended: {
    zh: '登录已结束。请在新窗口重新登录，再回到本页继续；正在填写的内容还在。',
    en: 'Your login has ended. Log in again in a new window and go on here; what you typed is still there.',
  },
  over: { zh: '登录已结束', en: 'Login ended' },
  failed: { zh: '没有延长成功，请再试一次。', en: 'It was not prolonged. Please try again.' },
} satisfies Texts;
const TEXTS = {
  keep: { zh: '继续使用', en: 'Keep using' },
  again: { zh: '重新登录', en: 'Log in again' },
  label: { zh: '登录时间', en: 'Time of your login' },
  plain: {
    zh: '（会重新打开本页，请先提交正在填写的内容）',
    en: '(opens this page anew: send what you are typing first)',
  },
} satisfies Texts;

/** In the header, beside the person. */
export function sessionLine(lang: Lang, session: SessionLine): Html {
  const say = sayIn(lang);
  const time = html`<span id="session-until">${say(WORDS.until, { time: formatClock(session.endsAt) })}</span>`;
  if (!canProlong(session)) return html`<p class="user">${time}</p>`;
  return html`<p class="user">${time}<button class="as-link" type="submit" form="${FORM_ID}">${say(TEXTS.keep)}</button><noscript><span>${say(TEXTS.plain)}</span></noscript></p>`;
}

/** Behind the page. `path`: where it comes back to without script. */
export function sessionWarning(lang: Lang, path: string, session: SessionLine): Html {
  const say = sayIn(lang);
  const left = Math.max(0, Math.floor((session.endsAt.getTime() - session.now.getTime()) / 1000));
  const words = Object.fromEntries(Object.entries(WORDS).map(([name, text]) => [name, text[lang]]));
  const data = html`${attribute('data-ask', SESSION_PATH)}${attribute('data-left', left)}${attribute('data-warning', session.warningSeconds)}${attribute('data-label', say(TEXTS.label))}${attribute('data-words', JSON.stringify(words))}`;
  return html`<section class="ending" id="session-warning"${data}>
<div aria-live="polite"></div>
<form id="${FORM_ID}" method="post" action="${KEEP_SESSION_PATH}">${hiddenFields({ ...session.fields, return: path })}<button class="button plain" type="submit" hidden>${say(TEXTS.keep)}</button><a class="link" href="${SESSION_BACK_PATH}" target="_blank" rel="noopener" hidden>${say(TEXTS.again)}</a></form>
</section>
`;
}

/** What the script is told, and shows. */
export function sessionAnswer(session: SessionEnd, now: Date): Readonly<Record<string, string | number | boolean>> {
  return {
    state: 'live',
    left_seconds: Math.max(0, Math.floor((session.endsAt.getTime() - now.getTime()) / 1000)),
    ends_at: formatClock(session.endsAt),
    can_prolong: canProlong(session),
  };
}
