// Recovery, page by page: a code to the account's phone or mailbox; for a proven account name, number and one thing more
// besides; then a new password, and everybody else is logged out. An address that nobody has gets the same pages and no code,
// and what an account has is shown to nobody before the code is right.
import type Koa from 'koa';
import { isTrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import type { RecoveryProof } from '../domain/proofing.ts';
import type { CodeAddress, CodePlace, SendResult } from '../flow/one-time-code.ts';
import { mayRecover } from '../flow/recover-account.ts';
import { sayPasswordFault } from '../web/password-words.ts';
import { recoverAccountPage, recoverCodePage, recoveredPage, recoverPasswordPage } from '../web/recover-pages.ts';
import { codeStepRoutes, sayUnsent } from './code-step.ts';
import { type Draft, openDraft } from './drafts.ts';
import { type RecoverDraft, type RecoverIdentityDeps, showIdentity, submitIdentity } from './recover-identity.ts';
import { typedAddress } from './typed-address.ts';
import type { Visitors } from './visitor.ts';

export type RecoverDeps = RecoverIdentityDeps & {
  readonly minPasswordLength: number;
  readonly findAccountAt: (to: CodeAddress) => Promise<Account | null>;
  readonly visitors: Visitors;
  /** Sets it, ends all sessions, records. */
  readonly setPassword: (of: {
    account: Account;
    password: string;
    way: RecoveryProof | null;
    to: CodeAddress;
  }) => Promise<PasswordFault | null>;
  /** A clerk at a counter allowed it to who has this phone. */
  readonly isAllowedAtCounter: (account: Account, phone: string) => Promise<boolean>;
};

const TEXTS = {
  account: { zh: '请填写手机号或邮箱', en: 'Enter a phone number or mail address' },
} satisfies Texts;

export function recoverRoutes(deps: RecoverDeps): readonly Route[] {
  const route = (method: 'GET' | 'POST', path: string, handle: (ctx: Koa.Context) => Promise<void>): Route => ({
    method,
    path,
    scope: 'public',
    handler: handle,
  });
  return [
    route('GET', '/recover', (ctx) => showAccount(deps, ctx)),
    route('POST', '/recover', (ctx) => submitAccount(deps, ctx)),
    ...codeStepRoutes(deps, {
      path: '/recover',
      place: placeOf,
      send: (ctx, draft) => send(deps, ctx, draft),
      page: recoverCodePage,
      again: (ctx, words) => showAccount(deps, ctx, [{ field: 'account', words }]),
      accepted: (ctx, draft, sub) => acceptCode(deps, ctx, draft, sub),
    }),
    route('GET', '/recover/identity', (ctx) => showIdentity(deps, ctx)),
    route('POST', '/recover/identity', (ctx) => submitIdentity(deps, ctx)),
    route('GET', '/recover/password', (ctx) => showPassword(deps, ctx)),
    route('POST', '/recover/password', (ctx) => submitPassword(deps, ctx)),
    route('GET', '/recover/done', (ctx) => showDone(deps, ctx)),
  ];
}

async function showAccount(
  deps: RecoverDeps,
  ctx: Koa.Context,
  faults: readonly Fault[] = [],
  typed = '',
): Promise<void> {
  const csrf = deps.csrf.token(ctx, 'recover');
  sendPage(ctx, recoverAccountPage(pageFrame(ctx), { csrf, faults, typed }), faults.length > 0 ? 422 : 200);
}

async function submitAccount(deps: RecoverDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 4096 });
  deps.csrf.check(ctx, form, 'recover');
  const { lang } = pageFrame(ctx);
  const typed = form['account'] ?? '';
  const refuse = (words: string): Promise<void> => showAccount(deps, ctx, [{ field: 'account', words }], typed);
  const to = typedAddress(typed);
  if (to === null) return refuse(sayIn(lang)(TEXTS.account));
  const unsent = sayUnsent(lang, await send(deps, ctx, await deps.drafts.begin(ctx, { to })));
  if (unsent !== null) return refuse(unsent);
  seeOther(ctx, '/recover/code');
}

async function send(deps: RecoverDeps, ctx: Koa.Context, draft: Draft<RecoverDraft>): Promise<SendResult> {
  const { to } = draft.values;
  const account = await deps.findAccountAt(to);
  const { address, device } = deps.visitors(ctx);
  return deps.sendCode({
    ...placeOf(draft),
    to,
    subject: account !== null && mayLogIn(account) ? account.sub : null,
    words: (code, minutes) =>
      `【信基】验证码 ${code}，用于找回账号，${minutes} 分钟内有效。任何人向您索要都是诈骗，请勿告知。`,
    deviceKey: device.key,
    address,
  });
}

async function showPassword(deps: RecoverDeps, ctx: Koa.Context, faults: readonly Fault[] = []): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  const account = draft?.values.sub === undefined ? null : await deps.findAccount(draft.values.sub);
  if (draft === null || account === null || !mayRecover(account, draft.values.way)) return seeOther(ctx, '/recover');
  const page = recoverPasswordPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    minLength: deps.minPasswordLength,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submitPassword(deps: RecoverDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: 4096 });
  const draft = await openDraft(deps, ctx, form, '/recover');
  if (draft === null) return;
  const { sub, to, way = null } = draft.values;
  const account = sub === undefined ? null : await deps.findAccount(sub);
  if (account === null || !mayRecover(account, draft.values.way)) return seeOther(ctx, '/recover');
  const password = form['password'] ?? '';
  try {
    const fault = password === '' ? MISSING : await deps.setPassword({ account, password, way, to });
    if (fault !== null)
      return showPassword(deps, ctx, [{ field: 'password', words: sayPasswordFault(pageFrame(ctx).lang, fault) }]);
  } catch (error) {
    if (!isTrustError(error, 'proof-missing')) throw error;
    // What the counter allowed is over: the account is recovered like any other.
    await deps.drafts.save(ctx, { to, sub: account.sub });
    return seeOther(ctx, '/recover/identity');
  }
  await deps.drafts.save(ctx, { to, isDone: true });
  seeOther(ctx, '/recover/done');
}

const MISSING = { kind: 'missing' } as const;

async function showDone(deps: RecoverDeps, ctx: Koa.Context): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (!draft?.values.isDone) return seeOther(ctx, '/recover');
  sendPage(ctx, recoveredPage(pageFrame(ctx)));
}

async function acceptCode(
  deps: RecoverDeps,
  ctx: Koa.Context,
  { values }: Draft<RecoverDraft>,
  sub: string,
): Promise<void> {
  const { to } = values;
  const account = await deps.findAccount(sub);
  const isAllowed = account !== null && 'phone' in to && (await deps.isAllowedAtCounter(account, to.phone));
  const way = isAllowed ? 'counter' : undefined;
  await deps.drafts.save(ctx, { to, sub, ...(way === undefined ? {} : { way }) });
  seeOther(ctx, account !== null && mayRecover(account, way) ? '/recover/password' : '/recover/identity');
}

function placeOf({ binding }: Draft<RecoverDraft>): CodePlace {
  return { purpose: 'recover', binding };
}
