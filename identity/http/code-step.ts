// The step of a one-time code in a row of pages before login (registration, recovery): the page at `PATH/code`, what it sends
// again and what it checks. What the code is for, and what follows from a right one, is the caller's. Also what every page
// says of a code that was not sent.
import type Koa from 'koa';
import { readForm } from '../../common/http/body.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import type { Fault } from '../../common/web/parts.ts';
import { formatTime, type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import {
  type CheckResult,
  type CodePlace,
  type CodeRequest,
  checkCode,
  dropCode,
  findSentCode,
  type OneTimeCodeDeps,
  type SendResult,
  type SentTo,
  sendCode,
} from '../flow/one-time-code.ts';
import type { CodeStepPage } from '../web/step-page.ts';
import { type Draft, type Drafts, openDraft } from './drafts.ts';

/** The flow of one-time codes, as pages need it. */
export type Codes = {
  readonly sendCode: (request: CodeRequest) => Promise<SendResult>;
  readonly findSentCode: (place: CodePlace) => Promise<SentTo | null>;
  readonly checkCode: (at: CodePlace & { readonly code: string }) => Promise<CheckResult>;
  readonly dropCode: (place: CodePlace) => Promise<void>;
};

export function makeCodes(deps: OneTimeCodeDeps): Codes {
  return {
    sendCode: (request) => sendCode(deps, request),
    findSentCode: (place) => findSentCode(deps, place),
    checkCode: (at) => checkCode(deps, at),
    dropCode: (place) => dropCode(deps, place),
  };
}

export type CodeStepDeps<T> = Codes & { readonly csrf: Csrf; readonly drafts: Drafts<T> };

export type CodeStep<T> = {
  /** Of the row; also of the page before, where another address is typed. */
  readonly path: string;
  readonly place: (draft: Draft<T>) => CodePlace;
  readonly send: (ctx: Koa.Context, draft: Draft<T>) => Promise<SendResult>;
  readonly page: (frame: PageFrame, props: CodeStepPage) => string;
  /** Nothing that was sent counts any more: the page before, with these words. */
  readonly again: (ctx: Koa.Context, words: string) => Promise<void>;
  readonly accepted: (ctx: Koa.Context, draft: Draft<T>, subject: string) => Promise<void>;
};

const TEXTS = {
  missing: { zh: '请填写验证码', en: 'Enter the code' },
  wrong: { zh: '验证码不正确或已过期，请重新获取', en: 'Wrong or expired code; get a new one' },
  early: { zh: '刚刚发送过，{time} 后可重新获取', en: 'A code was just sent; you can get another at {time}' },
  paused: { zh: '操作太频繁，请于 {time} 后再试', en: 'Too many requests, try again at {time}' },
} satisfies Texts;

/** Why no code went out; null when one did. */
export function sayUnsent(lang: Lang, result: SendResult): string | null {
  const say = sayIn(lang);
  if (result.outcome === 'sent') return null;
  if (result.outcome === 'paused') return say(TEXTS.paused, { time: formatTime(result.until) });
  return say(TEXTS.early, { time: formatTime(result.resendAt) });
}

/** Of a code that is wrong or too old; which of both is not said. */
export function sayWrongCode(lang: Lang): string {
  return sayIn(lang)(TEXTS.wrong);
}

export function codeStepRoutes<T>(deps: CodeStepDeps<T>, step: CodeStep<T>): readonly Route[] {
  const path = `${step.path}/code`;
  return [
    { method: 'GET', path, scope: 'public', handler: (ctx) => show(deps, step, ctx) },
    { method: 'POST', path, scope: 'public', handler: (ctx) => submit(deps, step, ctx) },
  ];
}

async function show<T>(
  { csrf, drafts, findSentCode }: CodeStepDeps<T>,
  step: CodeStep<T>,
  ctx: Koa.Context,
  faults: readonly Fault[] = [],
): Promise<void> {
  const draft = await drafts.find(ctx);
  const sent = draft === null ? null : await findSentCode(step.place(draft));
  if (draft === null || sent === null) return seeOther(ctx, step.path);
  const page = step.page(pageFrame(ctx), { csrf: csrf.token(ctx, draft.binding), faults, sent });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submit<T>(deps: CodeStepDeps<T>, step: CodeStep<T>, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 4096 });
  const draft = await openDraft(deps, ctx, form, step.path);
  if (draft === null) return;
  const { lang } = pageFrame(ctx);
  const refuse = (words: string): Promise<void> => show(deps, step, ctx, [{ field: 'code', words }]);
  if (form['step'] === 'send') {
    const unsent = sayUnsent(lang, await step.send(ctx, draft));
    return unsent === null ? seeOther(ctx, `${step.path}/code`) : refuse(unsent);
  }
  const { code = '' } = form;
  if (code.trim() === '') return refuse(sayIn(lang)(TEXTS.missing));
  const result = await deps.checkCode({ ...step.place(draft), code });
  if (result.outcome === 'wrong') return refuse(sayWrongCode(lang));
  if (result.outcome === 'gone') return step.again(ctx, sayWrongCode(lang));
  await step.accepted(ctx, draft, result.subject);
}
