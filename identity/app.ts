// The identity room as one koa: our pages, and behind the rows marked `oidc` the provider, which has a koa of its own. What the
// rows stand on is put together in parts/.
import type Koa from 'koa';
import { pingDatabase } from '../common/db/ping.ts';
import { makeKoa } from '../common/http/app.ts';
import { healthRoutes } from '../common/http/health.ts';
import { webRoutes } from '../common/http/preferences.ts';
import { referenceRoutes } from '../common/http/reference-page.ts';
import { mountRoutes, type Route } from '../common/http/routes.ts';
import { sessionRoutes } from '../common/http/session-routes.ts';
import type { Workers } from '../common/queue/workers.ts';
import { deviceLimit, takeLimit } from './flow/limit.ts';
import type { Janitor } from './flow/sweep-expired.ts';
import { accountRoutes } from './http/account-routes.ts';
import { adminRoutes } from './http/admin/admin-routes.ts';
import { makeCodes } from './http/code-step.ts';
import { makeDeviceHandler } from './http/device.ts';
import { makeHomeHandler } from './http/home.ts';
import { makeJwksHandler } from './http/jwks.ts';
import { makeProviderHandler } from './http/oidc.ts';
import { makeOutboxHandler } from './http/outbox.ts';
import { peopleRoutes } from './http/people-routes.ts';
import { makePostAsGet } from './http/post-as-get.ts';
import {
  authorizeOperation,
  deviceOperation,
  discoveryOperation,
  endSessionOperation,
  introspectionOperation,
  jwksOperation,
  pushOperation,
  revocationOperation,
  tokenOperation,
  userinfoOperation,
} from './http/protocol-operations.ts';
import { sessionUsesRoutes } from './http/session-uses.ts';
import { makeBackground } from './parts/background.ts';
import { type Core, makeCore } from './parts/core.ts';
import type { IdentityDeps } from './parts/deps.ts';
import { makePages, type Pages } from './parts/pages.ts';
import type { KeyKeeper } from './provider/key-keeper.ts';
import type { HouseProvider } from './provider/provider.ts';
import { listLoginClients } from './store/clients.ts';
import { listLiveRoles } from './store/roles.ts';
import { IDENTITY_SERVICE } from './web/service.ts';

export type IdentityApp = {
  readonly app: Koa;
  readonly provider: HouseProvider['provider'];
  /** Ends and deletes what has expired; started by main.ts. */
  readonly janitor: Janitor;
  /** Follows and renews the signing keys; started by main.ts. */
  readonly keyKeeper: KeyKeeper;
  /** Do what is in the queue; started by main.ts. */
  readonly workers: Workers;
  /** Resolves when every event is written. */
  readonly settle: () => Promise<void>;
};

/** Codes of terminals that one address may type; a code that exists is not counted. */
const DEVICE_TRIES = { max: 10, windowSeconds: 5 * 60 };

export async function buildApp(deps: IdentityDeps): Promise<IdentityApp> {
  const { db, log, clock, metrics, mode } = deps;
  const core = await makeCore(deps);
  const table = routesOf(deps, core, makePages(deps, core));
  const app = makeKoa({ room: 'identity', log, clock, metrics, mode, service: IDENTITY_SERVICE, site: deps.site });
  app.proxy = mode === 'production'; // one proxy in front of us says who asked
  app.maxIpsCount = 1;
  const reference = referenceRoutes(table, {
    title: 'Xinji identity room',
    description: 'OpenID Connect provider: one login for every registered system, access tokens for the other rooms.',
    version: '1',
    url: deps.url,
    service: IDENTITY_SERVICE,
  });
  const health = healthRoutes({ metrics, checks: { database: () => pingDatabase(db) } });
  mountRoutes(app, [...table, ...reference, ...health, ...webRoutes()]);
  return { app, provider: core.provider, ...makeBackground(deps, core), settle: core.recorder.settle };
}

function routesOf(deps: IdentityDeps, core: Core, pages: Pages): readonly Route[] {
  const { db, clock, mode } = deps;
  const { record } = core.recorder;
  const { keys } = core.people;
  const { own, ownLogin, factors, ways, interaction } = pages;
  const home = makeHomeHandler({ own, listClients: () => listLoginClients(db) });
  const oidc = makeProviderHandler(core.provider, core.keyring, core.requests);
  const device = makeDeviceHandler({
    clock,
    oidc,
    take: (address) => takeLimit(db, { ...deviceLimit(address), ...DEVICE_TRIES, now: clock() }),
  });
  const jwks = makeJwksHandler(core.keyring, deps.keyLeadSeconds);
  const gate = factors.gate(own, ways);
  const outbox = makeOutboxHandler({ db, keys });
  return [
    { method: 'GET', path: '/', scope: 'public', handler: home },
    ...accountRoutes({
      ...deps,
      ...{ own, ownLogin, cookies: pages.cookies, sessionLife: core.sessionLife, keys, record },
      readDocument: core.readDocument,
      addressKinds: pages.addressKinds,
      gate,
    }),
    ...sessionRoutes(own.door),
    ...sessionUsesRoutes({ ...core, db, clock, url: deps.url }),
    ...factors.routes(own, ways),
    ...adminRoutes({
      ...{ own, keptForms: pages.keptForms, db, clock, cookies: pages.cookies, keys, ports: deps.ports, record },
      ...makeCodes(pages.codes),
      counterMinutes: deps.counterMinutes,
      recoverUrl: `${deps.url}/recover`,
      requireHttps: mode === 'production',
      listRoles: (sub) => listLiveRoles(db, sub, clock()),
      methodsOf: (account) => factors.methodsOf(account, ways),
      nameOf: async (sub) => (await core.findAccount(sub))?.name || sub,
    }),
    ...peopleRoutes({ ...deps, ...pages, ...pages.codes, gate, passkeys: factors.passkeys }),
    { method: 'GET', path: '/interaction/:uid', scope: 'public', handler: interaction.show },
    { method: 'POST', path: '/interaction/:uid/login', scope: 'public', handler: interaction.submitLogin },
    { method: 'POST', path: '/interaction/:uid/act-as', scope: 'public', handler: interaction.submitActAs },
    { method: 'POST', path: '/interaction/:uid/consent', scope: 'public', handler: interaction.submitConsent },
    {
      method: 'GET',
      path: '/.well-known/openid-configuration',
      scope: 'public',
      handler: oidc,
      operation: discoveryOperation,
    },
    { method: 'GET', path: '/.well-known/oauth-authorization-server', scope: 'public', handler: oidc },
    { method: 'GET', path: '/oidc/jwks', scope: 'public', handler: jwks, operation: jwksOperation },
    { method: 'POST', path: '/oidc/request', scope: 'public', handler: oidc, operation: pushOperation },
    { method: 'GET', path: '/oidc/auth', scope: 'public', handler: oidc, operation: authorizeOperation },
    { method: 'POST', path: '/oidc/auth', scope: 'public', handler: makePostAsGet('/oidc/auth') },
    { method: 'GET', path: '/oidc/auth/:uid', scope: 'public', handler: oidc },
    { method: 'POST', path: '/oidc/token', scope: 'public', handler: oidc, operation: tokenOperation },
    {
      method: 'POST',
      path: '/oidc/token/introspection',
      scope: 'public',
      handler: oidc,
      operation: introspectionOperation,
    },
    { method: 'POST', path: '/oidc/token/revocation', scope: 'public', handler: oidc, operation: revocationOperation },
    { method: 'POST', path: '/oidc/device', scope: 'public', handler: oidc, operation: deviceOperation },
    { method: 'GET', path: '/device', scope: 'public', handler: oidc },
    { method: 'POST', path: '/device', scope: 'public', handler: device },
    { method: 'GET', path: '/device/:uid', scope: 'public', handler: oidc },
    { method: 'GET', path: '/oidc/me', scope: 'public', handler: oidc, operation: userinfoOperation },
    { method: 'POST', path: '/oidc/me', scope: 'public', handler: oidc },
    { method: 'GET', path: '/oidc/session/end', scope: 'public', handler: oidc, operation: endSessionOperation },
    { method: 'POST', path: '/oidc/session/end', scope: 'public', handler: makePostAsGet('/oidc/session/end') },
    { method: 'POST', path: '/oidc/session/end/confirm', scope: 'public', handler: oidc },
    { method: 'GET', path: '/oidc/session/end/success', scope: 'public', handler: oidc },
    ...(mode === 'development' ? [{ method: 'GET', path: '/outbox', scope: 'public', handler: outbox } as const] : []),
  ];
}
