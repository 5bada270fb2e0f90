// license.clients: systems of organisations, as they call this room. The organisation is who asks; a client is by what. An
// operator registers it; how it is answered is changed by itself.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

export type LicenseClient = {
  readonly clientId: string;
  /** 统一社会信用代码. */
  readonly organisation: string;
  readonly organisationName: string;
  /** May redeem presentation codes. */
  readonly mayRedeem: boolean;
  /** Where browsers may be sent back to. */
  readonly returnAddresses: readonly string[];
  /** An uncompressed point, 65 bytes, for answers that are encrypted to the caller; null when none is registered. */
  readonly sm2PublicKey: Uint8Array | null;
};

/** What a registration says of a client. */
export type ClientRegistration = Omit<LicenseClient, 'returnAddresses' | 'sm2PublicKey'>;
/** How a client is answered. */
export type ClientAnswers = Pick<LicenseClient, 'clientId' | 'returnAddresses' | 'sm2PublicKey'>;

type Row = {
  client_id: string;
  organisation: string;
  organisation_name: string;
  may_redeem: boolean;
  return_addresses: string[];
  sm2_public_key: Uint8Array | null;
};

const FIND: Statement = {
  name: 'client',
  text: `select client_id, organisation, organisation_name, may_redeem, return_addresses, sm2_public_key
    from license.clients where client_id = $1 and ended_at is null`,
};

const NAMES: Statement = {
  name: 'organisation-names',
  text: `select distinct on (organisation) organisation, organisation_name from license.clients
    where organisation = any($1::text[]) order by organisation, registered_at`,
};

/** The names of the organisations that have a client here, by their 统一社会信用代码. */
export async function findOrganisationNames(
  db: Knex,
  organisations: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await runStatement<Pick<Row, 'organisation' | 'organisation_name'>>(db, NAMES, [organisations]);
  return new Map(rows.map((row) => [row.organisation, row.organisation_name]));
}

/** Null also for one whose registration ended. */
export async function findClient(db: Knex, clientId: string): Promise<LicenseClient | null> {
  const { rows } = await runStatement<Row>(db, FIND, [clientId]);
  const row = rows[0];
  if (!row) return null;
  return {
    clientId: row.client_id,
    organisation: row.organisation,
    organisationName: row.organisation_name,
    mayRedeem: row.may_redeem,
    returnAddresses: row.return_addresses,
    sm2PublicKey: row.sm2_public_key,
  };
}

/** Adds a client, or puts these values in the place of its former ones, in force again; how it is answered stays. */
export async function upsertClient(db: Knex, client: ClientRegistration, now: Date): Promise<void> {
  await db('license.clients')
    .insert({
      client_id: client.clientId,
      organisation: client.organisation,
      organisation_name: client.organisationName,
      may_redeem: client.mayRedeem,
      registered_at: now,
    })
    .onConflict(['client_id'])
    .merge({
      organisation: client.organisation,
      organisation_name: client.organisationName,
      may_redeem: client.mayRedeem,
      ended_at: null,
    });
}

/** False when there is no such client. */
export async function updateClientAnswers(
  db: Knex,
  { clientId, returnAddresses, sm2PublicKey }: ClientAnswers,
): Promise<boolean> {
  const count = await db('license.clients')
    .where({ client_id: clientId })
    .whereNull('ended_at')
    .update({ return_addresses: [...returnAddresses], sm2_public_key: sm2PublicKey });
  return count === 1;
}

/** False when there is none, or it ended before. */
export async function endClient(db: Knex, clientId: string, now: Date): Promise<boolean> {
  return (
    (await db('license.clients').where({ client_id: clientId }).whereNull('ended_at').update({ ended_at: now })) === 1
  );
}

type IssuesFor = {
  readonly authority_code: string;
  readonly license_type: string;
  readonly granted_at: string;
  readonly ended_at: string | null;
};
export type ListedClient = ClientRegistration & {
  readonly registeredAt: Date;
  readonly endedAt: Date | null;
  /** Times as PostgreSQL writes them in JSON. */
  readonly issues: readonly IssuesFor[];
};

/** All, ended ones included, by their id; one when given. At most 1,000. */
export async function listClients(db: Knex, clientId: string | null): Promise<readonly ListedClient[]> {
  const { rows } = await db.raw<{ rows: ListedClient[] }>(
    `select c.client_id as "clientId", organisation, organisation_name as "organisationName", may_redeem as "mayRedeem",
       registered_at as "registeredAt", ended_at as "endedAt", (
         select coalesce(json_agg(json_build_object('authority_code', authority_code, 'license_type', license_type,
           'granted_at', granted_at, 'ended_at', i.ended_at) order by authority_code, license_type), '[]')
         from license.issuing_clients i where i.client_id = c.client_id) as issues
     from license.clients c where c.client_id = coalesce(?::text, c.client_id) order by c.client_id limit 1000`,
    [clientId],
  );
  return rows;
}
