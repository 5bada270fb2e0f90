// license.clients: systems of organisations, as they call this room. The organisation is who asks; a client is by what.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

export type LicenseClient = {
  readonly clientId: string;
  /** 统一社会信用代码. */
  readonly organisation: string;
  readonly organisationName: string;
  /** May redeem presentation codes. */
  readonly mayRedeem: boolean;
  /** An uncompressed point, 65 bytes, for answers that are encrypted to the caller; null when none is registered. */
  readonly sm2PublicKey: Uint8Array | null;
};

type Row = {
  client_id: string;
  organisation: string;
  organisation_name: string;
  may_redeem: boolean;
  sm2_public_key: Uint8Array | null;
};

const FIND: Statement = {
  name: 'client',
  text: `select client_id, organisation, organisation_name, may_redeem, sm2_public_key
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
    sm2PublicKey: row.sm2_public_key,
  };
}

/** Adds a client, or puts these values in the place of its former ones. */
export async function upsertClient(db: Knex, client: LicenseClient, now: Date): Promise<void> {
  await db('license.clients')
    .insert({
      client_id: client.clientId,
      organisation: client.organisation,
      organisation_name: client.organisationName,
      may_redeem: client.mayRedeem,
      sm2_public_key: client.sm2PublicKey,
      registered_at: now,
    })
    .onConflict(['client_id'])
    .merge(['organisation', 'organisation_name', 'may_redeem', 'sm2_public_key']);
}
