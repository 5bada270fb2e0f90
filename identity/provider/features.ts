// The features of oidc-provider, each on or off by name: what is not named here would be as the library likes it.
import { type ClaimsParameter, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { scopeOf } from '../domain/claims.ts';
import type { ProviderPages } from './pages.ts';

type Features = NonNullable<Configuration['features']>;
type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>;

export type FeatureParts = {
  readonly resourceIndicators: NonNullable<Features['resourceIndicators']>;
  readonly pages: ProviderPages;
  readonly deviceFlow: NonNullable<Features['deviceFlow']>;
  /** 32 bytes, the same on every node: a nonce that one gave is known to all. */
  readonly dpopNonceSecret: Uint8Array;
};

/** The longest life of a signed request; FAPI 2.0 Message Signing allows 60 minutes. */
const REQUEST_OBJECT_SECONDS = 10 * 60;

export function makeFeatures({ resourceIndicators, pages, dpopNonceSecret, deviceFlow }: FeatureParts): Features {
  return {
    attestClientAuth: { enabled: false },
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    ciba: { enabled: false },
    clientIdMetadataDocument: { enabled: false },
    claimsParameter: { enabled: true, assertClaimsParameter: dropUnknownClaims },
    clientCredentials: { enabled: true },
    deviceFlow,
    dPoP: {
      enabled: true,
      nonceSecret: Buffer.from(dpopNonceSecret),
      // A proof of this moment needs none; an old one is told a nonce (RFC 9449, 8), for systems whose clock is wrong.
      requireNonce: () => false,
      allowReplay: false,
    },
    encryption: { enabled: false },
    externalSigningSupport: { enabled: false },
    fapi: { enabled: true, profile: (_ctx, client) => (client?.['xinji_profile'] === 'fapi2' ? '2.0' : undefined) },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token) },
    jwtIntrospection: { enabled: false },
    jwtResponseModes: { enabled: false },
    jwtUserinfo: { enabled: false },
    mTLS: { enabled: false },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: false,
      allowUnregisteredRedirectUris: false,
    },
    registration: { enabled: false },
    registrationManagement: { enabled: false },
    requestObjects: {
      enabled: true,
      requireSignedRequestObject: false,
      assertJwtClaimsAndHeader: checkRequestObject,
    },
    resourceIndicators,
    revocation: { enabled: true, allowedPolicy: mayRevoke },
    richAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: pages.logoutSource,
      postLogoutSuccessSource: pages.postLogoutSuccessSource,
    },
    rpMetadataChoices: { enabled: false },
    userinfo: { enabled: true },
    webMessageResponseMode: { enabled: false },
  };
}

/**
 * OpenID Connect Core: the parameter `claims`. What is not ours, and what the client is not registered and approved for, is
 * left out before anybody is asked for it; what is left is a matter of consent. An ID token carries none of them.
 */
function dropUnknownClaims(ctx: KoaContextWithOIDC, claims: ClaimsParameter, client: Client): void {
  const registered = (client.scope ?? '').split(' ');
  const isLogin = (claim: string): boolean => ABOUT_LOGIN.has(claim);
  const isRegistered = (claim: string): boolean => registered.includes(scopeOf(claim) ?? 'none');
  const kept = {
    ...(claims.userinfo && { userinfo: pick(claims.userinfo, (claim) => isLogin(claim) || isRegistered(claim)) }),
    ...(claims.id_token && { id_token: pick(claims.id_token, isLogin) }),
  };
  if (ctx.oidc.params) ctx.oidc.params['claims'] = JSON.stringify(kept);
}

function pick(claims: object, isKept: (claim: string) => boolean): Record<string, unknown> {
  const entries = Object.entries(claims);
  if (entries.some(([, value]) => value !== null && (typeof value !== 'object' || Array.isArray(value))))
    throw new errors.InvalidRequest('the members of claims must be null or objects');
  return Object.fromEntries(entries.filter(([claim]) => isKept(claim)));
}

const ABOUT_LOGIN: ReadonlySet<string> = new Set(['sub', 'acr', 'amr', 'auth_time', 'iss', 'sid', 'acting_for']);

/** RFC 9101: a signed request is for us and for now; without an end it could be sent for ever. */
function checkRequestObject(_ctx: KoaContextWithOIDC, claims: Record<string, unknown>): void {
  const { exp, nbf, iat, aud } = claims;
  if (aud === undefined || typeof exp !== 'number')
    throw new errors.InvalidRequestObject('the request object must have aud and exp');
  const from = typeof nbf === 'number' ? nbf : iat;
  if (typeof from !== 'number' || exp <= from || exp - from > REQUEST_OBJECT_SECONDS)
    throw new errors.InvalidRequestObject(`exp must follow nbf or iat within ${REQUEST_OBJECT_SECONDS} seconds`);
}

type Token = { readonly clientId?: string | undefined; readonly client?: Client | undefined };

/** RFC 7662: a system learns of its own tokens; one that can prove who it is. */
function mayIntrospect(client: Client, token: Token): boolean {
  return client.clientAuthMethod !== 'none' && token.clientId === client.clientId;
}

/** RFC 7009, 2.1: a token that was issued to another client is refused. */
function mayRevoke(_ctx: KoaContextWithOIDC, client: Client, token: Token): boolean {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('the token was issued to another client');
}
