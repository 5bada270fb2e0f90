// The room's first page: who is logged in in this browser, and the systems one login opens.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Account } from '../domain/account.ts';
import type { Client } from '../domain/client.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { homePage } from '../web/home-page.ts';

export type HomeDeps = {
  readonly provider: CurrentProvider;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listClients: () => Promise<readonly Client[]>;
};

export function makeHomeHandler({ provider, findAccount, listClients }: HomeDeps): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const current = provider();
    const session = await current.Session.get(current.createContext(ctx.req, ctx.res) as unknown as Koa.Context);
    const account = session.accountId === undefined ? null : await findAccount(session.accountId);
    const clients = await listClients();
    const page = homePage(pageFrame(ctx), {
      name: account?.name ?? null,
      systems: clients.map(({ name, redirectUris }) => ({ name, url: `${new URL(redirectUris[0]!).origin}/` })),
      logoutHref: account === null ? null : '/oidc/session/end',
    });
    sendPage(ctx, page);
  };
}
