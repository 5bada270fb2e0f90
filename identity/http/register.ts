// Registration, page by page: each has an address of its own, each act is POST → 303 → GET, and what was typed is kept in a
// draft, so that a lapsed code or a closed browser loses nothing. Whether a phone has an account is told by SMS only.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { readForm } from '../../common/http/body.ts';
import { localPath, pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type Account, CITIZEN_NUMBER } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import type { AboutPerson, PasswordFault } from '../domain/password-rules.ts';
import type { Identity } from '../domain/proofing.ts';
import type { CodePlace, SendResult } from '../flow/one-time-code.ts';
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
import { type CodeStepDeps, codeStepRoutes, sayUnsent } from './code-step.ts';
import { type Draft, openDraft } from './drafts.ts';
import type { KeptPassword } from './kept-password.ts';
import { typedPhone } from './typed-address.ts';
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

export type RegisterDeps = CodeStepDeps<RegisterDraft> & {
  readonly clock: Clock;
  readonly visitors: Visitors;
  readonly minPasswordLength: number;
  readonly findAccountByPhone: (phone: string) => Promise<Account | null>;
  readonly judgePassword: (password: string, person: AboutPerson) => Promise<PasswordFault | null>;
  readonly keptPassword: KeptPassword;
  readonly register: (person: NewPerson, identity: Identity) => Promise<RegistrationResult>;
  readonly registerWithoutProof: (person: NewPerson, name: string) => Promise<RegistrationResult>;
};

const TEXTS = {
  phone: { zh: '请填写 11 位手机号', en: 'Enter a phone number of 11 digits' },
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
    ...codeStepRoutes(deps, {
      path: '/register',
      place: placeOf,
      send: (ctx, draft) => send(deps, ctx, draft),
      page: registerCodePage,
      again: (ctx, words) => showPhone(deps, ctx, [{ field: 'phone', words }]),
      accepted: async (ctx, { values }) => {
        await deps.drafts.save(ctx, { ...values, isPhoneProven: true });
        seeOther(ctx, '/register/password');
      },
    }),
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
  const { lang } = pageFrame(ctx);
  const typed = form['phone'] ?? '';
  const refuse = (words: string): Promise<void> => showPhone(deps, ctx, [{ field: 'phone', words }], typed);
  const to = typedPhone(typed);
  if (to === null) return refuse(sayIn(lang)(TEXTS.phone));
  const draft = await deps.drafts.begin(ctx, { back, phone: to.phone, isPhoneProven: false });
  const unsent = sayUnsent(lang, await send(deps, ctx, draft));
  if (unsent !== null) return refuse(unsent);
  seeOther(ctx, '/register/code');
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

async function showPassword(deps: RegisterDeps, ctx: Koa.Context, faults: readonly Fault[] = []): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (draft === null || !draft.values.isPhoneProven) return seeOther(ctx, '/register');
  const page = registerPasswordPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    minLength: deps.minPasswordLength,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submitPassword(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 8192 });
  const draft = await openDraft(deps, ctx, form, '/register');
  if (draft === null) return;
  if (!draft.values.isPhoneProven) return seeOther(ctx, '/register');
  const password = form['password'] ?? '';
  const { phone } = draft.values;
  const fault = password === '' ? { kind: 'missing' as const } : await deps.judgePassword(password, { phone });
  if (fault !== null) {
    const words = sayPasswordFault(pageFrame(ctx).lang, fault);
    return showPassword(deps, ctx, [{ field: 'password', words }]);
  }
  deps.keptPassword.keep(ctx, draft.binding, password);
  seeOther(ctx, '/register/identity');
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
  if (draft?.values.done) return seeOther(ctx, '/register/done');
  if (draft === null || !draft.values.isPhoneProven) return seeOther(ctx, '/register');
  if (deps.keptPassword.read(ctx, draft.binding) === null) return seeOther(ctx, '/register/password');
  const page = registerIdentityPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    trouble,
    typed: typed ?? draft.values.typed ?? { name: '', codeType: CITIZEN_NUMBER, code: '' },
  });
  sendPage(ctx, page, trouble?.kind === 'paused' ? 429 : faults.length > 0 || trouble !== null ? 422 : 200);
}

async function submitIdentity(deps: RegisterDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 8192 });
  const draft = await openDraft(deps, ctx, form, '/register');
  if (draft === null) return;
  const { phone, back, done } = draft.values;
  if (done) return seeOther(ctx, '/register/done');
  if (!draft.values.isPhoneProven) return seeOther(ctx, '/register');
  const password = deps.keptPassword.read(ctx, draft.binding);
  const typed = typedIdentity(form);
  await deps.drafts.save(ctx, { ...draft.values, typed });
  if (password === null) return seeOther(ctx, '/register/password');
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
  seeOther(ctx, '/register/done');
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
  if (!draft || !done) return seeOther(ctx, '/register');
  sendPage(ctx, registeredPage(pageFrame(ctx), { ...done, loginHref: draft.values.back }));
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
