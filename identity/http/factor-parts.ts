// Passkeys, authenticator codes, 扫码 and certificates put together: the ways that they add to the login page, and the rows of their own pages.
import type { Knex } from 'knex';
import { errors } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import type { Flashes } from '../../common/http/flash.ts';
import type { Route } from '../../common/http/routes.ts';
import { type Account, CITIZEN_NUMBER } from '../domain/account.ts';
import type { Method } from '../domain/assurance.ts';
import { deriveChallengeKey } from '../domain/challenge.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { FactorKind } from '../domain/factor.ts';
import type { FaceCheck } from '../domain/proofing.ts';
import { deriveScanKey } from '../domain/scan.ts';
import { proveRecoveryCode, proveTotp } from '../flow/authenticator.ts';
import { makeChallenges } from '../flow/challenges.ts';
import type { FactorChangeDeps } from '../flow/change-factors.ts';
import type { CertificateTrust } from '../flow/open-certificate-trust.ts';
import type { PasskeyDeps } from '../flow/passkey-deps.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { findAccountByHolder, findAccountById, findAccountBySub, findDocument } from '../store/accounts.ts';
import { findClient } from '../store/clients.ts';
import type { IdentityEvent } from '../store/events.ts';
import { listFactors } from '../store/factors.ts';
import { IDENTITY_SERVICE } from '../web/service.ts';
import { authenticatorRoutes } from './account-authenticator.ts';
import { certificateRoutes } from './account-certificates.ts';
import { passkeyRoutes } from './account-passkeys.ts';
import { type FaceRoutesDeps, faceRoutes } from './face.ts';
import { type FactorGate, makeFactorGate } from './factor-gate.ts';
import { makeAuthenticatorWay } from './login-ways/authenticator.ts';
import { makeCertificateWay } from './login-ways/certificate.ts';
import { makeFaceWay } from './login-ways/face.ts';
import { makePasskeyWay, offerPasskeys } from './login-ways/passkey.ts';
import { makeScanWay } from './login-ways/scan.ts';
import type { LoginWay, WayShown, WayVisit } from './login-ways/way.ts';
import type { OwnSessions } from './own-session.ts';
import { scanRoutes } from './scan.ts';

export type FactorPartsDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  /** 32 bytes. */
  readonly rootSecret: Uint8Array;
  /** The room's public URL. */
  readonly url: string;
  readonly provider: CurrentProvider;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
  /** How long a QR code is good. */
  readonly scanSeconds: number;
  /** Face checks of one person on one day. */
  readonly faceTries: number;
  /** What the house can ask about a face; null: nobody. */
  readonly face: FaceCheck | null;
  /** What is taken as a picture. */
  readonly pictures: Pick<FaceRoutesDeps, 'isPicture' | 'maxPictureBytes'>;
  readonly cookies: Cookies;
  readonly csrf: Csrf;
  readonly flashes: Flashes;
  /** Whom certificate login believes; null: there is none. */
  readonly certificateTrust: CertificateTrust | null;
  /** Origin of the local program that signs, and where a person gets the driver of his medium. */
  readonly certificateAgent: string;
  readonly certificateDriverUrl: string | null;
};

export type FactorParts = {
  readonly ways: readonly LoginWay[];
  readonly offerPasskeys: (visit: WayVisit) => Promise<WayShown>;
  /** For who gets back into an account by a passkey. */
  readonly passkeys: PasskeyDeps & FactorChangeDeps;
  /** For what takes all that the account can prove, up to level 3. `all`: every way of the login page. */
  readonly gate: (own: OwnSessions, all: readonly LoginWay[]) => FactorGate;
  /** What the account has at hand among these ways. */
  readonly methodsOf: (account: Account, all: readonly LoginWay[]) => Promise<readonly Method[]>;
  /** Of the user centre and of the phone. `all`: every way of the login page. */
  readonly routes: (own: OwnSessions, all: readonly LoginWay[]) => readonly Route[];
};

export function makeFactorParts(deps: FactorPartsDeps): FactorParts {
  const { db, clock, keys, url, record } = deps;
  const has = async (account: Account, kind: FactorKind): Promise<boolean> =>
    (await listFactors(db, account.id, kind)).length > 0;
  const common = {
    ...{ db, clock, keys, record, issuer: url },
    challenges: makeChallenges({ db, clock, key: deriveChallengeKey(deps.rootSecret) }),
    findAccountById: (id: number) => findAccountById(db, keys, id),
    factorsUrl: `${url}/account/factors`,
  };
  const passkeys = {
    ...common,
    rpName: IDENTITY_SERVICE.zh,
    hasPasskey: (account: Account) => has(account, 'passkey'),
  };
  const scans = { ...common, key: deriveScanKey(deps.rootSecret), ttlSeconds: deps.scanSeconds };
  const certificates = deps.certificateTrust && {
    ...common,
    trust: deps.certificateTrust,
    agent: deps.certificateAgent,
    driverUrl: deps.certificateDriverUrl,
    findAccountByNumber: (code: string) => findAccountByHolder(db, keys, { type: CITIZEN_NUMBER, code }),
    hasNumber: async ({ sub }: Account) => (await findDocument(db, keys, sub))?.holder?.type === CITIZEN_NUMBER,
  };
  const hasDocument = async ({ sub }: Account) => (await findDocument(db, keys, sub))?.holder !== undefined;
  const { cookies, csrf, flashes, provider, face } = deps;
  const faces = face && {
    ...common,
    ...{ cookies, csrf, flashes, provider, hasDocument, ...deps.pictures },
    source: face,
    triesPerDay: deps.faceTries,
    findAccount: (sub: string) => findAccountBySub(db, keys, sub),
  };
  /** What the account has at hand: not a phone that nobody knows of, nor a certificate that it could get. */
  const methodsOf = async (account: Account, all: readonly LoginWay[]): Promise<readonly Method[]> => {
    const found = await Promise.all(
      all.map(async ({ method, isAvailable }) => {
        if (method === 'scan') return [];
        const isThere = method === 'cert' ? await has(account, 'certificate') : await (isAvailable?.(account) ?? true);
        return isThere ? [method] : [];
      }),
    );
    return found.flat();
  };
  const gateOf: FactorParts['gate'] = (own, all) =>
    makeFactorGate({ own, methodsOf: (account) => methodsOf(account, all) });
  return {
    gate: gateOf,
    ways: [
      makePasskeyWay(passkeys),
      makeAuthenticatorWay('totp', {
        has: (account) => has(account, 'totp'),
        prove: (account, code) => proveTotp(deps, account, code),
      }),
      makeScanWay(scans),
      ...(faces ? [makeFaceWay(faces)] : []),
      ...(certificates ? [makeCertificateWay(certificates)] : []),
      makeAuthenticatorWay('recovery', {
        has: (account) => has(account, 'recovery'),
        prove: (account, code) => proveRecoveryCode(deps, account, code),
      }),
    ],
    offerPasskeys: (visit) => offerPasskeys(passkeys, visit),
    passkeys,
    methodsOf,
    routes: (own, all) => {
      const gate = gateOf(own, all);
      const nameOf = async (clientId: string) => (await findClient(db, clientId))?.name ?? null;
      return [
        ...authenticatorRoutes({ ...common, own, gate }),
        ...passkeyRoutes({ ...passkeys, own, gate }),
        ...(certificates ? certificateRoutes({ ...certificates, own, gate }) : []),
        ...(faces ? faceRoutes(faces) : []),
        ...scanRoutes({ ...scans, own, nameOf, interactionOf: (ctx) => findInteractionUid(provider, ctx) }),
      ];
    },
  };
}

type Context = Parameters<Parameters<typeof scanRoutes>[0]['interactionOf']>[0];

/** The login under way of this browser's cookie, when the path names the same. */
async function findInteractionUid(provider: CurrentProvider, ctx: Context): Promise<string | null> {
  try {
    const { uid } = await provider().interactionDetails(ctx.req, ctx.res);
    return uid === (ctx['params'] as { uid?: string }).uid ? uid : null;
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return null;
    throw error;
  }
}
