// What the flows work with, and who may call: tokens of systems, sessions of persons, how often an address may try.
import { makeSessionUses } from '../../common/client/session-use-client.ts';
import { LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';
import { rememberProof } from '../../common/dpop/store/seen-proofs.ts';
import { makeBearerGate } from '../../common/http/bearer.ts';
import { makeCookies } from '../../common/http/cookies.ts';
import { makeRateLimit } from '../../common/http/rate-limit.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { makeLicenseCatalog } from '../flow/license-catalog.ts';
import { makeLastLists } from '../http/last-lists.ts';
import { makeSessionGate } from '../http/session-gate.ts';
import type { LicenseAppDeps } from './deps.ts';

export type Core = ReturnType<typeof makeCore>;

export function makeCore(parts: LicenseAppDeps) {
  const { db, clock, url } = parts;
  const deps = makeFlowDeps(parts);
  const cookies = makeCookies({ room: 'license', keys: parts.cookieKeys, secure: parts.mode === 'production' });
  const lastLists = makeLastLists(clock);
  const { identityUrl: issuer, clientKeyPem: keyPem } = parts;
  const uses = parts.sessionUses ?? makeSessionUses({ issuer, clientId: LICENSE_CLIENT_ID, keyPem, clock });
  return {
    deps,
    gate: makeBearerGate({
      issuer: parts.identityUrl,
      audience: url,
      clock,
      rememberProof: (digest, until) => rememberProof(db, { schema: 'license', digest, until, now: clock() }),
      ...(parts.jwksCooldownSeconds === undefined ? {} : { cooldownSeconds: parts.jwksCooldownSeconds }),
      ...(parts.tokenKeys === undefined ? {} : { keys: parts.tokenKeys }),
    }),
    cookies,
    lastLists,
    sessions: makeSessionGate({ ...deps, uses }, cookies, url, lastLists),
    /** Of checks and looks that need no token. */
    limit: makeRateLimit({ perMinute: parts.verificationsPerMinute, clock }),
    url,
  };
}

function makeFlowDeps(parts: LicenseAppDeps): LicenseDeps {
  const { db, log, clock, seal, files, renderer, keys } = parts;
  return {
    ...{ db, log, clock, seal, files, renderer, keys },
    catalog: makeLicenseCatalog({ db, clock, log, certificates: parts.catalogCertificates }),
    verifyUrl: `${parts.url}/verify`,
    platform: parts.platformSeal === null ? null : { name: parts.platformName, sealEsID: parts.platformSeal },
  };
}
