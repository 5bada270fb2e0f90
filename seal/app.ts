// The seal room as one koa: middleware of the house, then the route table.
import type { Knex } from 'knex';
import type Koa from 'koa';
import type { AuditLog } from '../common/audit/audit-log.ts';
import type { DevelopmentAuthority } from '../common/ca/development-authority.ts';
import type { Clock } from '../common/clock.ts';
import { pingDatabase } from '../common/db/ping.ts';
import type { Mode } from '../common/env.ts';
import { makeSpool } from '../common/files/spool.ts';
import type { TrustFolder } from '../common/files/trust-folder.ts';
import { makeKoa } from '../common/http/app.ts';
import type { BearerGate } from '../common/http/bearer.ts';
import { healthRoutes } from '../common/http/health.ts';
import type { Metrics } from '../common/http/metrics.ts';
import { pageFrame, sendPage, webRoutes } from '../common/http/preferences.ts';
import { makeRateLimit, type RateLimit } from '../common/http/rate-limit.ts';
import { referenceRoutes } from '../common/http/reference-page.ts';
import { mountRoutes, type Route } from '../common/http/routes.ts';
import type { Log } from '../common/log.ts';
import { readNotoSans } from '../common/pdf/font-files.ts';
import type { Certificate } from '../common/pki/certificate.ts';
import type { Revocation } from '../common/pki/chain-revocation.ts';
import { withIntermediates } from '../common/pki/trust-stores.ts';
import type { SiteFoot } from '../common/web/site-foot.ts';
import type { TsaSetting } from './config.ts';
import type { ContainerSettings } from './domain/container.ts';
import type { TimeStampAuthority } from './flow/answer-time-stamp.ts';
import type { CheckedFiles } from './flow/checked-files.ts';
import { completeEvidence } from './flow/complete-evidence.ts';
import { makeEvidenceKeeper } from './flow/kept-evidence.ts';
import type { LifeDeps } from './flow/life-deps.ts';
import type { LodgedDocument } from './flow/lodged-document.ts';
import { openStamper } from './flow/open-stamper.ts';
import { makePartyCache } from './flow/party-cache.ts';
import { makeCaller } from './flow/perform-call.ts';
import type { EvidenceSource } from './flow/preserve-document.ts';
import type { SealingSigner } from './flow/seal-document.ts';
import type { SealKeyring } from './flow/seal-keyring.ts';
import type { Judge } from './flow/verify-upload.ts';
import { digestSealingOperation, makeDigestSealingHandler } from './http/digest-sealings.ts';
import { lifeRoutes } from './http/life-routes.ts';
import { makeRenewalHandler, renewalOperation } from './http/renewals.ts';
import { listOperation, makeListHandler, makeOcspHandler, ocspGetOperation, ocspOperation } from './http/revocation.ts';
import { makeSealPictureHandler, sealPictureOperation } from './http/seal-pictures.ts';
import { makeSealingHandler, sealingOperation } from './http/sealings.ts';
import {
  makeSealFileHandler,
  makeSealHandler,
  makeTrustRootsHandler,
  sealFileOperation,
  sealOperation,
  trustRootsOperation,
} from './http/seals.ts';
import { makeTimeStampHandler, timeStampOperation } from './http/time-stamps.ts';
import { makeVerificationHandler, verificationOperation } from './http/verifications.ts';
import { verifyRoutes } from './http/verify-routes.ts';
import type { OpenPdfium } from './pdfium/open-pdfium.ts';
import { homePage } from './web/home-page.ts';
import { SEAL_SERVICE } from './web/service.ts';

export type SealAppDeps = {
  readonly db: Knex;
  /** The usage log. */
  readonly audit: AuditLog;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly mode: Mode;
  /** At the foot of the pages. */
  readonly site?: SiteFoot;
  /** Public URL of this room: the audience of its tokens. */
  readonly url: string;
  /** Public URL of the identity room: the issuer. */
  readonly identityUrl: string;
  readonly gate: BearerGate;
  /** Judges uploads in threads of its own. */
  readonly judge: Judge;
  /** Looks into pages in threads of its own. */
  readonly pdfium: Pick<OpenPdfium, 'findText' | 'drawPage' | 'findRedPictures' | 'saveCopy'>;
  /** Uploads of the verification page, for minutes. */
  readonly checked: CheckedFiles;
  readonly verificationSeconds: number;
  /** Seal code of the seal of the platform; null: no reports are sealed. */
  readonly reportSeal: string | null;
  readonly signer: SealingSigner;
  /** A place in a thread for one more document that is to be sealed. */
  readonly lodge: () => LodgedDocument;
  /** The keys that use seals. */
  readonly keyring: SealKeyring;
  /** What the life of seals needs. */
  readonly life: LifeDeps;
  readonly trustStores: Omit<TrustFolder, 'evidence'>;
  /** Authorities that answer here for what they revoked: development. */
  readonly authorities: readonly DevelopmentAuthority[];
  readonly chain: readonly Certificate[];
  /** Of what is verified. */
  readonly limitMegabytes: number;
  /** Of what is sealed. */
  readonly uploadMegabytes: number;
  readonly uploadsFolder: string;
  readonly callerMegabytes: number;
  /** Names and attributes of containers. */
  readonly containers: ContainerSettings;
  /** The own time-stamp authority; null: /tsa is not served here. */
  readonly authority: TimeStampAuthority | null;
  /** From one address. */
  readonly verificationsPerMinute: number;
  /** From one address. */
  readonly publicPerMinute: number;
  readonly tsa: TsaSetting;
  /** What tells revoked certificates now; left out: sealing does not look. */
  readonly revocation?: () => Promise<Omit<Revocation, 'now'>>;
  /** Where revocation evidence comes from; left out: levels LT and LTA are refused. */
  readonly evidence?: EvidenceSource | null;
};

/** From one address: each uses the key of the platform. */
const REPORTS_PER_MINUTE = 12;

export function buildApp(deps: SealAppDeps): Koa {
  const { db, clock, metrics, gate, log, mode, keyring, chain, containers } = deps;
  const maxBytes = deps.limitMegabytes * 1_000_000;
  const trust = withIntermediates(deps.trustStores, chain);
  const parties = makePartyCache({
    ...{ db, certificateOf: keyring.certificateOf, chain, trust, containers },
    revocation: deps.revocation,
  });
  const stamper = openStamper(deps, trust);
  const validation = deps.evidence ? { evidence: completeEvidence(deps.evidence), trust } : null;
  const keeper = validation && makeEvidenceKeeper({ db, log, source: validation.evidence });
  const releaseStamper = openStamper(deps, trust, { isForRelease: true });
  const caller = makeCaller({ ...deps, parties, stamper: releaseStamper, validation, keeper });
  const bytesPerCaller = deps.callerMegabytes * 1_000_000;
  const spool = makeSpool({ folder: deps.uploadsFolder, bytesPerCaller, open: deps.lodge });
  const { findText, saveCopy: writeAnew } = deps.pdfium;
  const uploads = { spool, maxBytes: deps.uploadMegabytes * 1_000_000 };
  const seal = makeSealingHandler({ gate, caller, ...uploads, findText, writeAnew });
  const renew = makeRenewalHandler({
    ...deps,
    stamper,
    validation: keeper && { evidence: keeper.source, trust },
    maxBytes,
  });
  const limit = makeRateLimit({ perMinute: deps.verificationsPerMinute, clock });
  const verify = limit.guard(makeVerificationHandler({ ...deps, maxBytes }));
  const open = makeRateLimit({ perMinute: deps.publicPerMinute, clock }).guard;

  const app = makeKoa({ room: 'seal', log, clock, metrics, mode, service: SEAL_SERVICE, site: deps.site });
  app.proxy = mode === 'production'; // one proxy in front of us says who asked
  app.maxIpsCount = 1;
  const table: readonly Route[] = [
    { method: 'POST', path: '/v1/sealings', scope: 'seal:use', handler: seal, operation: sealingOperation },
    {
      method: 'POST',
      path: '/v1/digest-sealings',
      scope: 'seal:use',
      handler: makeDigestSealingHandler({ gate, caller }),
      operation: digestSealingOperation,
    },
    { method: 'POST', path: '/v1/renewals', scope: 'seal:use', handler: renew, operation: renewalOperation },
    { method: 'POST', path: '/v1/verifications', scope: 'public', handler: verify, operation: verificationOperation },
    {
      method: 'GET',
      path: '/v1/seals/:esID',
      scope: 'public',
      handler: open(makeSealHandler(deps)),
      operation: sealOperation,
    },
    {
      method: 'GET',
      path: '/v1/seals/:esID/file',
      scope: 'public',
      handler: open(makeSealFileHandler(deps)),
      operation: sealFileOperation,
    },
    {
      method: 'GET',
      path: '/v1/trust-roots',
      scope: 'public',
      handler: open(makeTrustRootsHandler(deps)),
      operation: trustRootsOperation,
    },
    {
      method: 'POST',
      path: '/v1/seal-pictures',
      scope: 'seal:apply',
      handler: makeSealPictureHandler(),
      operation: sealPictureOperation,
    },
    ...lifeRoutes({ life: deps.life, gate }),
    ...timeStampRoutes(deps, open),
    ...revocationRoutes(deps, open),
  ];
  const reference = referenceRoutes(table, {
    title: 'Xinji seal room',
    description: 'Seals PDF documents with e-seals of GB/T 38540-2020 and verifies them.',
    version: '1',
    url: deps.url,
    tokenUrl: `${deps.identityUrl}/oidc/token`,
    service: SEAL_SERVICE,
  });
  const home: Route = {
    method: 'GET',
    path: '/',
    scope: 'public',
    handler: (ctx) => sendPage(ctx, homePage(pageFrame(ctx))),
  };
  const page = verifyRoutes({
    ...deps,
    drawPage: deps.pdfium.drawPage,
    findRedPictures: deps.pdfium.findRedPictures,
    caller,
    spool,
    readFonts: readNotoSans,
    judging: limit.guard,
    sealing: makeRateLimit({ perMinute: REPORTS_PER_MINUTE, clock }).guard,
    showing: open,
  });
  const health = healthRoutes({ metrics, checks: { database: () => pingDatabase(db) } });
  const authorise = async (ctx: Koa.Context, scope: string | readonly string[]): Promise<void> => {
    await gate.require(ctx, scope);
  };
  mountRoutes(app, [...table, home, ...page, ...reference, ...health, ...webRoutes()], { authorise });
  return app;
}

/** Without authorities of its own the room answers for nobody's certificates. */
function revocationRoutes({ authorities, clock }: SealAppDeps, open: RateLimit['guard']): readonly Route[] {
  if (authorities.length === 0) return [];
  const answer = open(makeOcspHandler({ authorities, clock }));
  const list = open(makeListHandler({ authorities, clock }));
  return [
    { method: 'GET', path: '/crl/:file', scope: 'public', handler: list, operation: listOperation },
    { method: 'POST', path: '/ocsp', scope: 'public', handler: answer, operation: ocspOperation },
    { method: 'GET', path: '/ocsp/:request', scope: 'public', handler: answer, operation: ocspGetOperation },
  ];
}

function timeStampRoutes({ authority, ...deps }: SealAppDeps, open: RateLimit['guard']): readonly Route[] {
  if (!authority) return [];
  const handler = open(makeTimeStampHandler({ ...deps, authority }));
  return [{ method: 'POST', path: '/tsa', scope: 'public', handler, operation: timeStampOperation }];
}
