// identity.clients as oidc-provider's Client. The library keeps only 100 validated clients; here all are kept, each under
// the version of its row, and its metadata are validated once per change. A look-up asks the database nothing as long as
// no client has changed; after a change each is asked for its version once. A changed or suspended registration counts
// within a second on every node.
import type { Knex } from 'knex';
import type { ClientMetadata, Provider } from 'oidc-provider';
import { SCOPES } from '../../common/contract/identity.ts';
import { type Client, OIDC_SCOPES, OWN_CLIENT_ID } from '../domain/client.ts';
import type { Changes } from '../flow/follow-changes.ts';
import { findClient, findClientVersion } from '../store/clients.ts';
import { ownClientMetadata } from './own-client.ts';

type ProviderClient = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>;
type ClientClass = Provider['Client'] & { new (metadata: ClientMetadata): ProviderClient };

/** Our own members of client metadata. */
export const EXTRA_METADATA = [
  'xinji_first_party',
  'xinji_organisation',
  'xinji_purpose',
  'xinji_resource_scopes',
  'xinji_sector',
] as const;

/** `asOf`: the number of all changes of clients up to which `version` is known to hold. */
type Kept = { readonly version: number; readonly asOf: number; readonly client: ProviderClient };

/** Replaces `provider.Client.find`. */
export function readClientsFrom(provider: Provider, { db, changes }: { db: Knex; changes: Changes }): void {
  const known = new Map<string, Kept>();
  const ClientOfProvider = provider.Client as ClientClass;
  const ownClient = new ClientOfProvider(ownClientMetadata(provider.issuer));
  const find = async (clientId: string): Promise<ProviderClient | undefined> => {
    if (typeof clientId !== 'string' || clientId === '' || clientId.includes('\0')) return undefined;
    if (clientId === OWN_CLIENT_ID) return ownClient;
    const asOf = await changes.version('clients');
    const kept = known.get(clientId);
    if (kept?.asOf === asOf) return kept.client;
    const version = await findClientVersion(db, clientId);
    if (version === null) {
      known.delete(clientId);
      return undefined;
    }
    if (kept?.version === version) {
      known.set(clientId, { ...kept, asOf });
      return kept.client;
    }
    const row = await findClient(db, clientId);
    if (row === null || row.status !== 'active') return undefined;
    const client = new ClientOfProvider(toMetadata(row));
    known.set(clientId, { version: row.version, asOf, client });
    return client;
  };
  Object.defineProperty(provider.Client, 'find', { value: find });
}

/** RFC 7591 metadata of a registration. */
export function toMetadata(client: Client): ClientMetadata {
  const about = OIDC_SCOPES.filter((scope) => client.scopes.includes(scope));
  return {
    client_id: client.clientId,
    client_name: client.name,
    application_type: client.applicationType,
    grant_types: [...client.grantTypes],
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    ...(about.length === 0 ? {} : { scope: about.join(' ') }),
    ...(client.applicationType === 'native'
      ? { token_endpoint_auth_method: 'none' }
      : {
          jwks: { keys: [...client.jwks.keys] },
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
        }),
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    // Our sectors are registered, not read from addresses; where a client has several hosts the library insists on an
    // address for the sector. It is never opened.
    ...(hostsOf(client).size > 1 ? { sector_identifier_uri: `https://${client.sector}.sector.invalid/` } : {}),
    ...(client.backchannelLogoutUri === null
      ? {}
      : { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true }),
    xinji_first_party: client.firstParty,
    xinji_organisation: client.organisation,
    xinji_purpose: client.purpose,
    xinji_resource_scopes: SCOPES.filter((scope) => client.scopes.includes(scope)),
    xinji_sector: client.sector,
  };
}

function hostsOf({ redirectUris }: Client): ReadonlySet<string> {
  return new Set(redirectUris.map((uri) => new URL(uri).host));
}
