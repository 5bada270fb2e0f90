// identity.clients. `version` grows with every change, so that a reader can keep what it made of a row; approvals belong
// to what is read.
import type { Knex } from 'knex';
import type { CheckedClient, Client } from '../domain/client.ts';

/** Columns of a registration that its owner sets, and the member each is. */
const COLUMN_OF = {
  application_type: 'applicationType',
  name: 'name',
  organisation: 'organisation',
  purpose: 'purpose',
  first_party: 'firstParty',
  grant_types: 'grantTypes',
  scopes: 'scopes',
  redirect_uris: 'redirectUris',
  post_logout_redirect_uris: 'postLogoutRedirectUris',
  backchannel_logout_uri: 'backchannelLogoutUri',
  sector: 'sector',
  jwks: 'jwks',
  auth_method: 'authMethod',
  profile: 'profile',
  dpop_bound: 'dpopBound',
  par_required: 'parRequired',
  jar_required: 'jarRequired',
  min_level: 'minLevel',
  accepts_units: 'acceptsUnits',
  optional_scopes: 'optionalScopes',
} as const satisfies Record<string, keyof CheckedClient>;

type Column = keyof typeof COLUMN_OF;
type Row = { readonly [C in Column]: Client[(typeof COLUMN_OF)[C]] } & {
  readonly client_id: string;
  readonly version: number;
  readonly status: Client['status'];
  readonly approved_scopes: readonly string[];
};

const COLUMNS = Object.keys(COLUMN_OF) as Column[];
const READ = `client_id, version, status, ${COLUMNS.join(', ')},
  array(select scope from identity.claim_approvals approval
        where approval.client_id = client.client_id and withdrawn_at is null) as approved_scopes`;
const listed = (table: string): string => COLUMNS.map((column) => `${table}.${column}`).join(', ');

/** Inserts or changes the registration; an equal one changes nothing. Returns the version that is now in force. */
export async function upsertClient(db: Knex, client: CheckedClient): Promise<number> {
  const { rows } = await db.raw<{ rows: { version: number }[] }>(
    `insert into identity.clients as old (client_id, ${COLUMNS.join(', ')})
     values (:clientId, ${COLUMNS.map((column) => `:${COLUMN_OF[column]}`).join(', ')})
     on conflict (client_id) do update set
       (${COLUMNS.join(', ')}, version, updated_at) = (${listed('excluded')}, old.version + 1, now())
     where (${listed('old')}) is distinct from (${listed('excluded')})
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
  const { rows } = await db.raw<{ rows: Row[] }>(`select ${READ} from identity.clients client where client_id = ?`, [
    clientId,
  ]);
  return rows[0] ? toClient(rows[0]) : null;
}

/** As `findClient`; whoever asks next waits for the end of the transaction. */
export async function lockClient(trx: Knex, clientId: string): Promise<Client | null> {
  await trx.raw('select 1 from identity.clients where client_id = ? for update', [clientId]);
  return findClient(trx, clientId);
}

/** Clients by name whose name, organisation or id holds `search`, and how many there are in all. */
export async function listClientPage(
  db: Knex,
  of: {
    readonly search: string;
    readonly status: Client['status'] | null;
    readonly limit: number;
    readonly offset: number;
  },
): Promise<{ readonly clients: readonly Client[]; readonly total: number }> {
  const { rows } = await db.raw<{ rows: (Row & { total: number })[] }>(
    `select ${READ}, count(*) over ()::integer as total from identity.clients client
     where (:status::text is null or status = :status)
       and position(lower(:search) in lower(name || ' ' || organisation || ' ' || client_id)) > 0
     order by name, client_id limit :limit offset :offset`,
    { ...of },
  );
  return { clients: rows.map(toClient), total: rows[0]?.total ?? 0 };
}

/** Active systems that people log in to, by name; no programs. */
export async function listLoginClients(db: Knex): Promise<readonly Client[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${READ} from identity.clients client
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

/** Makes readers take the row anew: something that belongs to the client but not to its row has changed. */
export async function touchClient(db: Knex, clientId: string): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update identity.clients set version = version + 1, updated_at = now() where client_id = ?',
    [clientId],
  );
  return rowCount === 1;
}

/** Every registration, by client id. */
export async function listClients(db: Knex): Promise<readonly Client[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${READ} from identity.clients client order by client_id limit 5000`,
  );
  return rows.map(toClient);
}

function toClient(row: Row): Client {
  return {
    clientId: row.client_id,
    version: row.version,
    status: row.status,
    approvedScopes: row.approved_scopes,
    applicationType: row.application_type,
    name: row.name,
    organisation: row.organisation,
    purpose: row.purpose,
    firstParty: row.first_party,
    grantTypes: row.grant_types,
    scopes: row.scopes,
    redirectUris: row.redirect_uris,
    postLogoutRedirectUris: row.post_logout_redirect_uris,
    backchannelLogoutUri: row.backchannel_logout_uri,
    sector: row.sector,
    jwks: row.jwks,
    authMethod: row.auth_method,
    profile: row.profile,
    dpopBound: row.dpop_bound,
    parRequired: row.par_required,
    jarRequired: row.jar_required,
    minLevel: row.min_level,
    acceptsUnits: row.accepts_units,
    optionalScopes: row.optional_scopes,
  };
}
