// license.clients, as far as sharing goes: whose system it is, where browsers may be sent back to, which key answers are
// encrypted to. Who registers clients, and what else they may, is told in the other stores of this table.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

export type SharingClient = {
  readonly clientId: string;
  /** 统一社会信用代码. */
  readonly organisation: string;
  readonly organisationName: string;
  readonly returnAddresses: readonly string[];
  /** An uncompressed point, 65 bytes. */
  readonly sm2PublicKey: Uint8Array | null;
};

type Row = {
  client_id: string;
  organisation: string;
  organisation_name: string;
  return_addresses: string[];
  sm2_public_key: Uint8Array | null;
};

const FIND: Statement = {
  name: 'sharing-client',
  text: `select client_id, organisation, organisation_name, return_addresses, sm2_public_key
    from license.clients where client_id = $1`,
};

export async function findSharingClient(db: Knex, clientId: string): Promise<SharingClient | null> {
  const { rows } = await runStatement<Row>(db, FIND, [clientId]);
  const row = rows[0];
  if (!row) return null;
  return {
    clientId: row.client_id,
    organisation: row.organisation,
    organisationName: row.organisation_name,
    returnAddresses: row.return_addresses,
    sm2PublicKey: row.sm2_public_key,
  };
}

/** False when there is no such client. */
export async function updateSharingClient(
  db: Knex,
  { clientId, returnAddresses, sm2PublicKey }: Pick<SharingClient, 'clientId' | 'returnAddresses' | 'sm2PublicKey'>,
): Promise<boolean> {
  const count = await db('license.clients')
    .where({ client_id: clientId })
    .update({ return_addresses: [...returnAddresses], sm2_public_key: sm2PublicKey });
  return count === 1;
}
