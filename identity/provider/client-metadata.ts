// A registration as RFC 7591 metadata of oidc-provider.
import { randomBytes } from 'node:crypto';
import type { ClientMetadata } from 'oidc-provider';
import { SCOPES } from '../../common/contract/identity.ts';
import { type Client, type GrantType, OIDC_SCOPES, scopesWithoutApproval } from '../domain/client.ts';

/** Our own members of client metadata. */
export const EXTRA_METADATA = [
  'xinji_accepts_units',
  'xinji_first_party',
  'xinji_min_level',
  'xinji_optional_scopes',
  'xinji_organisation',
  'xinji_profile',
  'xinji_purpose',
  'xinji_resource_scopes',
  'xinji_sector',
] as const;

/** RFC 8628 */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const WIRE_GRANT: Readonly<Record<GrantType, string>> = {
  authorization_code: 'authorization_code',
  client_credentials: 'client_credentials',
  refresh_token: 'refresh_token',
  device_code: DEVICE_GRANT,
};

export function toMetadata(client: Client): ClientMetadata {
  const withheld = scopesWithoutApproval(client);
  const about = OIDC_SCOPES.filter((scope) => client.scopes.includes(scope) && !withheld.includes(scope));
  return {
    client_id: client.clientId,
    client_name: client.name,
    application_type: client.applicationType,
    grant_types: client.grantTypes.filter((type) => type !== 'device_code').map((type) => WIRE_GRANT[type]),
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    ...(about.length === 0 ? {} : { scope: about.join(' ') }),
    ...authentication(client),
    id_token_signed_response_alg: 'ES256',
    require_pushed_authorization_requests: client.parRequired,
    require_signed_request_object: client.jarRequired,
    dpop_bound_access_tokens: client.dpopBound,
    subject_type: 'pairwise',
    // Our sectors are registered, not read from addresses; where a client has several hosts, or none, the library insists
    // on an address for the sector. It is never opened.
    ...(hostsOf(client).size === 1 ? {} : { sector_identifier_uri: `https://${client.sector}.sector.invalid/` }),
    ...(client.backchannelLogoutUri === null
      ? {}
      : { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true }),
    xinji_accepts_units: client.acceptsUnits,
    xinji_first_party: client.firstParty,
    xinji_min_level: client.minLevel,
    xinji_optional_scopes: client.optionalScopes,
    xinji_organisation: client.organisation,
    xinji_profile: client.profile,
    xinji_purpose: client.purpose,
    xinji_resource_scopes: SCOPES.filter((scope) => client.scopes.includes(scope)),
    xinji_sector: client.sector,
  };
}

/**
 * The library lets a client with pairwise subjects have device codes only when it names an address for its keys, from which
 * its sector is read. Our sectors are registered: the grant is added when the metadata have been judged.
 */
export function addDeviceGrant(client: { grantTypes?: readonly string[] | undefined }, row: Client): void {
  if (row.grantTypes.includes('device_code')) client.grantTypes = [...(client.grantTypes ?? []), DEVICE_GRANT];
}

function authentication({ authMethod, jwks }: Client): Partial<ClientMetadata> {
  const keys = jwks.keys.length === 0 ? {} : { jwks: { keys: [...jwks.keys] } };
  if (authMethod === 'private_key_jwt')
    return { ...keys, token_endpoint_auth_method: authMethod, token_endpoint_auth_signing_alg: 'ES256' };
  if (authMethod === 'none') return { token_endpoint_auth_method: authMethod };
  // The library wants a secret in the metadata. Ours are digests in a table (client-secrets.ts); what stands here is known
  // to nobody and compared with nothing.
  return { ...keys, token_endpoint_auth_method: authMethod, client_secret: randomBytes(32).toString('hex') };
}

function hostsOf({ redirectUris }: Client): ReadonlySet<string> {
  return new Set(redirectUris.map((uri) => new URL(uri).host));
}
