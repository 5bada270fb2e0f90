// 系统管理: the list and one system. Reading only; what changes something is in client-edit.ts and client-acts.ts.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../../common/clock.ts';
import { beginOfChinaDate, chinaDate } from '../../../common/codes/calendar-date.ts';
import { TrustError } from '../../../common/errors.ts';
import type { Flash } from '../../../common/http/flash.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import { type Client, scopesToApprove } from '../../domain/client.ts';
import { thumbprintOf } from '../../domain/client-parts.ts';
import { listClientFigures } from '../../store/client-figures.ts';
import { listLiveSecrets } from '../../store/client-secrets.ts';
import { findClient, listClientPage } from '../../store/clients.ts';
import { listClientEvents } from '../../store/events.ts';
import { countOpenNotices } from '../../store/logout-notices.ts';
import { type ClientDone, type ClientEvent, clientPage } from '../../web/admin/client-page.ts';
import { type ClientRow, clientsPage } from '../../web/admin/clients-page.ts';
import type { KeptForms } from '../kept-forms.ts';
import type { OwnSessions } from '../own-session.ts';
import type { AdminGate } from './gate.ts';
import { textOf } from './typed.ts';

export type ClientPagesDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly gate: AdminGate;
  readonly own: OwnSessions;
  readonly keptForms: KeptForms;
  readonly requireHttps: boolean;
  /** The name of an account; what it is called by when there is none. */
  readonly nameOf: (sub: string) => Promise<string>;
};

const PATH = '/admin/clients';
const PAGE = 50;
const EVENTS = 50;
const NO_FIGURES = { entries: 0, logins: 0, refused: 0, lastRefusal: null, keyedAt: null };

export function clientReadRoutes(deps: ClientPagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => showList(deps, ctx) },
    { method: 'GET', path: `${PATH}/:id`, scope: 'public', handler: (ctx) => showClient(deps, ctx) },
  ];
}

async function showList(deps: ClientPagesDeps, ctx: Koa.Context): Promise<void> {
  const { db, clock, gate } = deps;
  const admin = await gate.require(ctx, 'clients');
  if (admin === null) return;
  const search = textOf(ctx.query['search']);
  const given = textOf(ctx.query['status']);
  const status = given === 'active' || given === 'suspended' ? given : null;
  const page = Math.max(1, Math.min(10_000, Number.parseInt(textOf(ctx.query['page']), 10) || 1));
  const found = await listClientPage(db, { search, status, limit: PAGE, offset: (page - 1) * PAGE });
  const ids = found.clients.map(({ clientId }) => clientId);
  const figures = await listClientFigures(db, ids, beginOfDay(clock()));
  const rows = found.clients.map((client): ClientRow => ({ client, ...(figures.get(client.clientId) ?? NO_FIGURES) }));
  sendPage(
    ctx,
    clientsPage(pageFrame(ctx), {
      view: gate.view(ctx, admin),
      rows,
      total: found.total,
      page,
      pages: Math.max(1, Math.ceil(found.total / PAGE)),
      search,
      status,
    }),
  );
}

async function showClient(deps: ClientPagesDeps, ctx: Koa.Context): Promise<void> {
  const { db, clock, gate, nameOf } = deps;
  const admin = await gate.require(ctx, 'clients');
  if (admin === null) return;
  const client = await getClient(db, ctx);
  const { clientId } = client;
  const figures = (await listClientFigures(db, [clientId], beginOfDay(clock()))).get(clientId) ?? NO_FIGURES;
  const events = await Promise.all(
    (await listClientEvents(db, clientId, EVENTS)).map(
      async ({ at, kind, detail = {} }): Promise<ClientEvent> => ({
        at,
        kind,
        who: await nameOf(String(detail['by'] ?? 'operator')),
        topic: detail['topic'] === undefined ? null : String(detail['topic']),
        reason: detail['reason'] === undefined ? null : String(detail['reason']),
      }),
    ),
  );
  sendPage(
    ctx,
    clientPage(pageFrame(ctx), {
      view: gate.view(ctx, admin),
      client,
      figures,
      untold: await countOpenNotices(db, clientId),
      secrets: await listLiveSecrets(db, clientId, clock()),
      keys: client.jwks.keys.map(thumbprintOf),
      approvals: approvalsOf(client),
      events,
      done: doneOf(gate.takeFlash(ctx, admin)),
    }),
  );
}

/** Throws not-found. */
export async function getClient(db: Knex, ctx: Koa.Context): Promise<Client> {
  const { id = '' } = ctx['params'] as { id?: string };
  const client = await findClient(db, id);
  if (client === null) throw new TrustError('not-found', 'There is no such client.');
  return client;
}

function approvalsOf(client: Client) {
  return scopesToApprove(client)
    .filter((scope) => client.scopes.includes(scope))
    .map((scope) => ({
      scope,
      approved: client.approvedScopes.includes(scope),
    }));
}

const CODES = ['changed', 'registered', 'resumed', 'approved', 'withdrawn', 'ended'] as const;

function doneOf(flash: Flash | null): ClientDone | null {
  if (flash?.code === 'suspended') return { code: 'suspended', sessions: Number(flash.values?.['sessions']) };
  if (flash?.code === 'retold') return { code: 'retold', notices: Number(flash.values?.['notices']) };
  const code = CODES.find((one) => one === flash?.code);
  return code === undefined ? null : { code };
}

/** When the day began, in China. */
const beginOfDay = (now: Date): Date => beginOfChinaDate(chinaDate(now));
