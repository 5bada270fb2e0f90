// Recovery, page by page: a code to the account's phone or mailbox; for a proven account name, number and one thing more
// besides; then a new password, and everybody else is logged out. An address that nobody has gets the same pages and no code,
// and what an account has is shown to nobody before the code is right.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { readUploadForm } from '../../common/http/upload.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type Account, CITIZEN_NUMBER, mayLogIn } from '../domain/account.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import type { RecoveryWay } from '../domain/proofing.ts';
import type { CodeAddress, CodePlace, SendResult } from '../flow/one-time-code.ts';
import { isRecoveredByCode, type RecoveryResult, type ShownForRecovery } from '../flow/recover-account.ts';
import type { TypedIdentity } from '../web/identity-fields.ts';
import { sayPasswordFault } from '../web/password-words.ts';
import {
  type RecoverTrouble,
  recoverAccountPage,
  recoverCodePage,
  recoveredPage,
  recoverIdentityPage,
  recoverPasswordPage,
} from '../web/recover-pages.ts';
import { type CodeStepDeps, codeStepRoutes, sayUnsent } from './code-step.ts';
import { type Draft, openDraft } from './drafts.ts';
import { typedAddress } from './typed-address.ts';
import { judgeIdentity, typedIdentity } from './typed-identity.ts';
import type { Visitors } from './visitor.ts';

export type RecoverDraft = {
  readonly to: CodeAddress;
  /** `sub` of the account, from the right code on. */
  readonly sub?: string;
  /** What proved a proven account besides the code. */
  readonly way?: RecoveryWay;
  readonly isDone?: boolean;
};

export type RecoverDeps = CodeStepDeps<RecoverDraft> & {
  readonly clock: Clock;
  readonly visitors: Visitors;
  readonly minPasswordLength: number;
  readonly findAccountAt: (to: CodeAddress) => Promise<Account | null>;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listWays: (account: Account) => Promise<readonly RecoveryWay[]>;
  readonly prove: (account: Account, shown: ShownForRecovery) => Promise<RecoveryResult>;
  /** Sets it, ends all sessions, records. */
  readonly setPassword: (of: {
    sub: string;
    password: string;
    way: RecoveryWay | null;
  }) => Promise<PasswordFault | null>;
};

const MAX_PICTURE_BYTES = 4 * 1024 * 1024;

const TEXTS = {
  account: { zh: '请填写手机号或邮箱', en: 'Enter a phone number or mail address' },
  secondCode: { zh: '请填写动态口令或恢复码', en: 'Enter an authenticator or recovery code' },
  secondEither: {
    zh: '请填写此码，或选择一张正面照片',
    en: 'Enter this code, or choose a picture of your face',
  },
  picture: { zh: '请选择一张正面照片', en: 'Choose a picture of your face' },
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

async function showIdentity(
  deps: RecoverDeps,
  ctx: Koa.Context,
  {
    faults = [],
    trouble = null,
    typed,
  }: { faults?: readonly Fault[]; trouble?: RecoverTrouble | null; typed?: TypedIdentity } = {},
): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  if (draft?.values.sub === undefined) return seeOther(ctx, '/recover');
  const account = await deps.findAccount(draft.values.sub);
  if (account === null || !mayLogIn(account)) return seeOther(ctx, '/recover');
  if (isEnough(account, draft.values)) return seeOther(ctx, '/recover/password');
  const page = recoverIdentityPage(pageFrame(ctx), {
    csrf: deps.csrf.token(ctx, draft.binding),
    faults,
    trouble,
    ways: await deps.listWays(account),
    typed: typed ?? { name: '', codeType: CITIZEN_NUMBER, code: '' },
  });
  sendPage(ctx, page, trouble?.kind === 'paused' ? 429 : faults.length > 0 || trouble !== null ? 422 : 200);
}

async function submitIdentity(deps: RecoverDeps, ctx: Koa.Context): Promise<void> {
  const { texts, files } = await readUploadForm(ctx, MAX_PICTURE_BYTES);
  const draft = await openDraft(deps, ctx, texts, '/recover');
  if (draft === null) return;
  const account = draft.values.sub === undefined ? null : await deps.findAccount(draft.values.sub);
  if (account === null || !mayLogIn(account)) return seeOther(ctx, '/recover');
  const { lang } = pageFrame(ctx);
  const typed = typedIdentity(texts);
  const judged = judgeIdentity(typed, deps.clock(), lang);
  const second = secondOf(texts, files['picture']?.bytes, await deps.listWays(account));
  const faults = [
    ...('faults' in judged ? judged.faults : []),
    ...('missing' in second ? [{ field: second.field, words: sayIn(lang)(TEXTS[second.missing]) }] : []),
  ];
  if ('faults' in judged || 'missing' in second) return showIdentity(deps, ctx, { faults, typed });
  const result = await deps.prove(account, { identity: judged.identity, ...second });
  if (result.outcome === 'paused')
    return showIdentity(deps, ctx, { trouble: { kind: 'paused', until: result.until }, typed });
  if (result.outcome !== 'proven') return showIdentity(deps, ctx, { trouble: { kind: result.outcome }, typed });
  await deps.drafts.save(ctx, { to: draft.values.to, sub: account.sub, way: result.way });
  seeOther(ctx, '/recover/password');
}

type Second =
  | { readonly code: string }
  | { readonly picture: Uint8Array }
  | { readonly missing: 'secondCode' | 'secondEither' | 'picture'; readonly field: string };

/** What was given besides name and number, of what this account has; a code goes before a picture. */
function secondOf(
  texts: Readonly<Record<string, string>>,
  picture: Uint8Array | undefined,
  ways: readonly RecoveryWay[],
): Second {
  const byCode = ways.some((way) => way !== 'face');
  const byFace = ways.includes('face');
  const code = (texts['second'] ?? '').trim();
  if (byCode && code !== '') return { code };
  if (byFace && picture !== undefined) return { picture };
  if (!byCode) return { missing: 'picture', field: 'picture' };
  return { missing: byFace ? 'secondEither' : 'secondCode', field: 'second' };
}

async function showPassword(deps: RecoverDeps, ctx: Koa.Context, faults: readonly Fault[] = []): Promise<void> {
  const draft = await deps.drafts.find(ctx);
  const account = draft?.values.sub === undefined ? null : await deps.findAccount(draft.values.sub);
  if (draft === null || account === null || !isEnough(account, draft.values)) return seeOther(ctx, '/recover');
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
  if (account === null || !isEnough(account, draft.values)) return seeOther(ctx, '/recover');
  const password = form['password'] ?? '';
  const fault =
    password === '' ? { kind: 'missing' as const } : await deps.setPassword({ sub: account.sub, password, way });
  if (fault !== null)
    return showPassword(deps, ctx, [{ field: 'password', words: sayPasswordFault(pageFrame(ctx).lang, fault) }]);
  await deps.drafts.save(ctx, { to, isDone: true });
  seeOther(ctx, '/recover/done');
}

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
  await deps.drafts.save(ctx, { to: values.to, sub });
  const account = await deps.findAccount(sub);
  seeOther(ctx, account !== null && isEnough(account, {}) ? '/recover/password' : '/recover/identity');
}

/** Judged at every page by what the account is then: one that was proven meanwhile is not recovered by a code alone. */
function isEnough(account: Account, { way }: Pick<RecoverDraft, 'way'>): boolean {
  return mayLogIn(account) && (way !== undefined || isRecoveredByCode(account));
}

function placeOf({ binding }: Draft<RecoverDraft>): CodePlace {
  return { purpose: 'recover', binding };
}
