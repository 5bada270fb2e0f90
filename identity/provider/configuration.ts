// Every setting of oidc-provider that we use or refuse, stated (the features in features.ts, the lifetimes in lifetimes.ts):
// the library prints a notice for each default it would otherwise take, and a default that changes with a version shall not
// change this house.
// ES256 only, PKCE S256 always, codes only, pairwise subjects only.
import type { Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider';
import { errors, interactionPolicy } from 'oidc-provider';
import { ACR_VALUES } from '../domain/assurance.ts';
import { AUTH_METHODS, OIDC_SCOPES } from '../domain/client.ts';
import { claimsConfiguration } from './accounts.ts';
import { EXTRA_METADATA } from './client-metadata.ts';
import { makeCookieKeys } from './cookie-keys.ts';
import { DEVICE_PATH } from './device-pages.ts';
import { type FeatureParts, makeFeatures } from './features.ts';
import { askForLevel } from './level-check.ts';

export type ConfigurationParts = FeatureParts & {
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly findAccount: NonNullable<Configuration['findAccount']>;
  readonly loadExistingGrant: NonNullable<Configuration['loadExistingGrant']>;
  readonly pairwiseIdentifier: NonNullable<Configuration['pairwiseIdentifier']>;
  readonly actAsPrompt: interactionPolicy.Prompt;
  readonly extraTokenClaims: NonNullable<Configuration['extraTokenClaims']>;
  readonly fetch: NonNullable<Configuration['fetch']>;
  readonly ttl: NonNullable<Configuration['ttl']>;
  /** Private P-256 keys; the first one signs ID tokens, access tokens and logout tokens. */
  readonly signingKeys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly secureCookies: boolean;
};

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
    claims: claimsConfiguration(),
    conformIdTokenClaims: true,
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: parts.pairwiseIdentifier,
    extraTokenClaims: parts.extraTokenClaims,
    responseTypes: ['code'],
    acrValues: [...ACR_VALUES],
    clientAuthMethods: [...AUTH_METHODS],
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
    // Refresh tokens are for clients that are registered for them; with offline_access, which a person agreed to by name,
    // they outlive the session.
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    expiresWithSession: (_ctx, source) => !source.scopes.has('offline_access'),
    // The end of one access token (RFC 7009) is not the end of what the person granted.
    revokeGrantPolicy: (ctx) => !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken),
    formats: { bitsOfOpaqueRandomness: 256, customizers: {} },
    extraParams: [],
    sectorIdentifierUriValidate: () => false,
    assertJwtClientAuthClaimsAndHeader: checkClientAssertion,
    cookies: {
      keys: makeCookieKeys(parts.cookieKeys),
      long: cookie,
      short: cookie,
      names: {
        session: 'xinji-identity-session',
        interaction: 'xinji-identity-login',
        resume: 'xinji-identity-resume',
      },
    },
    interactions: {
      policy: makePolicy(parts),
      url: (_ctx: KoaContextWithOIDC, interaction) => `/interaction/${interaction.uid}`,
    },
    renderError: parts.pages.renderError,
    ttl: parts.ttl,
    features: makeFeatures(parts),
  };
}

/** Login, then in whose name, then consent. */
function makePolicy({ actAsPrompt }: ConfigurationParts): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  if (login !== undefined) askForLevel(login);
  policy.add(actAsPrompt, 1);
  return policy;
}

/** RFC 7523 by FAPI 2.0: the audience of an assertion is the issuer, and nothing else. */
function checkClientAssertion(ctx: KoaContextWithOIDC, claims: Record<string, unknown>): void {
  if (ctx.oidc.client?.['xinji_profile'] === 'fapi2' && claims['aud'] !== ctx.oidc.issuer)
    throw new errors.InvalidClientAuth('the audience of the assertion must be the issuer');
}

const ROUTES = {
  code_verification: DEVICE_PATH,
  device_authorization: '/oidc/device',
  authorization: '/oidc/auth',
  token: '/oidc/token',
  userinfo: '/oidc/me',
  jwks: '/oidc/jwks',
  end_session: '/oidc/session/end',
  introspection: '/oidc/token/introspection',
  revocation: '/oidc/token/revocation',
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
