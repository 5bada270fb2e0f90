// Every setting of oidc-provider that we use or refuse, stated: the library prints a notice for each default it would
// otherwise take, and a default that changes with a version shall not change this house.
// ES256 only, PKCE S256 always, private_key_jwt only (a native client keeps no key and has none), codes only, pairwise
// subjects only, no refresh tokens
// (no scope offline_access; naming issueRefreshToken here would offer them), no DPoP (the rooms' bearer gate
// takes no sender-constrained tokens yet).
import type { Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import { OIDC_SCOPES } from '../domain/client.ts';
import { type SessionLife, sessionSeconds } from '../domain/session-life.ts';
import { CLAIMS } from './accounts.ts';
import { EXTRA_METADATA } from './clients.ts';
import type { ProviderPages } from './pages.ts';

export type ConfigurationParts = {
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly findAccount: NonNullable<Configuration['findAccount']>;
  readonly loadExistingGrant: NonNullable<Configuration['loadExistingGrant']>;
  readonly pairwiseIdentifier: NonNullable<Configuration['pairwiseIdentifier']>;
  readonly extraTokenClaims: NonNullable<Configuration['extraTokenClaims']>;
  readonly resourceIndicators: NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;
  readonly fetch: NonNullable<Configuration['fetch']>;
  readonly pages: ProviderPages;
  /** Private P-256 keys; the first one signs ID tokens, access tokens and logout tokens. */
  readonly signingKeys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly secureCookies: boolean;
  readonly session: SessionLife;
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Seconds. A session slides, by settings; opaque tokens are bound to it, and a token for another room lives as long as one of client credentials. */
export const TTL = {
  AccessToken: 10 * MINUTE,
  AuthorizationCode: MINUTE,
  ClientCredentials: 5 * MINUTE,
  Grant: 24 * HOUR,
  IdToken: 10 * MINUTE,
  Interaction: 15 * MINUTE,
} as const;

export function makeConfiguration(parts: ConfigurationParts): Configuration {
  const cookie = {
    httpOnly: true,
    sameSite: 'lax',
    signed: true,
    secure: parts.secureCookies,
    overwrite: true,
  } as const;
  return {
    adapter: parts.adapter,
    findAccount: parts.findAccount,
    loadExistingGrant: parts.loadExistingGrant,
    fetch: parts.fetch,
    jwks: { keys: [...parts.signingKeys] },
    routes: ROUTES,
    scopes: [...OIDC_SCOPES],
    claims: {
      ...CLAIMS,
      openid: [...CLAIMS.openid],
      profile: [...CLAIMS.profile],
      identity_document: [...CLAIMS.identity_document],
    },
    conformIdTokenClaims: true,
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: parts.pairwiseIdentifier,
    extraTokenClaims: parts.extraTokenClaims,
    responseTypes: ['code'],
    acrValues: [],
    clientAuthMethods: ['private_key_jwt', 'none'],
    enabledJWA: ALGORITHMS,
    clientDefaults: {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      id_token_signed_response_alg: 'ES256',
    },
    extraClientMetadata: { properties: [...EXTRA_METADATA], validator: () => {} },
    clockTolerance: 5,
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    enableHttpPostMethods: false,
    clientBasedCORS: () => false,
    pkce: { required: () => true },
    expiresWithSession: () => true,
    revokeGrantPolicy: () => true,
    cookies: {
      keys: [...parts.cookieKeys],
      long: cookie,
      short: cookie,
      names: {
        session: 'xinji-identity-session',
        interaction: 'xinji-identity-login',
        resume: 'xinji-identity-resume',
      },
    },
    interactions: {
      policy: interactionPolicy.base(),
      url: (_ctx: KoaContextWithOIDC, interaction) => `/interaction/${interaction.uid}`,
    },
    renderError: parts.pages.renderError,
    ttl: {
      ...TTL,
      AccessToken: (_ctx, token) => (token.resourceServer ? TTL.ClientCredentials : TTL.AccessToken),
      Session: (_ctx, session) => sessionSeconds(parts.session, session.iat, Math.floor(Date.now() / 1000)),
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      claimsParameter: { enabled: false },
      deviceFlow: { enabled: false },
      dPoP: { enabled: false },
      encryption: { enabled: false },
      introspection: { enabled: false },
      jwtResponseModes: { enabled: false },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
      registration: { enabled: false },
      requestObjects: { enabled: false },
      resourceIndicators: parts.resourceIndicators,
      revocation: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: parts.pages.logoutSource,
        postLogoutSuccessSource: parts.pages.postLogoutSuccessSource,
      },
      userinfo: { enabled: true },
    },
  };
}

const ROUTES = {
  authorization: '/oidc/auth',
  token: '/oidc/token',
  userinfo: '/oidc/me',
  jwks: '/oidc/jwks',
  end_session: '/oidc/session/end',
  pushed_authorization_request: '/oidc/request',
} as const;

const ALGORITHMS: NonNullable<Configuration['enabledJWA']> = {
  authorizationSigningAlgValues: ['ES256'],
  clientAuthSigningAlgValues: ['ES256'],
  dPoPSigningAlgValues: ['ES256'],
  idTokenSigningAlgValues: ['ES256'],
  introspectionSigningAlgValues: ['ES256'],
  requestObjectSigningAlgValues: ['ES256'],
  userinfoSigningAlgValues: ['ES256'],
};
