// Registration, page by page: each has an address of its own, each act is POST → 303 → GET, and what was typed is kept in a
// draft, so that a lapsed code or a closed browser loses nothing. Whether a phone has an account is told by SMS only.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { isTrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { localPath, pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { Fault } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { type Account, CITIZEN_NUMBER, parsePhone } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import type { AboutPerson, PasswordFault } from '../domain/password-rules.ts';
import type { Identity } from '../domain/proofing.ts';
import type { CheckResult, CodePlace, CodeRequest, SendResult, SentTo } from '../flow/one-time-code.ts';
import type { NewPerson, RegistrationResult } from '../flow/register-person.ts';
import type { TypedIdentity } from '../web/identity-fields.ts';
import { sayPasswordFault } from '../web/password-words.ts';
import {
  type IdentityTrouble,
  registerCodePage,
  registeredPage,
  registerIdentityPage,
  registerPasswordPage,
  registerPhonePage,
} from '../web/register-pages.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { KeptPassword } from './kept-password.ts';
import { judgeIdentity, typedIdentity } from './typed-identity.ts';
import type { Visitors } from './visitor.ts';

export type RegisterDraft = {
  /** Where login goes on afterwards. */
  readonly back: string;
  readonly phone: string;
  readonly isPhoneProven: boolean;
  readonly typed?: TypedIdentity;
  readonly done?: { readonly level: Level; readonly waits: boolean };
};

export type RegisterDeps = {
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly drafts: Drafts<RegisterDraft>;
  readonly visitors: Visitors;
  readonly minPasswordLength: number;
  readonly findAccountByPhone: (phone: string) => Promise<Account | null>;
  readonly sendCode: (request: CodeRequest) => Promise<SendResult>;
  readonly findSentCode: (place: CodePlace) => Promise<SentTo | null>;
  readonly checkCode: (at: CodePlace & { readonly code: string }) => Promise<CheckResult>;
  readonly judgePassword: (password: string, person: AboutPerson) => Promise<PasswordFault | null>;
  readonly keptPassword: KeptPassword;
  readonly register: (person: NewPerson, identity: Identity) => Promise<RegistrationResult>;
  readonly registerWithoutProof: (person: NewPerson, name: string) => Promise<RegistrationResult>;
};

const TEXTS = {
  phone: { zh: '请填写 11 位手机号', en: 'Enter a phone number of 11 digits' },
  codeMissing: { zh: '请填写验证码', en: 'Enter the code' },
  codeWrong: { zh: '验证码不正确或已过期，请重新获取', en: 'Wrong or expired code' },
  early: { zh: '刚刚发送过，{time} 后可重新获取', en: 'A code was just sent; you can get another at {time}' },
  paused: { zh: '操作太频繁，请于 {time} 后再试', en: 'Too many requests, try again at {time}' },
  nameMissing: { zh: '请填写姓名', en: 'Enter your name' },
} satisfies Texts;

type Handle = (deps: RegisterDeps, ctx: Koa.Context) => Promise<void>;

export function registerRoutes(deps: RegisterDeps): readonly Route[] {
  const route = (method: 'GET' | 'POST', path: string, handle: Handle): Route => ({
    method,
    path,
    scope: 'public',
    handler: (ctx) => handle(deps, ctx),
  });
  return [
    route('GET', '/register', (_, ctx) => showPhone(deps, ctx)),
    route('POST', '/register', submitPhone),
    route('GET', '/register/code', (_, ctx) => showCode(deps, ctx)),
    route('POST', '/register/code', submitCode),
    route('GET', '/register/password', (_, ctx) => showPassword(deps, ctx)),
    route('POST', '/register/password', submitPassword),
    route('GET', '/register/identity', (_, ctx) => showIdentity(deps, ctx)),
    route('POST', '/register/identity', submitIdentity),
    route('GET', '/register/done', showDone),
  ];
}

async function showPhone(deps: RegisterDeps, ctx: Koa.Context, faults: readonly Fault[] = [], typed?: string) {
  const draft = await deps.drafts.find(ctx);
  const back = backOf(ctx, draft);
  const page = registerPhonePage(pageFrame(ctx, `/register?${new URLSearchParams({ return: back })}`), {
    csrf: deps.csrf.token(ctx, `register:${back}`),
    back,
    faults,
    phone: typed ?? draft?.values.phone ?? '',
    loginHref: back,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submitPhone(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 4096 });
  const before = await deps.drafts.find(ctx);
  const back = localPath(form['return'] ?? before?.values.back);
  deps.csrf.check(ctx, form, `register:${back}`);
  const say = sayIn(pageFrame(ctx).lang);
  let phone: string;
  try {
    phone = parsePhone(form['phone'] ?? '');
  } catch (error) {
    if (!isTrustError(error, 'invalid-request')) throw error;
    return showPhone(deps, ctx, [{ field: 'phone', words: say(TEXTS.phone) }], form['phone'] ?? '');
  }
  const draft = await deps.drafts.begin(ctx, { back, phone, isPhoneProven: false });
  const sent = await send(deps, ctx, draft);
  if (sent.outcome === 'paused')
    return showPhone(
      deps,
      ctx,
      [{ field: 'phone', words: say(TEXTS.paused, { time: formatTime(sent.until) }) }],
      phone,
    );
  leadTo(ctx, '/register/code');
}

async function send(deps: RegisterDeps, ctx: Koa.Context, draft: Draft<RegisterDraft>): Promise<SendResult> {
  const { phone } = draft.values;
  const isTaken = (await deps.findAccountByPhone(phone)) !== null;
  const { address, device } = deps.visitors(ctx);
  return deps.sendCode({
    ...placeOf(draft),
    to: { phone },
    subject: phone,
    words: (code, minutes) =>
      `【信基】验证码 ${code}，用于注册账号，${minutes} 分钟内有效，请勿告知他人。${isTaken ? '该手机号已有账号，是您本人的请直接登录。' : ''}`,
    deviceKey: device.key,
    address,
  });
}

async function showCode(deps: RegisterDeps, ctx: Koa.Context, faults: readonly Fault[] = []): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  const sent = draft === null ? null : await deps.findSentCode(placeOf(draft));
  if (draft === null || sent === null) return leadTo(ctx, '/register');
  const csrf = deps.csrf.token(ctx, draft.binding);
  sendPage(ctx, registerCodePage(pageFrame(ctx), { csrf, faults, sent }), faults.length > 0 ? 422 : 200);
}

async function submitCode(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const opened = await openForm(deps, ctx);
  if (opened === null) return;
  const { draft, form } = opened;
  const say = sayIn(pageFrame(ctx).lang);
  const refuse = (words: string): Promise<void> => showCode(deps, ctx, [{ field: 'code', words }]);
  if (form['step'] === 'send') {
    const sent = await send(deps, ctx, draft);
    if (sent.outcome === 'too-early') return refuse(say(TEXTS.early, { time: formatTime(sent.resendAt) }));
    if (sent.outcome === 'paused') return refuse(say(TEXTS.paused, { time: formatTime(sent.until) }));
    return leadTo(ctx, '/register/code');
  }
  if ((form['code'] ?? '').trim() === '') return refuse(say(TEXTS.codeMissing));
  const result = await deps.checkCode({ ...placeOf(draft), code: form['code'] ?? '' });
  if (result.outcome === 'gone') {
    // Nothing counts any more: the first page sends a new one.
    return showPhone(deps, ctx, [{ field: 'phone', words: say(TEXTS.codeWrong) }]);
  }
  if (result.outcome === 'wrong') return refuse(say(TEXTS.codeWrong));
  await deps.drafts.save(ctx, { ...draft.values, isPhoneProven: true });
  leadTo(ctx, '/register/password');
}

async function showPassword(deps: RegisterDeps, ctx: Koa.Context, faults: readonly Fault[] = []): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (draft === null || !draft.values.isPhoneProven) return leadTo(ctx, '/register');
  const page = registerPasswordPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    minLength: deps.minPasswordLength,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submitPassword(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const opened = await openForm(deps, ctx);
  if (opened === null) return;
  const { draft, form } = opened;
  if (!draft.values.isPhoneProven) return leadTo(ctx, '/register');
  const password = form['password'] ?? '';
  const { phone } = draft.values;
  const fault = password === '' ? { kind: 'missing' as const } : await deps.judgePassword(password, { phone });
  if (fault !== null) {
    const words = sayPasswordFault(pageFrame(ctx).lang, fault);
    return showPassword(deps, ctx, [{ field: 'password', words }]);
  }
  deps.keptPassword.keep(ctx, draft.binding, password);
  leadTo(ctx, '/register/identity');
}

async function showIdentity(
  deps: RegisterDeps,
  ctx: Koa.Context,
  {
    faults = [],
    trouble = null,
    typed,
  }: { faults?: readonly Fault[]; trouble?: IdentityTrouble | null; typed?: TypedIdentity } = {},
): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (draft?.values.done) return leadTo(ctx, '/register/done');
  if (draft === null || !draft.values.isPhoneProven) return leadTo(ctx, '/register');
  if (deps.keptPassword.read(ctx, draft.binding) === null) return leadTo(ctx, '/register/password');
  const page = registerIdentityPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    trouble,
    typed: typed ?? draft.values.typed ?? { name: '', codeType: CITIZEN_NUMBER, code: '' },
  });
  sendPage(ctx, page, trouble?.kind === 'paused' ? 429 : faults.length > 0 || trouble !== null ? 422 : 200);
}

async function submitIdentity(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const opened = await openForm(deps, ctx);
  if (opened === null) return;
  const { draft, form } = opened;
  const { phone, back, done } = draft.values;
  if (done) return leadTo(ctx, '/register/done');
  if (!draft.values.isPhoneProven) return leadTo(ctx, '/register');
  const password = deps.keptPassword.read(ctx, draft.binding);
  const typed = typedIdentity(form);
  await deps.drafts.save(ctx, { ...draft.values, typed });
  if (password === null) return leadTo(ctx, '/register/password');
  const { lang } = pageFrame(ctx);
  let result: RegistrationResult;
  if (form['decision'] === 'later') {
    if (typed.name.trim() === '')
      return showIdentity(deps, ctx, { faults: [{ field: 'name', words: sayIn(lang)(TEXTS.nameMissing) }], typed });
    result = await deps.registerWithoutProof({ phone, password }, typed.name);
  } else {
    const judged = judgeIdentity(typed, deps.clock(), lang);
    if ('faults' in judged) return showIdentity(deps, ctx, { faults: judged.faults, typed });
    result = await deps.register({ phone, password }, judged.identity);
  }
  if (result.outcome === 'password-refused') {
    const words = sayPasswordFault(lang, result.fault);
    return showPassword(deps, ctx, [{ field: 'password', words }]);
  }
  if (result.outcome !== 'registered') return showIdentity(deps, ctx, { trouble: troubleOf(result, back), typed });
  deps.keptPassword.forget(ctx);
  // From here on the draft holds nothing but what the last page says.
  const { level, waits } = result;
  await deps.drafts.save(ctx, { back, phone: '', isPhoneProven: false, done: { level, waits } });
  leadTo(ctx, '/register/done');
}

function troubleOf(
  result: Exclude<RegistrationResult, { outcome: 'registered' | 'password-refused' }>,
  back: string,
): IdentityTrouble {
  if (result.outcome === 'paused') return { kind: 'paused', until: result.until };
  if (result.outcome === 'taken') return { kind: 'taken', phone: result.phone, loginHref: back };
  return { kind: result.outcome };
}

async function showDone(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  const done = draft?.values.done;
  if (!draft || !done) return leadTo(ctx, '/register');
  sendPage(ctx, registeredPage(pageFrame(ctx), { ...done, loginHref: draft.values.back }));
}

/** The form of this browser's draft; null when there is none any more: the first page is on its way. */
async function openForm(
  { csrf, drafts }: RegisterDeps,
  ctx: Koa.Context,
): Promise<{ readonly draft: Draft<RegisterDraft>; readonly form: Readonly<Record<string, string>> } | null> {
  const form = await readForm(ctx, { maxBytes: 8192 });
  const draft = await drafts.find(ctx);
  if (draft === null) {
    leadTo(ctx, '/register');
    return null;
  }
  csrf.check(ctx, form, draft.binding);
  return { draft, form };
}

function placeOf({ binding }: Draft<RegisterDraft>): CodePlace {
  return { purpose: 'register', binding };
}

/** A path of ours; the user centre, which leads to login, when nothing else is known. */
function backOf(ctx: Koa.Context, draft: Draft<RegisterDraft> | null): string {
  const asked = ctx.query['return'];
  const path = localPath(typeof asked === 'string' ? asked : draft?.values.back);
  return path === '/' ? '/account' : path;
}

function leadTo(ctx: Koa.Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}
