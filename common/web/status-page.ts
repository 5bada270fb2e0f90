// Errors as a page: what happened, whose turn it is, what next, and the number to tell the operator. Never a stack.
import type { ProblemDocument } from '../contract/problem.ts';
import type { ProblemCode } from '../errors.ts';
import type { PageFrame } from './frame.ts';
import { type HtmlValue, html } from './html.ts';
import type { Mark } from './icons.ts';
import { renderPage } from './layout.ts';
import { phrases, verdict } from './parts.ts';
import { formatDateTime, formatTime, sayIn, type Text, type Texts } from './texts.ts';

export type Status = {
  readonly service: Text;
  readonly mark: Mark;
  /** `|` marks where it may break. */
  readonly title: string;
  readonly why: HtmlValue;
  readonly next?: HtmlValue;
  /** What the operator looks up: the request id. */
  readonly reference: string;
  readonly at: Date;
  /** Codes and English texts, folded under 「给技术人员」. */
  readonly technical?: HtmlValue;
  readonly home?: string;
};

const TEXTS = {
  reference: { zh: '编号 {id}，{time}', en: 'Reference {id}, {time}' },
  technical: { zh: '给技术人员', en: 'For technicians' },
  home: { zh: '回到首页', en: 'Back to the start' },
  notFound: { zh: '没有找到这个页面', en: 'Page not found' },
  notFoundWhy: { zh: '地址可能输错了，或页面已经移走。', en: 'The address may be mistyped, or the page has moved.' },
  notFoundNext: { zh: '请从首页重新进入。', en: 'Please start from the first page.' },
  forbidden: { zh: '没有权限查看', en: 'You may not view this' },
  forbiddenWhy: {
    zh: '您的账号没有这里需要的角色，不是操作有误。',
    en: 'Your account lacks the role that is needed here; you did nothing wrong.',
  },
  forbiddenNext: {
    zh: '确需使用的，请联系本单位的系统管理员。',
    en: 'If you need it, please ask the administrator of your unit.',
  },
  tooMany: { zh: '操作太频繁', en: 'Too many requests' },
  tooManyUntil: { zh: '请于 {time} 后再试。', en: 'Please try again at {time}.' },
  tooManyWhy: { zh: '请过一会儿再试。', en: 'Please try again in a while.' },
  refused: { zh: '这次提交没有被接受', en: 'This was not accepted' },
  refusedNext: {
    zh: '请返回检查后再试；仍然不行的，请把下面的编号告诉我们。',
    en: 'Go back, check and try again; if it fails again, tell us the reference below.',
  },
  stale: { zh: '这个页面已失效', en: 'This page is no longer valid' },
  staleWhy: {
    zh: '停留太久，或已在另一个窗口操作。刚才的操作没有完成，请返回重新操作。',
    en: 'It was open too long, or you went on in another window. Your last action was not completed; go back and try again.',
  },
  login: { zh: '请先登录', en: 'Please log in' },
  loginWhy: { zh: '登录后即可继续。', en: 'You can go on after logging in.' },
  gone: { zh: '核验结果已删除', en: 'The result is no longer here' },
  goneWhy: {
    zh: '文件和结果只保留十分钟。请重新上传文件核验。',
    en: 'File and result are kept for ten minutes only. Please send the file again.',
  },
  busy: { zh: '当前排队过多', en: 'Too much is waiting right now' },
  busyWhy: { zh: '请过几秒再试。', en: 'Please try again in a few seconds.' },
  broken: { zh: '系统出了故障，|不是您的问题', en: 'Our fault: |something broke' },
  brokenWhy: {
    zh: '刚才的操作没有完成。请稍后再试；仍然不行的，请把下面的编号告诉我们。',
    en: 'Your last action was not completed. Try again later; if it fails again, tell us the reference below.',
  },
  closed: { zh: '服务暂时没有回应', en: 'The service does not answer right now' },
  closedWhy: { zh: '您填写的内容没有丢失，请稍后再试。', en: 'Nothing is lost. Please try again later.' },
} satisfies Texts;

type Words = { mark: Mark; title: Text; why?: Text; next?: Text };

const FORBIDDEN: Words = {
  mark: 'warning',
  title: TEXTS.forbidden,
  why: TEXTS.forbiddenWhy,
  next: TEXTS.forbiddenNext,
};

const WORDS: Readonly<Partial<Record<ProblemCode, Words>>> = {
  'not-found': { mark: 'unknown', title: TEXTS.notFound, why: TEXTS.notFoundWhy, next: TEXTS.notFoundNext },
  'method-not-allowed': { mark: 'unknown', title: TEXTS.notFound, why: TEXTS.notFoundWhy, next: TEXTS.notFoundNext },
  'result-gone': { mark: 'unknown', title: TEXTS.gone, why: TEXTS.goneWhy },
  busy: { mark: 'unknown', title: TEXTS.busy, why: TEXTS.busyWhy },
  'invalid-request': { mark: 'warning', title: TEXTS.refused, next: TEXTS.refusedNext },
  'scope-missing': FORBIDDEN,
  'role-missing': FORBIDDEN,
  'too-many-requests': { mark: 'unknown', title: TEXTS.tooMany, why: TEXTS.tooManyWhy },
  'csrf-failed': { mark: 'warning', title: TEXTS.stale, why: TEXTS.staleWhy },
  'session-missing': { mark: 'notice', title: TEXTS.login, why: TEXTS.loginWhy },
  internal: { mark: 'failed', title: TEXTS.broken, why: TEXTS.brokenWhy },
};

/** A status page in words of its own. */
export function statusPage(frame: PageFrame, status: Status): string {
  const say = sayIn(frame.lang);
  const reference = say(TEXTS.reference, { id: status.reference, time: formatDateTime(frame.lang, status.at) });
  const home = status.home ?? '/';
  return renderPage({
    ...frame,
    service: status.service,
    title: status.title.replaceAll('|', ''),
    column: 'reading',
    now: status.at,
    main: html`${verdict({ mark: status.mark, title: phrases(...status.title.split('|')), why: status.why, next: status.next })}
<p class="small">${reference}</p>
${status.technical ? html`<details><summary>${say(TEXTS.technical)}</summary><p class="small">${status.technical}</p></details>` : null}
<p><a class="link" href="${home}">${say(TEXTS.home)}</a></p>`,
  });
}

/** The page for a problem document; codes without words of their own use the table's titles. */
export function problemPage(
  frame: PageFrame,
  of: {
    service: Text;
    problem: ProblemDocument;
    at: Date;
    /** When a refusal for a time ends. */
    retryAt?: Date | null;
    home?: string;
  },
): string {
  const { problem } = of;
  const say = sayIn(frame.lang);
  const own =
    WORDS[problem.code] ??
    (problem.status === 503 ? { mark: 'unknown', title: TEXTS.closed, why: TEXTS.closedWhy } : undefined);
  const titles: Text = { zh: problem.title_zh, en: problem.title };
  const until = of.retryAt && problem.status === 429 ? say(TEXTS.tooManyUntil, { time: formatTime(of.retryAt) }) : null;
  const next = own ? own.next : problem.status < 500 ? TEXTS.refusedNext : undefined;
  return statusPage(frame, {
    service: of.service,
    mark: own?.mark ?? (problem.status >= 500 ? 'failed' : 'warning'),
    title: say(own?.title ?? titles),
    why: until ?? (own?.why ? say(own.why) : null),
    next: next ? say(next) : null,
    reference: problem.instance,
    at: of.at,
    technical: html`${problem.code}: ${problem.detail}`,
    ...(of.home === undefined ? {} : { home: of.home }),
  });
}
