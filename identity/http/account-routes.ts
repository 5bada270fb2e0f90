// The pages of the user centre, put together: each file has its own rows.
import type { Route } from '../../common/http/routes.ts';
import { type ConsentsDeps, consentsRoutes } from './account-consents.ts';
import { type AccountDataDeps, dataRoutes } from './account-data.ts';
import { type DevicesDeps, devicesRoutes } from './account-devices.ts';
import { type FactorsDeps, factorsRoutes } from './account-factors.ts';
import { type HistoryDeps, historyRoutes } from './account-history.ts';
import { type AccountPasswordDeps, passwordRoutes } from './account-password.ts';
import { type ProfileDeps, profileRoutes } from './account-profile.ts';
import { makeOwnCallback, type OwnCallbackDeps } from './own-login.ts';

export type AccountDeps = ProfileDeps &
  FactorsDeps &
  HistoryDeps &
  DevicesDeps &
  ConsentsDeps &
  AccountDataDeps &
  AccountPasswordDeps &
  Omit<OwnCallbackDeps, 'levelOf'>;

export function accountRoutes(deps: AccountDeps): readonly Route[] {
  const levelOf: OwnCallbackDeps['levelOf'] = async (ctx) => (await deps.own.findSession(ctx))?.level ?? null;
  return [
    { method: 'GET', path: '/account/callback', scope: 'public', handler: makeOwnCallback({ ...deps, levelOf }) },
    ...profileRoutes(deps),
    ...factorsRoutes(deps),
    ...devicesRoutes(deps),
    ...historyRoutes(deps),
    ...consentsRoutes(deps),
    ...dataRoutes(deps),
    ...passwordRoutes(deps),
  ];
}
