// 登录记录 of the person who is logged in; what others did with his account is in it too.

import type { Knex } from 'knex';
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { PlaceOf } from '../../common/places.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import { countAuthentications, listAuthentications } from '../store/authentications.ts';
import { findClient } from '../store/clients.ts';
import { type HistoryEntry, historyPage } from '../web/history-page.ts';
import type { OwnSessions } from './own-session.ts';

export type HistoryDeps = { readonly own: OwnSessions; readonly db: Knex; readonly placeOf: PlaceOf };

const PAGE_SIZE = 20;

export function historyRoutes(deps: HistoryDeps): readonly Route[] {
  return [{ method: 'GET', path: '/account/history', scope: 'public', handler: (ctx) => show(deps, ctx) }];
}

async function show({ own, db, placeOf }: HistoryDeps, ctx: Koa.Context): Promise<void> {
  const session = await own.requireSession(ctx);
  if (session === null) return;
  const pages = Math.max(1, Math.ceil((await countAuthentications(db, session.account.id)) / PAGE_SIZE));
  const page = Math.min(pages, readPage(ctx));
  const part = { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE };
  const rows = await listAuthentications(db, session.account.id, part);
  const entries = await Promise.all(
    rows.map(async (row): Promise<HistoryEntry> => {
      return {
        at: row.at,
        system: await nameOf(db, row.clientId),
        method: row.proof.method,
        stepUp: !row.begins,
        level: row.level,
        place: row.address === null ? null : placeOf(row.address),
        device: row.device,
        here: row.sessionUid === session.sessionUid,
      };
    }),
  );
  sendPage(ctx, historyPage(pageFrame(ctx), { viewer: session.account, entries, page, pages }));
}

/** Name of a system, also of one that is suspended; null for our own pages. */
async function nameOf(db: Knex, clientId: string | null): Promise<string | null> {
  if (clientId === null || clientId === OWN_CLIENT_ID) return null;
  return (await findClient(db, clientId))?.name ?? clientId;
}

/** A page number from the query; anything else is the first page. */
export function readPage(ctx: Koa.Context): number {
  const text = String(ctx.query['page'] ?? '');
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1;
}
