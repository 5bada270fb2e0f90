// license.issuing_clients and license.verifiers: which client acts for which authority, and who may redeem.
import type { Knex } from 'knex';

export type IssuingClient = {
  readonly clientId: string;
  readonly licenseType: string;
  readonly authorityName: string;
  readonly authorityCode: string;
  readonly sealEsID: string;
};
export type Verifier = { readonly clientId: string; readonly name: string; readonly code: string };

/** The right of a client to issue a license type, or null. */
export async function findIssuingClient(
  db: Knex,
  clientId: string,
  licenseType: string,
): Promise<IssuingClient | null> {
  const rows = await db('license.issuing_clients')
    .options({ name: 'issuing-client' })
    .select<{ authority_name: string; authority_code: string; seal_esid: string }[]>(
      'authority_name',
      'authority_code',
      'seal_esid',
    )
    .where({ client_id: clientId, license_type: licenseType });
  const row = rows[0];
  if (!row) return null;
  return {
    clientId,
    licenseType,
    authorityName: row.authority_name,
    authorityCode: row.authority_code,
    sealEsID: row.seal_esid,
  };
}

/** Codes of the authorities for which a client issues anything. */
export async function listAuthorityCodes(db: Knex, clientId: string): Promise<readonly string[]> {
  const rows = await db('license.issuing_clients')
    .options({ name: 'authority-codes' })
    .select<{ authority_code: string }[]>('authority_code')
    .where({ client_id: clientId });
  return rows.map((row) => row.authority_code);
}

export async function upsertIssuingClient(db: Knex, client: IssuingClient): Promise<void> {
  await db('license.issuing_clients')
    .insert({
      client_id: client.clientId,
      license_type: client.licenseType,
      authority_name: client.authorityName,
      authority_code: client.authorityCode,
      seal_esid: client.sealEsID,
    })
    .onConflict(['client_id', 'license_type'])
    .merge();
}

export async function findVerifier(db: Knex, clientId: string): Promise<Verifier | null> {
  const rows = await db('license.verifiers')
    .options({ name: 'verifier' })
    .select<{ name: string; code: string }[]>('name', 'code')
    .where({ client_id: clientId });
  const row = rows[0];
  return row ? { clientId, name: row.name, code: row.code } : null;
}

export async function upsertVerifier(db: Knex, verifier: Verifier): Promise<void> {
  await db('license.verifiers')
    .insert({ client_id: verifier.clientId, name: verifier.name, code: verifier.code })
    .onConflict(['client_id'])
    .merge();
}
