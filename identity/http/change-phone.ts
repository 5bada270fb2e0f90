// 更换手机号: two POSTs on one address, the number and then the code.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { AccountDocument } from '../domain/account.ts';
import { maskPhone } from '../domain/message.ts';
import type { CodePlace } from '../flow/one-time-code.ts';
import { type PhonePage, phonePage } from '../web/phone-page.ts';
import { type Codes, sayUnsent, sayWrongCode } from './code-step.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';
import { typedPhone } from './typed-address.ts';
import type { Visitors } from './visitor.ts';

export type PhoneDeps = Codes & {
  readonly own: OwnSessions;
  readonly visitors: Visitors;
  readonly findDocument: (sub: string) => Promise<AccountDocument | null>;
  readonly change: (of: { sub: string; phone: string }) => Promise<'bound' | 'proof-needed'>;
};

const PATH = '/account/phone';

const TEXTS = {
  phone: { zh: '请填写 11 位手机号', en: 'Enter a phone number of 11 digits' },
} satisfies Texts;

export function phoneRoutes(deps: PhoneDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => open(deps, ctx) },
    { method: 'POST', path: PATH, scope: 'public', handler: (ctx) => submit(deps, ctx) },
  ];
}

async function open(deps: PhoneDeps, ctx: Koa.Context): Promise<void> {
  const session = await deps.own.requireSession(ctx);
  if (session === null) return;
  const code = deps.own.takeFlash(ctx, session)?.code;
  const message = code === 'bound' || code === 'proof-needed' ? code : null;
  await show(deps, ctx, session, {
    message,
    sent: message === null ? await deps.findSentCode(placeOf(session)) : null,
  });
}

async function show(
  { own, findDocument }: PhoneDeps,
  ctx: Koa.Context,
  session: OwnSession,
  part: Partial<Pick<PhonePage, 'message' | 'sent' | 'typed' | 'faults'>>,
): Promise<void> {
  const phone = (await findDocument(session.account.sub))?.phone;
  const page = phonePage(pageFrame(ctx, PATH), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    current: phone === undefined ? null : maskPhone(phone),
    typed: '',
    faults: [],
    sent: null,
    message: null,
    ...part,
  });
  sendPage(ctx, page, part.faults && part.faults.length > 0 ? 422 : 200);
}

async function submit(deps: PhoneDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireForm(ctx, { keep: ['phone'] });
  if (accepted === null) return;
  const { session, form } = accepted;
  if (form['step'] === 'check') return submitCode(deps, ctx, session, form['code'] ?? '');
  const { lang } = pageFrame(ctx);
  const under = await deps.findSentCode(placeOf(session));
  const typed = form['phone'] ?? '';
  const to = form['step'] === 'send' && under !== null ? under.to : typedPhone(typed);
  const field = form['step'] === 'send' && under !== null ? 'code' : 'phone';
  const refuse = (words: string): Promise<void> => {
    const faults: readonly Fault[] = [{ field, words }];
    return show(deps, ctx, session, { faults, typed, sent: field === 'code' ? under : null });
  };
  if (to === null) return refuse(sayIn(lang)(TEXTS.phone));
  const { address, device } = deps.visitors(ctx);
  const result = await deps.sendCode({
    ...placeOf(session),
    to,
    subject: session.account.sub,
    words: (code, minutes) => `【信基】验证码 ${code}，用于绑定手机号，${minutes} 分钟内有效，请勿告知他人。`,
    deviceKey: device.key,
    address,
  });
  const unsent = sayUnsent(lang, result);
  if (unsent !== null) return refuse(unsent);
  deps.own.leaveFor(ctx, session, PATH);
}

async function submitCode(deps: PhoneDeps, ctx: Koa.Context, session: OwnSession, code: string): Promise<void> {
  const result = await deps.checkCode({ ...placeOf(session), code });
  if (result.outcome !== 'right' || result.subject !== session.account.sub || !('phone' in result.to)) {
    const sent = await deps.findSentCode(placeOf(session));
    const isUnderWay = sent !== null && result.outcome === 'wrong';
    const faults: readonly Fault[] = [
      { field: isUnderWay ? 'code' : 'phone', words: sayWrongCode(pageFrame(ctx).lang) },
    ];
    return show(deps, ctx, session, { faults, sent: isUnderWay ? sent : null });
  }
  const outcome = await deps.change({ sub: session.account.sub, phone: result.to.phone });
  deps.own.leaveFor(ctx, session, PATH, { code: outcome });
}

function placeOf({ sessionUid }: OwnSession): CodePlace {
  return { purpose: 'phone', binding: sessionUid };
}
