// The room's first page: who is logged in in this browser, and the systems one login opens.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Client } from '../domain/client.ts';
import { homePage } from '../web/home-page.ts';
import type { OwnSessions } from './own-session.ts';

export type HomeDeps = {
  readonly own: OwnSessions;
  readonly listClients: () => Promise<readonly Client[]>;
};

export function makeHomeHandler({ own, listClients }: HomeDeps): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const session = await own.findSession(ctx);
    const clients = await listClients();
    const page = homePage(pageFrame(ctx), {
      viewer: session?.account ?? null,
      systems: clients.map(({ name, redirectUris }) => ({ name, url: `${new URL(redirectUris[0]!).origin}/` })),
    });
    sendPage(ctx, page);
  };
}
