// 登录记录 of the person who is logged in; what others did with his account is in it too.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import type { Authentication } from '../store/authentications.ts';
import { type HistoryEntry, historyPage } from '../web/history-page.ts';
import type { OwnSessions } from './own-session.ts';

export type HistoryDeps = {
  readonly own: OwnSessions;
  readonly countAuthentications: (accountId: number) => Promise<number>;
  readonly listAuthentications: (
    accountId: number,
    part: { readonly limit: number; readonly offset: number },
  ) => Promise<readonly Authentication[]>;
  /** Name of a system by client id, also of one that is suspended. */
  readonly nameOf: (clientId: string) => Promise<string | null>;
};

const PAGE_SIZE = 20;

export function historyRoutes(deps: HistoryDeps): readonly Route[] {
  return [{ method: 'GET', path: '/account/history', scope: 'public', handler: (ctx) => show(deps, ctx) }];
}

async function show(deps: HistoryDeps, ctx: Koa.Context): Promise<void> {
  const session = await deps.own.requireSession(ctx);
  if (session === null) return;
  const pages = Math.max(1, Math.ceil((await deps.countAuthentications(session.account.id)) / PAGE_SIZE));
  const page = Math.min(pages, readPage(ctx));
  const part = { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
  const rows = await deps.listAuthentications(session.account.id, part);
  const entries = await Promise.all(
    rows.map(async (row): Promise<HistoryEntry> => {
      return {
        at: row.at,
        system: row.clientId === null || row.clientId === OWN_CLIENT_ID ? null : await deps.nameOf(row.clientId),
        method: row.proof.method,
        stepUp: !row.begins,
        level: row.level,
        place: row.address,
        device: row.device,
        here: row.sessionUid === session.sessionUid,
      };
    }),
  );
  sendPage(ctx, historyPage(pageFrame(ctx), { viewer: session.account, entries, page, pages }));
}

/** A page number from the query; anything else is the first page. */
export function readPage(ctx: Koa.Context): number {
  const text = String(ctx.query['page'] ?? '');
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1;
}
