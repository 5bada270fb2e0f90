// The license room as one koa: the API for departments and verifiers, the holder's pages, the public check.
import type { JWTVerifyGetKey } from 'jose';
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../common/clock.ts';
import { asDatabaseProblem } from '../common/db/errors.ts';
import { pingDatabase } from '../common/db/ping.ts';
import { rememberProof } from '../common/dpop/store/seen-proofs.ts';
import type { Mode } from '../common/env.ts';
import { isTrustError } from '../common/errors.ts';
import type { FileStore } from '../common/files/file-store.ts';
import { makeKoa } from '../common/http/app.ts';
import { makeBearerGate } from '../common/http/bearer.ts';
import { makeCookies } from '../common/http/cookies.ts';
import { makeFlashes } from '../common/http/flash.ts';
import { healthRoutes } from '../common/http/health.ts';
import type { Metrics } from '../common/http/metrics.ts';
import { webRoutes } from '../common/http/preferences.ts';
import { makeRateLimit } from '../common/http/rate-limit.ts';
import { referenceRoutes } from '../common/http/reference-page.ts';
import { mountRoutes, type Route, row } from '../common/http/routes.ts';
import type { Log } from '../common/log.ts';
import type { Certificate } from '../common/pki/certificate.ts';
import type { Sheets } from '../common/sheets/open-sheets.ts';
import type { RoomKeys } from './domain/room-keys.ts';
import type { LicenseDeps, SealPort } from './flow/deps.ts';
import { type Housekeeping, makeHousekeeping } from './flow/housekeeping.ts';
import { makeLicenseCatalog } from './flow/license-catalog.ts';
import { makeWrongTries } from './flow/wrong-tries.ts';
import { BATCH_OPERATIONS } from './http/batch-operations.ts';
import { makeBatchHandlers } from './http/batches.ts';
import { makeDeskHandlers } from './http/desk.ts';
import { makeDeskBatchHandlers } from './http/desk-batches.ts';
import { makeDeskCorrectionHandlers } from './http/desk-corrections.ts';
import { makeDeskDraftHandlers } from './http/desk-drafts.ts';
import { makeDeskLicenseHandlers } from './http/desk-licenses.ts';
import { makeLastLists } from './http/last-lists.ts';
import { EVENTS_OPERATION, makeEventsHandler } from './http/license-events.ts';
import { LICENSE_OPERATIONS } from './http/license-operations.ts';
import { TYPE_OPERATIONS } from './http/license-type-operations.ts';
import { makeLicenseTypeHandlers } from './http/license-types.ts';
import { makeLicenseHandlers } from './http/licenses.ts';
import { makeLoginHandlers, redirect } from './http/login.ts';
import { OPERATIONS } from './http/operations.ts';
import { makePresentHandlers } from './http/present.ts';
import { makePresentationHandlers } from './http/presentations.ts';
import { makeRedeemHandlers } from './http/redeem.ts';
import { makeRelyingParty } from './http/relying-party.ts';
import { makeSessionGate } from './http/session-gate.ts';
import { sharingRoutes } from './http/sharing-routes.ts';
import { SHREDDING_OPERATION } from './http/shredding-operations.ts';
import { makeShreddingHandler } from './http/shreddings.ts';
import { makeVerificationHandler } from './http/verifications.ts';
import { makeVerifyHandlers } from './http/verify-pages.ts';
import { makeWalletHandlers } from './http/wallet.ts';
import { WEBHOOK_OPERATIONS } from './http/webhook-operations.ts';
import { makeWebhookHandlers } from './http/webhooks.ts';
import type { Renderer } from './pdf/prepare-face.ts';
import { API_SERVICE, WALLET_SERVICE } from './web/service.ts';

const SUBSCRIPTION = '/v1/webhook-subscriptions/:subscription_id';

export type LicenseAppDeps = {
  readonly db: Knex;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly mode: Mode;
  /** The room's public URL, which is the audience of its tokens. */
  readonly url: string;
  /** Public URL of the identity room: the issuer. */
  readonly identityUrl: string;
  readonly seal: SealPort;
  readonly files: FileStore;
  readonly renderer: Renderer;
  /** Who makes annotated copies, under the seal of this code; null: nobody does. */
  readonly platformSeal: string | null;
  readonly platformName: string;
  /** Reads uploaded lists. */
  readonly sheets: Sheets;
  /** PKCS#8 PEM, P-256: this room as a client of the identity room. */
  readonly clientKeyPem: string;
  /** Whose signatures on license types are accepted. */
  readonly catalogCertificates: readonly Certificate[];
  readonly cookieKeys: readonly string[];
  /** From one address. */
  readonly verificationsPerMinute: number;
  readonly keys: RoomKeys;
  /** How long a request waits for its license before it is promised; 5 s unless given. */
  readonly issueWaitMs?: number;
  /** How long an unknown key of a token is not looked for again; 30 unless given. */
  readonly jwksCooldownSeconds?: number;
  /** For tests; otherwise the issuer's published keys. */
  readonly tokenKeys?: JWTVerifyGetKey;
};

const LICENSE = '/v1/licenses/:identifier';
const BATCH = '/v1/batches/:batch_id';
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
  const { db, log, clock, metrics, mode, url, identityUrl, seal, files, renderer } = parts;
  const catalog = makeLicenseCatalog({ db, clock, log, certificates: parts.catalogCertificates });
  const verifyUrl = `${url}/verify`;
  const platform = parts.platformSeal === null ? null : { name: parts.platformName, sealEsID: parts.platformSeal };
  const deps: LicenseDeps = {
    db,
    catalog,
    log,
    clock,
    seal,
    files,
    renderer,
    verifyUrl,
    platform,
    keys: parts.keys,
  };
  const gate = makeBearerGate({
    issuer: identityUrl,
    audience: url,
    clock,
    rememberProof: (digest, until) => rememberProof(db, { schema: 'license', digest, until, now: clock() }),
    ...(parts.jwksCooldownSeconds === undefined ? {} : { cooldownSeconds: parts.jwksCooldownSeconds }),
    ...(parts.tokenKeys === undefined ? {} : { keys: parts.tokenKeys }),
  });
  const cookies = makeCookies({ room: 'license', keys: parts.cookieKeys, secure: mode === 'production' });
  const lastLists = makeLastLists(clock);
  const sessions = makeSessionGate(deps, cookies, url, lastLists);
  const allowHttp = mode === 'development';
  const relyingParty = makeRelyingParty({ issuer: identityUrl, url, keyPem: parts.clientKeyPem, allowHttp, clock });
  const wait = parts.issueWaitMs === undefined ? {} : { waitMs: parts.issueWaitMs };
  const licenses = makeLicenseHandlers(deps, gate, wait);
  const login = makeLoginHandlers({ deps, cookies, sessions, relyingParty, url });
  const wallet = makeWalletHandlers({ deps, sessions, lastLists, flashes: makeFlashes(cookies) });
  const show = makePresentHandlers({ deps, sessions, cookies });
  const desk = makeRedeemHandlers({ deps, sessions });
  const tries = makeWrongTries(clock);
  const verify = makeVerifyHandlers(deps, tries);
  const types = makeLicenseTypeHandlers(catalog);
  const presentations = makePresentationHandlers(deps, sessions, gate);
  const batches = makeBatchHandlers({ ...deps, sheets: parts.sheets }, gate);
  const atDesk = makeDeskHandlers({ deps, sessions });
  const drafts = makeDeskDraftHandlers({ deps, sessions });
  const issued = makeDeskLicenseHandlers({ deps, sessions });
  const corrections = makeDeskCorrectionHandlers({ deps, sessions });
  const lists = makeDeskBatchHandlers({ deps: { ...deps, sheets: parts.sheets }, sessions });
  const webhooks = makeWebhookHandlers({ ...deps, mode }, gate);
  const limit = makeRateLimit({ perMinute: parts.verificationsPerMinute, clock });
  const verification = limit.guard(makeVerificationHandler(deps, tries));

  const table: readonly Route[] = [
    row('GET', '/v1/license-types', 'public', limit.guard(types.list), TYPE_OPERATIONS.list),
    row('GET', '/v1/license-types/:code', 'public', limit.guard(types.read), TYPE_OPERATIONS.read),
    row('POST', '/v1/licenses', 'license:issue', licenses.issue, LICENSE_OPERATIONS.issue),
    row('GET', '/v1/issues/:issue_id', AUTHORITY, licenses.readIssue, LICENSE_OPERATIONS.readIssue),
    row('GET', LICENSE, AUTHORITY, licenses.read, LICENSE_OPERATIONS.read),
    row('GET', `${LICENSE}/file`, AUTHORITY, licenses.readFile, LICENSE_OPERATIONS.readFile),
    row('GET', `${LICENSE}/versions`, AUTHORITY, licenses.listVersions, LICENSE_OPERATIONS.listVersions),
    row('GET', `${LICENSE}/events`, AUTHORITY, makeEventsHandler(deps, gate), EVENTS_OPERATION),
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
    row('POST', '/v1/shreddings', 'license:admin', makeShreddingHandler(deps, gate), SHREDDING_OPERATION),
    row('GET', '/', 'public', login.home),
    row('GET', '/login', 'public', login.begin),
    row('GET', '/login/callback', 'public', login.callback),
    row('POST', '/logout', 'session', login.logOut),
    row('POST', '/backchannel-logout', 'public', login.backchannelLogout),
    row('GET', '/licenses', 'session', wallet.list),
    row('GET', '/licenses/:identifier', 'session', wallet.show),
    row('GET', '/licenses/:identifier/file', 'session', wallet.file),
    row('GET', '/licenses/:identifier/corrections', 'session', wallet.showCorrection),
    row('POST', '/licenses/:identifier/corrections', 'session', wallet.askCorrection),
    row('GET', '/present', 'session', show.choose),
    row('POST', '/present', 'session', show.create),
    row('GET', '/present/:id', 'session', show.show),
    row('POST', '/present/:id/codes', 'session', show.renew),
    row('GET', '/present/:id/state', 'session', show.state),
    row('POST', '/present/:id/stop', 'session', show.stop),
    row('GET', '/present/:id/report', 'session', show.showReport),
    row('POST', '/present/:id/report', 'session', show.report),
    row('GET', '/desk', 'session', atDesk.choose),
    row('GET', DESK, 'session', atDesk.home),
    row('GET', `${DESK}/issue/:type`, 'session', drafts.form),
    row('POST', `${DESK}/issue/:type`, 'session', drafts.send),
    row('GET', DESK_DRAFT, 'session', drafts.review),
    row('GET', `${DESK_DRAFT}/edit`, 'session', drafts.edit),
    row('GET', `${DESK_DRAFT}/photo`, 'session', drafts.photo),
    row('POST', `${DESK_DRAFT}/issue`, 'session', drafts.issue),
    row('GET', `${DESK}/issues/:issue_id`, 'session', drafts.issued),
    row('GET', `${DESK}/licenses`, 'session', issued.search),
    row('POST', `${DESK}/licenses`, 'session', issued.searchHolder),
    row('GET', DESK_LICENSE, 'session', issued.show),
    row('GET', `${DESK_LICENSE}/file`, 'session', issued.file),
    row('GET', `${DESK_LICENSE}/acts/:act`, 'session', issued.askAct),
    row('POST', `${DESK_LICENSE}/acts/:act`, 'session', issued.act),
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
    row('GET', '/redeem', 'session', desk.show),
    row('POST', '/redeem', 'session', desk.redeem),
    row('GET', '/redeem/:id', 'session', desk.result),
    row('GET', '/redeem/:id/photos/:place', 'session', desk.photo),
    row('GET', '/verify', 'public', limit.guard(verify.show)),
    row('POST', '/verify', 'public', limit.guard(verify.check)),
    row('POST', '/verify/facts', 'public', limit.guard(verify.checkFacts)),
    ...sharingRoutes({ deps, gate, sessions, cookies, limit, url }),
  ];
  const reference = {
    service: API_SERVICE,
    title: 'Xinji license room',
    description: 'Issues, keeps, presents and verifies electronic licenses.',
    version: '1',
    url,
    tokenUrl: `${identityUrl}/oidc/token`,
  };

  const app = makeKoa({ room: 'license', log, clock, metrics, mode, service: WALLET_SERVICE });
  app.proxy = mode === 'production'; // one proxy in front of us says who asked
  app.maxIpsCount = 1;
  app.use(leadToLogin);
  mountRoutes(
    app,
    [
      ...table,
      ...healthRoutes({ metrics, checks: { database: () => pingDatabase(db) } }),
      ...webRoutes(),
      ...referenceRoutes(table, reference),
    ],
    {
      authorise: async (ctx, access) => {
        await (access === 'session' ? sessions.require(ctx) : gate.require(ctx, access));
      },
    },
  );
  return { app, deps, housekeeping: makeHousekeeping(deps) };
}

/** Who opens a page of his own without a session is led to the login and comes back to it; a database that is away is said so. */
async function leadToLogin(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    const isPage = ctx.method === 'GET' && !ctx.path.startsWith('/v1/') && ctx.accepts('json', 'html') === 'html';
    if (!isPage || !isTrustError(error, 'session-missing')) throw asDatabaseProblem(error);
    redirect(ctx, `/login?${new URLSearchParams({ return: ctx.url })}`);
  }
}
