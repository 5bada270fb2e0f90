// license.licenses (one row a version of a license) and license.holder_licenses (the way from a holder to them).
// A holder's list is read in two steps, never by a join: both tables will be partitioned by different keys.
import type { Knex } from 'knex';
import type { StoredLicense } from '../domain/license-record.ts';
import type { StoredState } from '../domain/license-states.ts';

const COLUMNS = [
  'identifier',
  'license_type',
  'type_version',
  'version',
  'name',
  'license_number',
  'client_id',
  'case_id',
  'authority_name',
  'authority_code',
  'holder_name',
  'holder_code_type',
  'holder_key',
  'holder_code_box',
  'issued_on',
  'valid_from',
  'valid_to',
  'fields',
  'file_sm3',
  'file_size',
  'state',
  'state_reason',
  'state_changed_at',
  'created_at',
] as const;

type Row = {
  identifier: string;
  license_type: string;
  type_version: number;
  version: number;
  name: string;
  license_number: string;
  client_id: string;
  case_id: string;
  authority_name: string;
  authority_code: string;
  holder_name: string;
  holder_code_type: string;
  holder_key: Uint8Array;
  holder_code_box: Uint8Array;
  issued_on: string;
  valid_from: string;
  valid_to: string;
  fields: Record<string, string>;
  file_sm3: string;
  file_size: number;
  state: StoredState;
  state_reason: string | null;
  state_changed_at: Date;
  created_at: Date;
};

export async function findLicense(db: Knex, identifier: string): Promise<StoredLicense | null> {
  const rows = await db('license.licenses')
    .options({ name: 'license-by-identifier' })
    .select<Row[]>(COLUMNS)
    .where({ identifier });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** The license whose registered file has this SM3 (64 hexadecimal digits), or null. */
export async function findLicenseByFile(db: Knex, sm3: string): Promise<StoredLicense | null> {
  const rows = await db('license.licenses')
    .options({ name: 'license-by-file' })
    .select<Row[]>(COLUMNS)
    .where({ file_sm3: sm3 });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** In a transaction: the row stays locked until its end. */
export async function lockLicense(trx: Knex.Transaction, identifier: string): Promise<StoredLicense | null> {
  const rows = await trx('license.licenses').select<Row[]>(COLUMNS).where({ identifier }).forUpdate();
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Identifiers of a holder's licenses, at most `limit`. First of the two steps. */
export async function listHolderIdentifiers(db: Knex, holderKey: Uint8Array, limit = 200): Promise<readonly string[]> {
  const rows = await db('license.holder_licenses')
    .options({ name: 'holder-licenses' })
    .select<{ identifier: string }[]>('identifier')
    .where({ holder_key: holderKey })
    .limit(limit);
  return rows.map((row) => row.identifier);
}

/** The licenses of these identifiers, newest first. Second of the two steps. */
export async function listLicenses(db: Knex, identifiers: readonly string[]): Promise<readonly StoredLicense[]> {
  if (identifiers.length === 0) return [];
  const rows = await db('license.licenses')
    .options({ name: 'licenses-by-identifiers' })
    .select<Row[]>(COLUMNS)
    .whereRaw('identifier = any(?)', [[...identifiers]])
    .orderBy([
      { column: 'issued_on', order: 'desc' },
      { column: 'identifier', order: 'desc' },
    ]);
  return rows.map(fromRow);
}

/** Adds the license and the way to it; in the transaction that also marks the issue done. */
export async function insertLicense(trx: Knex.Transaction, license: StoredLicense, issueId: string): Promise<void> {
  await trx('license.licenses')
    .options({ name: 'license-insert' })
    .insert({ ...toRow(license), issue_id: issueId });
  await trx('license.holder_licenses').options({ name: 'holder-license-insert' }).insert({
    holder_key: license.holder.key,
    license_type: license.licenseType,
    identifier: license.identifier,
  });
}

export async function updateLicenseState(
  trx: Knex.Transaction,
  identifier: string,
  change: { readonly state: StoredState; readonly reason: string; readonly at: Date },
): Promise<void> {
  await trx('license.licenses')
    .where({ identifier })
    .update({ state: change.state, state_reason: change.reason, state_changed_at: change.at });
}

function toRow(license: StoredLicense): Row {
  return {
    identifier: license.identifier,
    license_type: license.licenseType,
    type_version: license.typeVersion,
    version: license.version,
    name: license.name,
    license_number: license.licenseNumber,
    client_id: license.clientId,
    case_id: license.caseId,
    authority_name: license.issuingAuthority.name,
    authority_code: license.issuingAuthority.code,
    holder_name: license.holder.name,
    holder_code_type: license.holder.codeType,
    holder_key: license.holder.key,
    holder_code_box: license.holder.codeBox,
    issued_on: license.issuedOn,
    valid_from: license.validFrom,
    valid_to: license.validTo,
    fields: license.fields,
    file_sm3: license.file.sm3,
    file_size: license.file.size,
    state: license.stored,
    state_reason: license.stateReason,
    state_changed_at: license.stateChangedAt,
    created_at: license.createdAt,
  };
}

function fromRow(row: Row): StoredLicense {
  return {
    identifier: row.identifier,
    licenseType: row.license_type,
    typeVersion: row.type_version,
    version: row.version,
    name: row.name,
    licenseNumber: row.license_number,
    clientId: row.client_id,
    caseId: row.case_id,
    issuingAuthority: { name: row.authority_name, code: row.authority_code },
    holder: {
      name: row.holder_name,
      codeType: row.holder_code_type,
      key: row.holder_key,
      codeBox: row.holder_code_box,
    },
    issuedOn: row.issued_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    fields: row.fields,
    file: { sm3: row.file_sm3, size: row.file_size },
    stored: row.state,
    stateReason: row.state_reason,
    stateChangedAt: row.state_changed_at,
    createdAt: row.created_at,
  };
}
