// The administrators' pages, put together: each file has its own rows.
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import type { Route } from '../../../common/http/routes.ts';
import { adminHomePage } from '../../web/admin/home-page.ts';
import { accountAdminRoutes } from './accounts.ts';
import { type AuditPagesDeps, auditRoutes } from './audit.ts';
import { clientActRoutes } from './client-acts.ts';
import { clientEditRoutes } from './client-edit.ts';
import { type ClientPagesDeps, clientReadRoutes } from './clients.ts';
import { type CounterPagesDeps, counterRoutes } from './counter.ts';
import { type AdminGateDeps, makeAdminGate } from './gate.ts';
import { roleRoutes } from './roles.ts';

export type AdminDeps = Omit<ClientPagesDeps & AuditPagesDeps & CounterPagesDeps, 'gate'> & AdminGateDeps;

export function adminRoutes(given: AdminDeps): readonly Route[] {
  const gate = makeAdminGate(given);
  const deps = { ...given, gate };
  const home = async (ctx: Koa.Context): Promise<void> => {
    const admin = await gate.require(ctx, null);
    if (admin === null) return;
    sendPage(ctx, adminHomePage(pageFrame(ctx), { view: gate.view(ctx, admin), roles: admin.roles }));
  };
  return [
    { method: 'GET', path: '/admin', scope: 'public', handler: home },
    ...clientEditRoutes(deps),
    ...clientActRoutes(deps),
    ...clientReadRoutes(deps),
    ...accountAdminRoutes(deps),
    ...roleRoutes(deps),
    ...auditRoutes(deps),
    ...counterRoutes(deps),
  ];
}
