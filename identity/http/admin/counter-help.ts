// 窗口核验, after the document was confirmed: the phone that the person holds is bound by a code, and a new password allowed to
// whoever has it. Only the clerk who saw the document may, for minutes.
import type Koa from 'koa';
import { isTrustError } from '../../../common/errors.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import type { Fault } from '../../../common/web/parts.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import { makeLoginKey } from '../../domain/document-box.ts';
import { maskPhone } from '../../domain/message.ts';
import {
  allowNewPassword,
  bindPhoneAtCounter,
  type CounterHelpDeps,
  findOwnVisit,
} from '../../flow/help-at-counter.ts';
import type { CodePlace } from '../../flow/one-time-code.ts';
import { findAccountByPhone, findDocument } from '../../store/accounts.ts';
import { counterHelpPage, type HelpDone, isHelpDone } from '../../web/admin/counter-help-page.ts';
import { type Codes, sayUnsent, sayWrongCode } from '../code-step.ts';
import type { Typed } from '../kept-forms.ts';
import { typedPhone } from '../typed-address.ts';
import type { Admin } from './gate.ts';
import { type LookUpDeps, openAccount, openedHref } from './look-up.ts';
import { reasonFaults } from './typed.ts';

export type CounterHelpPagesDeps = LookUpDeps & CounterHelpDeps & Codes;

const PATH = '/admin/counter';
const ACTS = ['help', 'phone', 'permit'] as const;
type Act = (typeof ACTS)[number];

const TEXTS = {
  phone: { zh: '请填写 11 位手机号', en: 'Enter a phone number of 11 digits' },
  own: {
    zh: '这是您自己账号绑定的号码，须填写办事人的号码',
    en: "This is the number of your own account; enter the person's",
  },
} satisfies Texts;

export function counterHelpRoutes(deps: CounterHelpPagesDeps): readonly Route[] {
  const route = (method: 'GET' | 'POST', act: Act, handle: Handle): Route => ({
    method,
    path: `${PATH}/:sub/${act}`,
    scope: 'public',
    handler: (ctx) => opened(deps, ctx, handle),
  });
  return [route('GET', 'help', show), route('POST', 'phone', submitPhone), route('POST', 'permit', submitPermit)];
}

/** Where the clerk goes on once the document is confirmed. */
export function helpHref(deps: LookUpDeps, admin: Admin, sub: string): string {
  return openedHref(deps, admin, { path: PATH, sub, act: 'help' });
}

type Helping = { readonly admin: Admin; readonly account: Account; readonly form: Typed };
type Handle = (deps: CounterHelpPagesDeps, ctx: Koa.Context, of: Helping) => Promise<void>;

async function opened(deps: CounterHelpPagesDeps, ctx: Koa.Context, handle: Handle): Promise<void> {
  const { gate } = deps;
  const isForm = ctx.method === 'POST';
  const accepted = isForm ? await gate.requireForm(ctx, 'counter', PATH) : null;
  const admin = isForm ? (accepted?.admin ?? null) : await gate.require(ctx, 'counter');
  if (admin === null) return;
  const account = await openAccount(deps, ctx, admin, PATH);
  if (account !== null) await handle(deps, ctx, { admin, account, form: accepted?.form ?? {} });
}

async function show(deps: CounterHelpPagesDeps, ctx: Koa.Context, of: Helping): Promise<void> {
  const code = deps.gate.takeFlash(ctx, of.admin)?.code;
  await send(deps, ctx, of, { done: isHelpDone(code) ? code : null });
}

async function send(
  deps: CounterHelpPagesDeps,
  ctx: Koa.Context,
  { admin, account, form }: Helping,
  { faults = [], done = null }: { readonly faults?: readonly Fault[]; readonly done?: HelpDone | null },
): Promise<void> {
  const phone = (await findDocument(deps.db, deps.keys, account.sub))?.phone;
  const hrefOf = (act: Act): string => openedHref(deps, admin, { path: PATH, sub: account.sub, act });
  const page = counterHelpPage(pageFrame(ctx, hrefOf('help')), {
    view: deps.gate.view(ctx, admin),
    phone: phone === undefined ? null : maskPhone(phone),
    visit: await findOwnVisit(deps, { account, clerk: clerkOf(admin) }),
    sent: await deps.findSentCode(placeOf(admin, account)),
    isFrozen: account.status === 'frozen',
    recoverUrl: deps.recoverUrl,
    documentHref: openedHref(deps, admin, { path: PATH, sub: account.sub }),
    hrefOf,
    typed: form,
    faults,
    done,
  });
  sendPage(ctx, page, faults.length > 0 ? 422 : 200);
}

async function submitPhone(deps: CounterHelpPagesDeps, ctx: Koa.Context, of: Helping): Promise<void> {
  const { admin, account, form } = of;
  const leave = (code?: string): void =>
    deps.gate.leaveFor(ctx, admin, helpHref(deps, admin, account.sub), ...(code === undefined ? [] : [{ code }]));
  if ((await findOwnVisit(deps, { account, clerk: clerkOf(admin) })) === null) return leave('over');
  if (form['step'] === 'check') return submitCode(deps, ctx, of, leave);
  if (form['step'] === 'other') {
    await deps.dropCode(placeOf(admin, account));
    return leave();
  }
  const { lang } = pageFrame(ctx);
  const under = form['step'] === 'send' ? await deps.findSentCode(placeOf(admin, account)) : null;
  const to = under?.to ?? typedPhone(form['phone'] ?? '');
  const refuse = (words: string): Promise<void> =>
    send(deps, ctx, of, { faults: [{ field: under === null ? 'phone' : 'code', words }] });
  if (to === null || !('phone' in to)) return refuse(sayIn(lang)(TEXTS.phone));
  if ((await findAccountByPhone(deps.db, deps.keys, to.phone))?.sub === clerkOf(admin))
    return refuse(sayIn(lang)(TEXTS.own));
  const result = await deps.sendCode({
    ...placeOf(admin, account),
    to,
    subject: account.sub,
    words: (code, minutes) =>
      `【信基】验证码 ${code}，用于在办事窗口把本机号码绑定到您的账号，${minutes} 分钟内有效。仅限当面告知窗口人员，其他人索要都是诈骗。`,
    // A clerk helps many people an hour: counted by account and by the hall's network, not by his browser.
    deviceKey: makeLoginKey(deps.keys, `counter:${account.sub}`),
    address: ctx.ip,
  });
  const unsent = sayUnsent(lang, result);
  return unsent === null ? leave() : refuse(unsent);
}

async function submitCode(
  deps: CounterHelpPagesDeps,
  ctx: Koa.Context,
  of: Helping,
  leave: (code: string) => void,
): Promise<void> {
  const { admin, account, form } = of;
  const { lang } = pageFrame(ctx);
  const faults = reasonFaults(lang, form);
  if (faults.length > 0) return send(deps, ctx, of, { faults });
  const result = await deps.checkCode({ ...placeOf(admin, account), code: form['code'] ?? '' });
  if (result.outcome !== 'right' || result.subject !== account.sub || !('phone' in result.to)) {
    const field = result.outcome === 'wrong' ? 'code' : 'phone';
    return send(deps, ctx, of, { faults: [{ field, words: sayWrongCode(lang) }] });
  }
  const order = { account, clerk: clerkOf(admin), phone: result.to.phone, reason: form['reason'] ?? '' };
  leave((await isInTime(bindPhoneAtCounter(deps, order))) ? 'phone' : 'over');
}

async function submitPermit(deps: CounterHelpPagesDeps, ctx: Koa.Context, of: Helping): Promise<void> {
  const { admin, account, form } = of;
  const faults = reasonFaults(pageFrame(ctx).lang, form);
  if (faults.length > 0) return send(deps, ctx, of, { faults });
  const order = { account, clerk: clerkOf(admin), reason: form['reason'] ?? '' };
  const code = (await isInTime(allowNewPassword(deps, order))) ? 'permit' : 'over';
  deps.gate.leaveFor(ctx, admin, helpHref(deps, admin, account.sub), { code });
}

/** False: the visit was over, and nothing changed. */
async function isInTime(act: Promise<void>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (isTrustError(error, 'proof-missing')) return false;
    throw error;
  }
}

function clerkOf({ session }: Admin): string {
  return session.account.sub;
}

function placeOf({ session }: Admin, { sub }: Account): CodePlace {
  return { purpose: 'counter-phone', binding: `${session.sessionUid} ${sub}` };
}
