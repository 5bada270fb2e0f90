// 注销账号: asked for here, taken back here while the days last.
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { type CloseDeps, closeAccount, keepAccount } from '../flow/close-account.ts';
import { closePage } from '../web/close-page.ts';
import type { OwnSessions } from './own-session.ts';

const PATH = '/account/close';

export function closeRoutes(deps: CloseDeps & { readonly own: OwnSessions }): readonly Route[] {
  const { own } = deps;
  return [
    {
      method: 'GET',
      path: PATH,
      scope: 'public',
      handler: async (ctx) => {
        const session = await own.requireSession(ctx);
        if (session === null) return;
        const { account } = session;
        const formFields = own.formFields(ctx, session);
        const page = { viewer: account, formFields, days: deps.closingDays, closesAt: account.closesAt };
        sendPage(ctx, closePage(pageFrame(ctx), page));
      },
    },
    {
      method: 'POST',
      path: PATH,
      scope: 'public',
      handler: async (ctx) => {
        const accepted = await own.requireForm(ctx);
        if (accepted === null) return;
        const { session, form } = accepted;
        const { sub, status } = session.account;
        if (form['decision'] === 'close' && status === 'active')
          await closeAccount(deps, { sub, sessionUid: session.sessionUid });
        if (form['decision'] === 'keep' && status === 'closing') await keepAccount(deps, sub);
        own.leaveFor(ctx, session, PATH);
      },
    },
  ];
}
