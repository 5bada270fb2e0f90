// The license room as one koa: the API for departments and verifiers, the holder's pages, the public check. What the rows
// stand on is put together in parts/.
import type Koa from 'koa';
import { asDatabaseProblem } from '../common/db/errors.ts';
import { pingDatabase } from '../common/db/ping.ts';
import { isTrustError } from '../common/errors.ts';
import { makeKoa } from '../common/http/app.ts';
import { healthRoutes } from '../common/http/health.ts';
import { isPageForm, offerLapsedForm } from '../common/http/lapsed-form.ts';
import { webRoutes } from '../common/http/preferences.ts';
import { referenceRoutes } from '../common/http/reference-page.ts';
import { mountRoutes, type Route, row } from '../common/http/routes.ts';
import { sessionRoutes } from '../common/http/session-routes.ts';
import type { Text } from '../common/web/texts.ts';
import type { LicenseDeps } from './flow/deps.ts';
import { type Housekeeping, makeHousekeeping } from './flow/housekeeping.ts';
import { BATCH_OPERATIONS } from './http/batch-operations.ts';
import { EVENTS_OPERATION } from './http/license-events.ts';
import { LICENSE_OPERATIONS } from './http/license-operations.ts';
import { TYPE_OPERATIONS } from './http/license-type-operations.ts';
import { redirect } from './http/login.ts';
import { OPERATIONS } from './http/operations.ts';
import { registryRoutes } from './http/registry-routes.ts';
import { sharingRoutes } from './http/sharing-routes.ts';
import { SHREDDING_OPERATION } from './http/shredding-operations.ts';
import { WEBHOOK_OPERATIONS } from './http/webhook-operations.ts';
import { type Core, makeCore } from './parts/core.ts';
import type { LicenseAppDeps } from './parts/deps.ts';
import { type Handlers, makeHandlers } from './parts/handlers.ts';
import { API_SERVICE, DESK_PATH, DESK_SERVICE, WALLET_SERVICE } from './web/service.ts';

const LOGOUT_PATH = '/logout';
/** Of the files of a form whose session has ended; larger ones are refused as they would have been. */
const MAX_LAPSED_BYTES = 8 * 1024 * 1024;
const LICENSE = '/v1/licenses/:identifier';
const BATCH = '/v1/batches/:batch_id';
const SUBSCRIPTION = '/v1/webhook-subscriptions/:subscription_id';
const DESK = '/desk/:org';
const DESK_LICENSE = `${DESK}/licenses/:identifier`;
const DESK_DRAFT = `${DESK}/drafts/:draft_id`;
const DESK_BATCH = `${DESK}/batches/:batch_id`;
/** A client of the authority that issued the license. */
const AUTHORITY = ['license:issue', 'license:change', 'license:revoke'] as const;

export type LicenseApp = {
  readonly app: Koa;
  /** What the flows work with, for whoever resumes or registers beside HTTP. */
  readonly deps: LicenseDeps;
  /** Started by main.ts. */
  readonly housekeeping: Housekeeping;
};

export function buildApp(parts: LicenseAppDeps): LicenseApp {
  const { db, log, clock, metrics, mode, url } = parts;
  const core = makeCore(parts);
  const table = routesOf(core, makeHandlers(parts, core));
  const app = makeKoa({ room: 'license', log, clock, metrics, mode, service: WALLET_SERVICE, site: parts.site });
  app.proxy = mode === 'production'; // one proxy in front of us says who asked
  app.maxIpsCount = 1;
  app.use(leadWithoutSession);
  const reference = referenceRoutes(table, {
    service: API_SERVICE,
    title: 'Xinji license room',
    description: 'Issues, keeps, presents and verifies electronic licenses.',
    version: '1',
    url,
    tokenUrl: `${parts.identityUrl}/oidc/token`,
  });
  const health = healthRoutes({ metrics, checks: { database: () => pingDatabase(db) } });
  mountRoutes(app, [...table, ...health, ...webRoutes(), ...reference], {
    authorise: async (ctx, access) => {
      await (access === 'session' ? core.sessions.require(ctx) : core.gate.require(ctx, access));
    },
  });
  return { app, deps: core.deps, housekeeping: makeHousekeeping(core.deps) };
}

function routesOf(core: Core, handlers: Handlers): readonly Route[] {
  const { limit } = core;
  const { types, licenses, events, batches, presentations, verification, webhooks, shred } = handlers;
  const { login, wallet, present, redeem, verify } = handlers;
  const { desk, drafts, issueDone, issued, versions, corrections, lists } = handlers;
  return [
    row('GET', '/v1/license-types', 'public', limit.guard(types.list), TYPE_OPERATIONS.list),
    row('GET', '/v1/license-types/:code', 'public', limit.guard(types.read), TYPE_OPERATIONS.read),
    row('POST', '/v1/licenses', 'license:issue', licenses.issue, LICENSE_OPERATIONS.issue),
    row('GET', '/v1/issues/:issue_id', AUTHORITY, licenses.readIssue, LICENSE_OPERATIONS.readIssue),
    row('GET', LICENSE, AUTHORITY, licenses.read, LICENSE_OPERATIONS.read),
    row('GET', `${LICENSE}/file`, AUTHORITY, licenses.readFile, LICENSE_OPERATIONS.readFile),
    row('GET', `${LICENSE}/versions`, AUTHORITY, licenses.listVersions, LICENSE_OPERATIONS.listVersions),
    row('GET', `${LICENSE}/events`, AUTHORITY, events, EVENTS_OPERATION),
    row('POST', `${LICENSE}/versions`, 'license:change', licenses.addVersion, LICENSE_OPERATIONS.addVersion),
    row('POST', `${LICENSE}/acts`, ['license:change', 'license:revoke'], licenses.act, LICENSE_OPERATIONS.act),
    row(
      'GET',
      '/v1/license-types/:code/list-template',
      'public',
      limit.guard(batches.template),
      BATCH_OPERATIONS.template,
    ),
    row('POST', '/v1/batches', 'license:issue', batches.check, BATCH_OPERATIONS.check),
    row('GET', '/v1/batches', 'license:issue', batches.list, BATCH_OPERATIONS.list),
    row('GET', BATCH, 'license:issue', batches.read, BATCH_OPERATIONS.read),
    row('GET', `${BATCH}/rows`, 'license:issue', batches.rows, BATCH_OPERATIONS.rows),
    row('GET', `${BATCH}/events`, 'license:issue', batches.events, BATCH_OPERATIONS.events),
    row('POST', `${BATCH}/confirmation`, 'license:issue', batches.confirm, BATCH_OPERATIONS.confirm),
    row('POST', `${BATCH}/stop`, 'license:issue', batches.stop, BATCH_OPERATIONS.stop),
    row('POST', '/v1/presentations', 'session', presentations.present, OPERATIONS.present),
    row('POST', '/v1/presentations/:id/codes', 'session', presentations.renew, OPERATIONS.renew),
    row('POST', '/v1/redemptions', 'license:redeem', presentations.redeem, OPERATIONS.redeem),
    row('POST', '/v1/verifications', 'public', verification, OPERATIONS.verify),
    row('POST', '/v1/webhook-subscriptions', 'license:issue', webhooks.subscribe, WEBHOOK_OPERATIONS.subscribe),
    row('GET', '/v1/webhook-subscriptions', 'license:issue', webhooks.list, WEBHOOK_OPERATIONS.list),
    row('POST', `${SUBSCRIPTION}/secrets`, 'license:issue', webhooks.rotate, WEBHOOK_OPERATIONS.rotate),
    row('DELETE', SUBSCRIPTION, 'license:issue', webhooks.unsubscribe, WEBHOOK_OPERATIONS.unsubscribe),
    row('POST', '/v1/shreddings', 'license:admin', shred, SHREDDING_OPERATION),
    row('GET', '/', 'public', login.home),
    row('GET', '/login', 'public', login.begin),
    row('GET', '/login/callback', 'public', login.callback),
    row('POST', LOGOUT_PATH, 'session', login.logOut),
    row('POST', '/backchannel-logout', 'public', login.backchannelLogout),
    ...sessionRoutes({ ...core.sessions, clock: core.deps.clock, leadToLogin, service: WALLET_SERVICE }),
    row('GET', '/licenses', 'session', wallet.list),
    row('GET', '/licenses/:identifier', 'session', wallet.show),
    row('GET', '/licenses/:identifier/file', 'session', wallet.file),
    row('GET', '/licenses/:identifier/corrections', 'session', wallet.showCorrection),
    row('POST', '/licenses/:identifier/corrections', 'session', wallet.askCorrection),
    row('GET', '/present', 'session', present.choose),
    row('POST', '/present', 'session', present.create),
    row('GET', '/present/:id', 'session', present.show),
    row('POST', '/present/:id/codes', 'session', present.renew),
    row('GET', '/present/:id/state', 'session', present.state),
    row('POST', '/present/:id/stop', 'session', present.stop),
    row('GET', '/present/:id/report', 'session', present.showReport),
    row('POST', '/present/:id/report', 'session', present.report),
    row('GET', '/desk', 'session', desk.choose),
    row('GET', DESK, 'session', desk.home),
    row('GET', `${DESK}/issue/:type`, 'session', drafts.form),
    row('POST', `${DESK}/issue/:type`, 'session', drafts.send),
    row('GET', DESK_DRAFT, 'session', drafts.review),
    row('GET', `${DESK_DRAFT}/edit`, 'session', drafts.edit),
    row('GET', `${DESK_DRAFT}/photo`, 'session', drafts.photo),
    row('GET', `${DESK_DRAFT}/preview`, 'session', drafts.preview),
    row('POST', `${DESK_DRAFT}/issue`, 'session', drafts.issue),
    row('GET', `${DESK}/issues/:issue_id`, 'session', issueDone),
    row('GET', `${DESK}/licenses`, 'session', issued.search),
    row('POST', `${DESK}/licenses`, 'session', issued.searchHolder),
    row('GET', DESK_LICENSE, 'session', issued.show),
    row('GET', `${DESK_LICENSE}/file`, 'session', issued.file),
    row('GET', `${DESK_LICENSE}/acts/:act`, 'session', issued.askAct),
    row('POST', `${DESK_LICENSE}/acts/:act`, 'session', issued.act),
    row('GET', `${DESK_LICENSE}/versions/:operation`, 'session', versions.form),
    row('POST', `${DESK_LICENSE}/versions/:operation`, 'session', versions.send),
    row('GET', `${DESK}/corrections`, 'session', corrections.list),
    row('GET', `${DESK}/corrections/:correction_id`, 'session', corrections.show),
    row('POST', `${DESK}/corrections/:correction_id`, 'session', corrections.answer),
    row('GET', `${DESK}/batches`, 'session', lists.list),
    row('POST', `${DESK}/batches`, 'session', lists.send),
    row('GET', `${DESK}/batches/new`, 'session', lists.form),
    row('GET', DESK_BATCH, 'session', lists.show),
    row('GET', `${DESK_BATCH}/events`, 'session', lists.events),
    row('GET', `${DESK_BATCH}/rows.csv`, 'session', lists.mend),
    row('POST', `${DESK_BATCH}/confirm`, 'session', lists.confirm),
    row('GET', `${DESK_BATCH}/stop`, 'session', lists.askStop),
    row('POST', `${DESK_BATCH}/stop`, 'session', lists.stop),
    row('GET', '/redeem', 'session', redeem.show),
    row('POST', '/redeem', 'session', redeem.redeem),
    row('GET', '/redeem/:id', 'session', redeem.result),
    row('GET', '/redeem/:id/photos/:place', 'session', redeem.photo),
    row('GET', '/verify', 'public', limit.guard(verify.show)),
    row('POST', '/verify', 'public', limit.guard(verify.check)),
    row('POST', '/verify/facts', 'public', limit.guard(verify.checkFacts)),
    ...registryRoutes(core),
    ...sharingRoutes(core),
  ];
}

/**
 * Who opens a page of his own without a session is led to the login and comes back to it; who sends a form gets it back, to
 * send it after a new login. A database that is away is said so.
 */
async function leadWithoutSession(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    const isPage = !ctx.path.startsWith('/v1/') && ctx.accepts('json', 'html') === 'html';
    if (!isPage || !isTrustError(error, 'session-missing')) throw asDatabaseProblem(error);
    if (ctx.method === 'GET') leadToLogin(ctx, ctx.url);
    else if (isPageForm(ctx) && ctx.path !== LOGOUT_PATH)
      await offerLapsedForm(ctx, serviceAt(ctx.path), MAX_LAPSED_BYTES);
    else throw error;
  }
}

function serviceAt(path: string): Text {
  return path.startsWith(DESK_PATH) ? DESK_SERVICE : WALLET_SERVICE;
}

function leadToLogin(ctx: Koa.Context, back: string): void {
  redirect(ctx, `/login?${new URLSearchParams({ return: back })}`);
}
