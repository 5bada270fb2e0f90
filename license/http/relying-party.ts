// This room as a client of the identity room: authorization code with PKCE and private_key_jwt, userinfo for the holder
// code, RP-initiated logout, and the verification of logout tokens (OpenID Connect Back-Channel Logout).
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { makeOidcClient } from '../../common/client/token-source.ts';
import type { Clock } from '../../common/clock.ts';
import { identityDocumentClaims, LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';
import { parseRoles, type Role } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export type RelyingPartyOptions = {
  readonly issuer: string;
  /** This room's public URL. */
  readonly url: string;
  readonly keyPem: string;
  readonly allowHttp: boolean;
  readonly clock: Clock;
};

/** What the browser keeps, signed, between leaving and coming back. */
export type PendingLogin = { readonly state: string; readonly nonce: string; readonly verifier: string };

export type LoggedIn = {
  readonly sub: string;
  readonly sid: string | null;
  readonly name: string;
  readonly holderCode: string;
  readonly holderCodeType: string;
  /** The unit in whose name the person acts; null for himself. */
  readonly actingFor: { readonly code: string; readonly codeType: string; readonly name: string } | null;
  readonly roles: readonly Role[];
  readonly idToken: string;
};

export type RelyingParty = {
  /** `asksUnit`: the person is asked anew in whose name he acts. */
  begin(asksUnit?: boolean): Promise<{ readonly target: string; readonly pending: PendingLogin }>;
  /** `callback` is the address that the browser came back to. Throws when anything does not fit. */
  finish(callback: URL, pending: PendingLogin): Promise<LoggedIn>;
  logoutUrl(idToken: string | null): Promise<string>;
  /** Whom a logout token names. Throws when it is not one for us. */
  readLogoutToken(token: string): Promise<{ readonly sub: string | undefined; readonly sid: string | undefined }>;
};

export function makeRelyingParty(options: RelyingPartyOptions): RelyingParty {
  const find = makeOidcClient({ ...options, clientId: LICENSE_CLIENT_ID });
  const client = (): Promise<oidc.Configuration> =>
    find().catch((cause: unknown) => {
      throw new TrustError('identity-unavailable', 'the identity room cannot be reached', { cause });
    });
  const keys = createRemoteJWKSet(new URL('/oidc/jwks', options.issuer));
  return {
    begin: async (asksUnit = false) => beginLogin(await client(), options, asksUnit),
    finish: async (callback, pending) => finishLogin(await client(), callback, pending),
    logoutUrl: async (idToken) => {
      const target = oidc.buildEndSessionUrl(await client(), {
        client_id: LICENSE_CLIENT_ID,
        post_logout_redirect_uri: `${options.url}/?out=1`,
        ...(idToken === null ? {} : { id_token_hint: idToken }),
      });
      return target.href;
    },
    readLogoutToken: (token) => readLogoutToken(token, keys, options),
  };
}

async function beginLogin(client: oidc.Configuration, { url }: RelyingPartyOptions, asksUnit: boolean) {
  const pending: PendingLogin = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
  };
  const target = oidc.buildAuthorizationUrl(client, {
    redirect_uri: `${url}/login/callback`,
    scope: 'openid profile identity_document',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    ...(asksUnit ? { prompt: 'act_as' } : {}),
  });
  return { target: target.href, pending };
}

async function finishLogin(client: oidc.Configuration, callback: URL, pending: PendingLogin): Promise<LoggedIn> {
  const tokens = await oidc.authorizationCodeGrant(client, callback, {
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    pkceCodeVerifier: pending.verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims || !tokens.id_token) throw new Error('the answer has no ID token');
  // The holder code is given at userinfo only, to this client only.
  const person = identityDocumentClaims.parse(await oidc.fetchUserInfo(client, tokens.access_token, claims.sub));
  const sid = claims['sid'];
  const unit = person.acting_for;
  const roles = parseRoles(person.roles);
  if (roles === null) throw new Error('the answer has roles that cannot be read');
  return {
    sub: claims.sub,
    sid: typeof sid === 'string' ? sid : null,
    name: person.name ?? '',
    holderCode: person.holder_code,
    holderCodeType: person.holder_code_type,
    actingFor: unit ? { code: unit.code, codeType: unit.code_type, name: unit.name } : null,
    roles,
    idToken: tokens.id_token,
  };
}

/** Signature, type, audience, age, the event, and no nonce. */
async function readLogoutToken(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  { issuer, clock }: RelyingPartyOptions,
): Promise<{ sub: string | undefined; sid: string | undefined }> {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: LICENSE_CLIENT_ID,
    algorithms: ['ES256'],
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'jti', 'events'],
    maxTokenAge: '3m',
    clockTolerance: 5,
    currentDate: clock(),
  });
  const { sub, sid, events, nonce } = payload;
  const isLogout = typeof events === 'object' && events !== null && LOGOUT_EVENT in events;
  if (nonce !== undefined || !isLogout) throw new Error('it is no logout token');
  if (typeof sid !== 'string' && typeof sub !== 'string') throw new Error('it names neither session nor subject');
  return { sub, sid: typeof sid === 'string' ? sid : undefined };
}
