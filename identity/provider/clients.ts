// identity.clients as oidc-provider's Client. The library keeps only 100 validated clients; here all are kept, each under
// the version of its row, and its metadata are validated once per change. A look-up asks the database nothing as long as
// no client has changed; after a change each is asked for its version once. A changed or suspended registration counts
// within a second on every node.
import type { Knex } from 'knex';
import type { ClientMetadata, Provider } from 'oidc-provider';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import type { Changes } from '../flow/follow-changes.ts';
import { findClient, findClientVersion } from '../store/clients.ts';
import { addDeviceGrant, toMetadata } from './client-metadata.ts';
import { ownClientMetadata } from './own-client.ts';

export type ProviderClient = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>;
type ClientClass = Provider['Client'] & { new (metadata: ClientMetadata): ProviderClient };

/** `asOf`: the number of all changes of clients up to which `version` is known to hold. */
type Kept = { readonly version: number; readonly asOf: number; readonly client: ProviderClient };

/** Replaces `provider.Client.find`. */
export function readClientsFrom(provider: Provider, { db, changes }: { db: Knex; changes: Changes }): void {
  const known = new Map<string, Kept>();
  const ownClient = makeClient(provider, ownClientMetadata(provider.issuer));
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
    const client = makeClient(provider, toMetadata(row));
    addDeviceGrant(client, row);
    known.set(clientId, { version: row.version, asOf, client });
    return client;
  };
  Object.defineProperty(provider.Client, 'find', { value: find });
}

/** For what is said to a client and not asked by it: a suspended one too. */
export async function findRegistered(
  provider: Provider,
  db: Knex,
  clientId: string,
): Promise<ProviderClient | undefined> {
  const active = await provider.Client.find(clientId);
  if (active) return active;
  const row = await findClient(db, clientId);
  return row === null ? undefined : makeClient(provider, toMetadata(row));
}

function makeClient(provider: Provider, metadata: ClientMetadata): ProviderClient {
  const ClientOfProvider = provider.Client as ClientClass;
  return new ClientOfProvider(metadata);
}
