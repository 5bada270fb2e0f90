// 更换手机号, 更换邮箱: two POSTs on one address each, the number or mail address and then the code that reached it. Both are
// ways to log in, so a session that may change those is needed: whoever has the password alone binds no phone of his own.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { AccountDocument } from '../domain/account.ts';
import { maskMail, maskPhone } from '../domain/message.ts';
import type { AddressKind } from '../flow/change-address.ts';
import type { CodeAddress, CodePlace } from '../flow/one-time-code.ts';
import { ADDRESS_PATHS, type AddressPage, addressPage, isAddressMessage } from '../web/address-page.ts';
import { type Codes, sayUnsent, sayWrongCode } from './code-step.ts';
import type { FactorGate } from './factor-gate.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';
import { typedMail, typedPhone } from './typed-address.ts';
import type { Visitors } from './visitor.ts';

export type AddressDeps = Codes & {
  readonly own: OwnSessions;
  readonly gate: FactorGate;
  readonly visitors: Visitors;
  /** What this house can send a code to. */
  readonly addressKinds: readonly AddressKind[];
  readonly findDocument: (sub: string) => Promise<AccountDocument | null>;
  readonly change: (of: { sub: string; to: CodeAddress }) => Promise<'bound' | 'proof-needed'>;
  readonly removeMail: (sub: string) => Promise<boolean>;
};

const TEXTS = {
  phone: { zh: '请填写 11 位手机号', en: 'Enter a phone number of 11 digits' },
  mail: { zh: '请填写电子邮箱，例如 name@example.cn', en: 'Enter a mail address, such as name@example.cn' },
} satisfies Texts;

const WORDS: Readonly<Record<AddressKind, string>> = { phone: '手机号', mail: '电子邮箱' };

export function addressRoutes(deps: AddressDeps): readonly Route[] {
  return deps.addressKinds.flatMap((kind): readonly Route[] => [
    { method: 'GET', path: ADDRESS_PATHS[kind], scope: 'public', handler: (ctx) => open(deps, ctx, kind) },
    { method: 'POST', path: ADDRESS_PATHS[kind], scope: 'public', handler: (ctx) => submit(deps, ctx, kind) },
  ]);
}

async function open(deps: AddressDeps, ctx: Koa.Context, kind: AddressKind): Promise<void> {
  const session = await deps.gate.requireSession(ctx);
  if (session === null) return;
  const code = deps.own.takeFlash(ctx, session)?.code;
  const message = isAddressMessage(code) ? code : null;
  await show(deps, ctx, session, {
    kind,
    message,
    typed: (await deps.own.takeKept(ctx, session))[kind] ?? '',
    sent: message === null ? await deps.findSentCode(placeOf(session, kind)) : null,
  });
}

async function show(
  { own, findDocument }: AddressDeps,
  ctx: Koa.Context,
  session: OwnSession,
  part: Pick<AddressPage, 'kind'> & Partial<Pick<AddressPage, 'message' | 'sent' | 'typed' | 'faults'>>,
): Promise<void> {
  const { phone, mail } = (await findDocument(session.account.sub)) ?? {};
  const current = {
    phone: phone === undefined ? null : maskPhone(phone),
    mail: mail === undefined ? null : maskMail(mail),
  };
  const page = addressPage(pageFrame(ctx, ADDRESS_PATHS[part.kind]), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    current: current[part.kind],
    isRemovable: part.kind === 'mail' && mail !== undefined && phone !== undefined,
    typed: '',
    faults: [],
    sent: null,
    message: null,
    ...part,
  });
  sendPage(ctx, page, part.faults && part.faults.length > 0 ? 422 : 200);
}

async function submit(deps: AddressDeps, ctx: Koa.Context, kind: AddressKind): Promise<void> {
  const path = ADDRESS_PATHS[kind];
  const accepted = await deps.gate.requireForm(ctx, path, [kind]);
  if (accepted === null) return;
  const { session, form } = accepted;
  const leave = (code?: string): void =>
    deps.own.leaveFor(ctx, session, path, ...(code === undefined ? [] : [{ code }]));
  if (form['step'] === 'check') return submitCode(deps, ctx, session, { kind, code: form['code'] ?? '' });
  if (form['step'] === 'other') {
    await deps.dropCode(placeOf(session, kind));
    return leave();
  }
  if (form['step'] === 'remove' && kind === 'mail')
    return leave((await deps.removeMail(session.account.sub)) ? 'removed' : undefined);
  if (await sendTo(deps, ctx, session, { kind, typed: form[kind] ?? '', isAgain: form['step'] === 'send' })) leave();
}

/** False: the page with what was wrong is on its way. */
async function sendTo(
  deps: AddressDeps,
  ctx: Koa.Context,
  session: OwnSession,
  { kind, typed, isAgain }: { readonly kind: AddressKind; readonly typed: string; readonly isAgain: boolean },
): Promise<boolean> {
  const { lang } = pageFrame(ctx);
  const under = isAgain ? await deps.findSentCode(placeOf(session, kind)) : null;
  const to = under?.to ?? (kind === 'phone' ? typedPhone(typed) : typedMail(typed));
  const refuse = async (words: string): Promise<false> => {
    const faults: readonly Fault[] = [{ field: under === null ? kind : 'code', words }];
    await show(deps, ctx, session, { kind, faults, typed, sent: under });
    return false;
  };
  if (to === null) return refuse(sayIn(lang)(TEXTS[kind]));
  const { address, device } = deps.visitors(ctx);
  const result = await deps.sendCode({
    ...placeOf(session, kind),
    to,
    subject: session.account.sub,
    words: (code, minutes) => `【信基】验证码 ${code}，用于绑定${WORDS[kind]}，${minutes} 分钟内有效，请勿告知他人。`,
    deviceKey: device.key,
    address,
  });
  const unsent = sayUnsent(lang, result);
  return unsent === null ? true : refuse(unsent);
}

async function submitCode(
  deps: AddressDeps,
  ctx: Koa.Context,
  session: OwnSession,
  { kind, code }: { readonly kind: AddressKind; readonly code: string },
): Promise<void> {
  const result = await deps.checkCode({ ...placeOf(session, kind), code });
  if (result.outcome !== 'right' || result.subject !== session.account.sub || !(kind in result.to)) {
    const sent = await deps.findSentCode(placeOf(session, kind));
    const isUnderWay = sent !== null && result.outcome === 'wrong';
    const faults: readonly Fault[] = [{ field: isUnderWay ? 'code' : kind, words: sayWrongCode(pageFrame(ctx).lang) }];
    return show(deps, ctx, session, { kind, faults, sent: isUnderWay ? sent : null });
  }
  const outcome = await deps.change({ sub: session.account.sub, to: result.to });
  deps.own.leaveFor(ctx, session, ADDRESS_PATHS[kind], { code: outcome });
}

function placeOf({ sessionUid }: OwnSession, kind: AddressKind): CodePlace {
  return { purpose: kind, binding: sessionUid };
}
