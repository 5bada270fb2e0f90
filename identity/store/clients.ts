// identity.clients. `version` grows with every change, so that a reader can keep what it made of a row.
import type { Knex } from 'knex';
import type { Client, ClientRegistration, GrantType } from '../domain/client.ts';

type Row = {
  client_id: string;
  application_type: 'web' | 'native';
  version: number;
  name: string;
  organisation: string;
  purpose: string;
  first_party: boolean;
  status: 'active' | 'suspended';
  grant_types: GrantType[];
  scopes: string[];
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  backchannel_logout_uri: string | null;
  sector: string;
  jwks: ClientRegistration['jwks'];
};

const COLUMNS = `client_id, application_type, version, name, organisation, purpose, first_party, status, grant_types, scopes, redirect_uris,
  post_logout_redirect_uris, backchannel_logout_uri, sector, jwks`;

/** Inserts or changes the registration; an equal one changes nothing. Returns the version that is now in force. */
export async function upsertClient(db: Knex, client: ClientRegistration): Promise<number> {
  const { rows } = await db.raw<{ rows: { version: number }[] }>(
    `insert into identity.clients as old (client_id, application_type, name, organisation, purpose, first_party,
       grant_types, scopes, redirect_uris, post_logout_redirect_uris, backchannel_logout_uri, sector, jwks)
     values (:clientId, :applicationType, :name, :organisation, :purpose, :firstParty,
       :grantTypes, :scopes, :redirectUris, :postLogoutRedirectUris, :backchannelLogoutUri, :sector, :jwks)
     on conflict (client_id) do update set
       (application_type, name, organisation, purpose, first_party, grant_types, scopes, redirect_uris,
        post_logout_redirect_uris, backchannel_logout_uri, sector, jwks, version, updated_at) =
       (excluded.application_type, excluded.name, excluded.organisation, excluded.purpose, excluded.first_party,
        excluded.grant_types, excluded.scopes, excluded.redirect_uris, excluded.post_logout_redirect_uris,
        excluded.backchannel_logout_uri, excluded.sector, excluded.jwks, old.version + 1, now())
     where (old.application_type, old.name, old.organisation, old.purpose, old.first_party, old.grant_types, old.scopes,
        old.redirect_uris, old.post_logout_redirect_uris, old.backchannel_logout_uri, old.sector, old.jwks)
       is distinct from
       (excluded.application_type, excluded.name, excluded.organisation, excluded.purpose, excluded.first_party,
        excluded.grant_types, excluded.scopes, excluded.redirect_uris, excluded.post_logout_redirect_uris,
        excluded.backchannel_logout_uri, excluded.sector, excluded.jwks)
     returning version`,
    { ...client, jwks: JSON.stringify(client.jwks) } as unknown as Readonly<Record<string, Knex.RawBinding>>,
  );
  return rows[0]?.version ?? (await findClientVersion(db, client.clientId)) ?? 0;
}

/** Version of an active client; null when there is none. */
export async function findClientVersion(db: Knex, clientId: string): Promise<number | null> {
  const query = db.raw<{ rows: { version: number }[] }>(
    `select version from identity.clients where client_id = ? and status = 'active'`,
    [clientId],
  );
  const { rows } = await query.options({ name: 'client-version' });
  return rows[0]?.version ?? null;
}

export async function findClient(db: Knex, clientId: string): Promise<Client | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(`select ${COLUMNS} from identity.clients where client_id = ?`, [
    clientId,
  ]);
  return rows[0] ? toClient(rows[0]) : null;
}

/** Active systems that people log in to, by name; no programs. */
export async function listLoginClients(db: Knex): Promise<readonly Client[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.clients
     where status = 'active' and application_type = 'web' and 'authorization_code' = any(grant_types) order by name limit 200`,
  );
  return rows.map(toClient);
}

/** Suspends or readmits a client; its version grows. */
export async function markClientStatus(db: Knex, clientId: string, status: Client['status']): Promise<void> {
  await db.raw(
    'update identity.clients set status = ?, version = version + 1, updated_at = now() where client_id = ?',
    [status, clientId],
  );
}

function toClient(row: Row): Client {
  return {
    clientId: row.client_id,
    applicationType: row.application_type,
    version: row.version,
    name: row.name,
    organisation: row.organisation,
    purpose: row.purpose,
    firstParty: row.first_party,
    status: row.status,
    grantTypes: row.grant_types,
    scopes: row.scopes,
    redirectUris: row.redirect_uris,
    postLogoutRedirectUris: row.post_logout_redirect_uris,
    backchannelLogoutUri: row.backchannel_logout_uri,
    sector: row.sector,
    jwks: row.jwks,
  };
}
