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
    from license.clients where client_id = $1`,
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

/** Adds a client, or puts these values in the place of its former ones; how it is answered stays. */
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
    .merge(['organisation', 'organisation_name', 'may_redeem']);
}

/** False when there is no such client. */
export async function updateClientAnswers(
  db: Knex,
  { clientId, returnAddresses, sm2PublicKey }: ClientAnswers,
): Promise<boolean> {
  const count = await db('license.clients')
    .where({ client_id: clientId })
    .update({ return_addresses: [...returnAddresses], sm2_public_key: sm2PublicKey });
  return count === 1;
}
