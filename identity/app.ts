// The identity room as one koa: our pages, and behind the rows marked `oidc` the provider, which has a koa of its own.

import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../common/clock.ts';
import { SCOPES } from '../common/contract/identity.ts';
import { deriveKey } from '../common/crypto/sealed-box.ts';
import { pingDatabase } from '../common/db/ping.ts';
import type { Mode } from '../common/env.ts';
import { makeKoa } from '../common/http/app.ts';
import { makeCookies } from '../common/http/cookies.ts';
import { makeCsrf } from '../common/http/csrf.ts';
import { makeFlashes } from '../common/http/flash.ts';
import { healthRoutes } from '../common/http/health.ts';
import type { Metrics } from '../common/http/metrics.ts';
import { webRoutes } from '../common/http/preferences.ts';
import { referenceRoutes } from '../common/http/reference-page.ts';
import { mountRoutes, type Route } from '../common/http/routes.ts';
import type { Log } from '../common/log.ts';
import type { PlaceOf } from '../common/places.ts';
import { makeWorkers, type Workers } from '../common/queue/workers.ts';
import { deriveDocumentKeys } from './domain/document-box.ts';
import type { Lifetimes } from './domain/lifetimes.ts';
import { isPicture, MAX_PICTURE_BYTES } from './domain/picture.ts';
import type { ProofingPorts } from './domain/proofing.ts';
import { deriveSigningBoxKey } from './domain/signing-key-box.ts';
import { deriveSubjectKey } from './domain/subject.ts';
import { authenticate } from './flow/authenticate.ts';
import { checkWaitingProofs } from './flow/check-waiting-proofs.ts';
import { endDueAccounts, sealOldNames } from './flow/close-account.ts';
import { completeLogin, type ProvenStep } from './flow/complete-login.ts';
import { messageQueue } from './flow/deliver-messages.ts';
import { everybodyQueue } from './flow/end-all-sessions.ts';
import { followChanges } from './flow/follow-changes.ts';
import { giveConsent } from './flow/give-consent.ts';
import { deviceLimit, takeLimit } from './flow/limit.ts';
import { logoutQueues } from './flow/logout-queue.ts';
import type { PasswordPolicy } from './flow/new-password.ts';
import { checkCode, dropCode, findSentCode, sendCode } from './flow/one-time-code.ts';
import type { CertificateTrust } from './flow/open-certificate-trust.ts';
import { keepSigningKeys } from './flow/rotate-signing-key.ts';
import { type Janitor, makeJanitor } from './flow/sweep-expired.ts';
import { accountRoutes } from './http/account-routes.ts';
import { makeActAsSteps } from './http/act-as.ts';
import { adminRoutes } from './http/admin/admin-routes.ts';
import { makeConsentSteps } from './http/consent.ts';
import { makeDeviceHandler } from './http/device.ts';
import { makeFactorParts } from './http/factor-parts.ts';
import { makeHomeHandler } from './http/home.ts';
import { makeInteractionHandlers } from './http/interaction.ts';
import { makeJwksHandler } from './http/jwks.ts';
import { makeKeptForms } from './http/kept-forms.ts';
import { makeLoginSteps } from './http/login-steps.ts';
import { makeLoginWays } from './http/login-ways/table.ts';
import { makeProviderHandler } from './http/oidc.ts';
import { makeOutboxHandler } from './http/outbox.ts';
import { makeOwnLogin } from './http/own-login.ts';
import { makeOwnSessions } from './http/own-session.ts';
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
import { makeStepUp } from './http/step-up.ts';
import { makeVisitors } from './http/visitor.ts';
import { type KeyKeeper, makeKeyKeeper } from './provider/key-keeper.ts';
import { openKeyring } from './provider/keyring.ts';
import { type HouseProvider, makeProvider } from './provider/provider.ts';
import { findAccountByMail, findAccountByPhone, findAccountBySub } from './store/accounts.ts';
import { revokeGrant } from './store/artifacts.ts';
import { listProofs } from './store/authentications.ts';
import { listLoginClients } from './store/clients.ts';
import { listUnitsOf } from './store/legal-persons.ts';
import { listLiveRoles } from './store/roles.ts';
import { IDENTITY_SERVICE } from './web/service.ts';

export type IdentityDeps = Lifetimes & {
  readonly db: Knex;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly mode: Mode;
  /** The room's public URL, which is the issuer. */
  readonly url: string;
  /** Public URLs of the rooms that tokens are for. */
  readonly licenseUrl: string;
  readonly sealUrl: string;
  /** How long a new signing key is published before it signs. */
  readonly keyLeadSeconds: number;
  /** How long a signing key signs. */
  readonly keyMaxAgeDays: number;
  /** What is kept in memory may be behind the database by this much; a second unless given. */
  readonly freshForMs?: number;
  /** How long a QR code for logging in is good. */
  readonly scanSeconds: number;
  /** Face checks of one person on one day. */
  readonly faceTries: number;
  /** Whom certificate login believes; null: there is none. */
  readonly certificateTrust: CertificateTrust | null;
  /** Origin of the local program that signs with a person's certificate, and where he gets the driver of his medium. */
  readonly certificateAgent: string;
  readonly certificateDriverUrl: string | null;
  readonly cookieKeys: readonly string[];
  /** 32 bytes. */
  readonly masterKey: Uint8Array;
  /** CIDR networks that back-channel logout may reach although they are private. */
  readonly logoutNetworks: readonly string[];
  /** What the place of an address is called. */
  readonly placeOf: PlaceOf;
  /** How long a consent counts; 0: for its session. */
  readonly consentDays: number;
  /** How long a system may take to answer a logout. */
  readonly logoutTimeoutMs: number;
  /** How long the person waits for that. */
  readonly logoutWaitMs: number;
  /** Seconds until a system that did not answer is told again, try by try. */
  readonly logoutRetrySeconds: readonly number[];
  /** A session ends when it was not used for so long, and in any case after so long. */
  readonly sessionIdleMinutes: number;
  readonly sessionHours: number;
  /** How long receipts of logouts and jobs that are done stay. */
  readonly receiptDays: number;
  readonly jobDays: number;
  /** How long what was typed at a registration or recovery is kept. */
  readonly draftHours: number;
  /** Days to change one's mind before a closed account is shredded. */
  readonly closingDays: number;
  /** How long what a silent source was asked about waits for its answer. */
  readonly proofWaitDays: number;
  /** Rules and work of passwords. */
  readonly passwords: PasswordPolicy;
  /** Sources that prove an identity. */
  readonly ports: ProofingPorts;
  /** How long a one-time code is good, and for how many tries. */
  readonly otpSeconds: number;
  readonly otpTries: number;
  /** Gateways that messages leave by; null: there is none. */
  readonly smsUrl: string | null;
  readonly mailUrl: string | null;
  /** How long logins stay on record. */
  readonly historyDays: number;
};

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

const FRESH_FOR_MS = 1000;

/** Codes of terminals that one address may type; a code that exists is not counted. */
const DEVICE_TRIES = { max: 10, windowSeconds: 5 * 60 };

export async function buildApp(deps: IdentityDeps): Promise<IdentityApp> {
  const { db, log, clock, metrics, mode } = deps;
  const documentKeys = deriveDocumentKeys(deps.masterKey);
  const changes = followChanges({ db, freshForMs: deps.freshForMs ?? FRESH_FOR_MS });
  const sessionLife = { idleSeconds: deps.sessionIdleMinutes * 60, maxSeconds: deps.sessionHours * 3600 };
  const keyDeps = {
    db,
    clock,
    boxKey: deriveSigningBoxKey(deps.masterKey),
    leadSeconds: deps.keyLeadSeconds,
    maxAgeSeconds: deps.keyMaxAgeDays * 86_400,
  };
  await keepSigningKeys(keyDeps);
  const keyring = await openKeyring({
    ...keyDeps,
    changes,
    // Longer than anything signed counts. As a hint of who logs out an ID token counts as long as its session lives.
    keepSeconds: sessionLife.maxSeconds,
    onChange: (ring) => useKeys(ring.providerKeys()),
  });
  const { provider, sendLogout, useKeys, requests, recorder, readDocument } = makeProvider({
    ...deps,
    issuer: deps.url,
    audiences: [
      { url: deps.licenseUrl, scopes: SCOPES.filter((scope) => scope.startsWith('license:')) },
      { url: deps.sealUrl, scopes: SCOPES.filter((scope) => scope.startsWith('seal:')) },
    ],
    changes,
    signingKeys: keyring.providerKeys(),
    documentKeys,
    subjectKey: deriveSubjectKey(deps.masterKey),
    sessionLife,
  });
  const findAccount = (sub: string) => findAccountBySub(db, documentKeys, sub);
  const cookies = makeCookies({ room: 'identity', keys: deps.cookieKeys, secure: mode === 'production' });
  const csrf = makeCsrf(cookies, deps.url);
  const people = { db, clock, keys: documentKeys, work: deps.passwords.work };
  const codes = { ...people, otpSeconds: deps.otpSeconds, otpTries: deps.otpTries };
  const visitors = makeVisitors(cookies);
  const consent = makeConsentSteps({
    provider,
    csrf,
    findAccount,
    readDocument,
    listRoles: (sub) => listLiveRoles(db, sub, clock()),
    record: recorder.record,
    clock,
    giveConsent: (given) => giveConsent({ db, clock }, given),
    revokeGrant: (grantId) => revokeGrant(db, grantId),
    consentDays: deps.consentDays,
    sessionSeconds: sessionLife.maxSeconds,
  });
  const flashes = makeFlashes(cookies);
  const factors = makeFactorParts({
    ...deps,
    ...{ keys: documentKeys, provider, cookies, csrf, flashes, record: recorder.record },
    face: deps.ports.face,
    pictures: { isPicture, maxPictureBytes: MAX_PICTURE_BYTES },
  });
  const ways = makeLoginWays({
    authenticate: (credentials) => authenticate(people, credentials),
    sendCode: (request) => sendCode(codes, request),
    findSentCode: (place) => findSentCode(codes, place),
    checkCode: (at) => checkCode(codes, at),
    dropCode: (place) => dropCode(codes, place),
    findAccountAt: (to) =>
      'phone' in to ? findAccountByPhone(db, documentKeys, to.phone) : findAccountByMail(db, documentKeys, to.mail),
    findAccount,
    readDocument,
    channels: (['sms', 'mail'] as const).filter((channel) => mode === 'development' || deps[`${channel}Url`] !== null),
    offer: factors.offerPasskeys,
    others: factors.ways,
  });
  const steps = {
    provider,
    clock,
    csrf,
    visitors,
    ways,
    completeLogin: (step: ProvenStep) => completeLogin({ ...people, historyUrl: `${deps.url}/account/history` }, step),
  };
  const interaction = makeInteractionHandlers({
    provider,
    clock,
    csrf,
    consent,
    actAs: makeActAsSteps({
      provider,
      csrf,
      findAccount,
      listUnits: (sub) => listUnitsOf(db, sub),
      record: recorder.record,
    }),
    login: makeLoginSteps({ ...steps, cookies }),
    stepUp: makeStepUp({ ...steps, findAccount, listProofs: (uid) => listProofs(db, uid) }),
  });
  const keptForms = makeKeptForms({ db, clock, cookies, boxKey: deriveKey(deps.masterKey, 'identity kept forms') });
  const ownLogin = makeOwnLogin({ cookies, url: deps.url });
  const own = makeOwnSessions({
    provider,
    sessionLife,
    clock,
    csrf,
    cookies,
    flashes,
    keptForms,
    ownLogin,
    findAccount,
    listProofs: (uid) => listProofs(db, uid),
  });
  const home = makeHomeHandler({ own, listClients: () => listLoginClients(db) });
  const oidc = makeProviderHandler(provider, keyring, requests);
  const device = makeDeviceHandler({
    clock,
    oidc,
    take: (address) => takeLimit(db, { ...deviceLimit(address), ...DEVICE_TRIES, now: clock() }),
  });
  const jwks = makeJwksHandler(keyring, deps.keyLeadSeconds);

  const outbox = makeOutboxHandler({ db, keys: documentKeys });

  const app = makeKoa({ room: 'identity', log, clock, metrics, mode, service: IDENTITY_SERVICE });
  app.proxy = mode === 'production'; // one proxy in front of us says who asked
  app.maxIpsCount = 1;
  const table: readonly Route[] = [
    { method: 'GET', path: '/', scope: 'public', handler: home },
    ...accountRoutes({
      own,
      ownLogin,
      db,
      clock,
      cookies,
      sessionLife,
      logoutWaitMs: deps.logoutWaitMs,
      readDocument,
      keys: documentKeys,
      placeOf: deps.placeOf,
      passwords: deps.passwords,
      gate: factors.gate(own, ways),
      isServed: (path) => table.some((row) => row.path === path),
      record: recorder.record,
    }),
    ...factors.routes(own, ways),
    ...adminRoutes({
      ...{ own, keptForms, db, clock, cookies, keys: documentKeys, ports: deps.ports, record: recorder.record },
      requireHttps: mode === 'production',
      listRoles: (sub) => listLiveRoles(db, sub, clock()),
      methodsOf: (account) => factors.methodsOf(account, ways),
      nameOf: async (sub) => (await findAccount(sub))?.name || sub,
    }),
    ...peopleRoutes({ ...deps, ...codes, cookies, csrf, visitors, own }),
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
  const reference = referenceRoutes(table, {
    title: 'Xinji identity room',
    description: 'OpenID Connect provider: one login for every registered system, access tokens for the other rooms.',
    version: '1',
    url: deps.url,
    service: IDENTITY_SERVICE,
  });
  const health = healthRoutes({ metrics, checks: { database: () => pingDatabase(db) } });
  mountRoutes(app, [...table, ...reference, ...health, ...webRoutes()]);
  const keyKeeper = makeKeyKeeper(keyring, { ...keyDeps, log });
  const { receiptDays, jobDays } = deps;
  const workers = makeWorkers({ db, schema: 'identity', clock, log, registry: metrics.registry }, [
    ...logoutQueues({
      db,
      clock,
      send: sendLogout,
      timeoutMs: deps.logoutTimeoutMs,
      retryDelaysSeconds: deps.logoutRetrySeconds,
    }),
    messageQueue({ ...people, smsUrl: deps.smsUrl, mailUrl: deps.mailUrl }),
    everybodyQueue({ db, clock }),
  ]);
  const chores = [
    () => checkWaitingProofs({ ...people, ports: deps.ports }),
    () => endDueAccounts(people),
    () => sealOldNames(people),
  ];
  const janitor = makeJanitor({ db, clock, log, receiptDays, jobDays, historyDays: deps.historyDays, chores });
  return { app, provider, keyKeeper, janitor, workers, settle: recorder.settle };
}
