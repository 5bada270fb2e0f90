// 账号资料: what the room knows of the person, codes masked. To see them whole is an act of its own and is written down.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { AccountDocument } from '../domain/account.ts';
import { maskCode } from '../domain/mask.ts';
import { maskMail, maskPhone } from '../domain/message.ts';
import type { AddressKind } from '../flow/change-address.ts';
import type { IdentityEvent } from '../store/events.ts';
import { profilePage } from '../web/profile-page.ts';
import type { OwnSessions } from './own-session.ts';

export type ProfileDeps = {
  readonly own: OwnSessions;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
  /** What can be changed by a code. */
  readonly addressKinds: readonly AddressKind[];
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

const PATH = '/account';

export function profileRoutes(deps: ProfileDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: '/account/show', scope: 'public', handler: (ctx) => uncover(deps, ctx) },
  ];
}

async function show({ own, readDocument, addressKinds }: ProfileDeps, ctx: Koa.Context): Promise<void> {
  const session = await own.requireSession(ctx);
  if (session === null) return;
  const uncovered = own.takeFlash(ctx, session)?.code === 'uncovered';
  const { holder, phone, mail } = await readDocument(session.account.sub);
  const page = profilePage(pageFrame(ctx), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    level: session.account.level,
    sessionLevel: session.level,
    loginName: session.account.loginName,
    name: session.account.name,
    holderCode: holder === undefined ? null : uncovered ? holder.code : maskCode(holder.code),
    phone: phone === undefined ? null : uncovered ? phone : maskPhone(phone),
    mail: mail === undefined ? null : uncovered ? mail : maskMail(mail),
    addressKinds,
    uncovered,
  });
  sendPage(ctx, page);
}

async function uncover({ own, record }: ProfileDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await own.requireForm(ctx, { back: PATH });
  if (accepted === null) return;
  const { session } = accepted;
  await record({ kind: 'account.codes-shown', sub: session.account.sub, requestId: requestIdOf(ctx) });
  own.leaveFor(ctx, session, PATH, { code: 'uncovered' });
}
