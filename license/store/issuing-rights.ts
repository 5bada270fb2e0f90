// license.issuing_authorities and license.issuing_clients: which authority issues a type under which seal, and which client
// may do so for it. A clerk needs no row of his own: he issues for the organisation that gave him his role.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

/** An authority and a type that it issues. */
export type IssuingRight = {
  readonly licenseType: string;
  /** 统一社会信用代码. */
  readonly authorityCode: string;
  readonly authorityName: string;
  /** GB/T 2260. */
  readonly region: string;
  readonly sealEsID: string;
};

/** With the organisation whose client it is. */
export type ClientRight = IssuingRight & { readonly organisation: string };

type Row = {
  license_type: string;
  authority_code: string;
  authority_name: string;
  region: string;
  seal_esid: string;
};

const COLUMNS = 'a.license_type, a.authority_code, a.authority_name, a.region, a.seal_esid';

const OF_CLIENT: Statement = {
  name: 'issuing-rights-of-client',
  text: `select ${COLUMNS}, m.organisation from license.issuing_clients c
    join license.clients m using (client_id)
    join license.issuing_authorities a using (authority_code, license_type)
    where c.client_id = $1 and c.license_type = $2 and a.ended_at is null and c.ended_at is null and m.ended_at is null
    order by a.authority_code`,
};

const OF_AUTHORITY: Statement = {
  name: 'issuing-rights-of-authority',
  text: `select ${COLUMNS} from license.issuing_authorities a
    where a.authority_code = $1 and a.ended_at is null order by a.license_type`,
};

const IS_CLIENT_OF: Statement = {
  name: 'is-client-of-authority',
  text: `select exists (select from license.issuing_clients
    where client_id = $1 and license_type = $2 and authority_code = $3 and ended_at is null) as found`,
};

/** What this client may issue of the type: one right for each authority. */
export async function listClientRights(
  db: Knex,
  clientId: string,
  licenseType: string,
): Promise<readonly ClientRight[]> {
  const { rows } = await runStatement<Row & { organisation: string }>(db, OF_CLIENT, [clientId, licenseType]);
  return rows.map((row) => ({ ...fromRow(row), organisation: row.organisation }));
}

/** What this authority issues, by type. */
export async function listAuthorityRights(db: Knex, authorityCode: string): Promise<readonly IssuingRight[]> {
  return (await runStatement<Row>(db, OF_AUTHORITY, [authorityCode])).rows.map(fromRow);
}

/** Whether this client works for the authority on licenses of the type; also after the authority stopped issuing it. */
export async function isClientOfAuthority(
  db: Knex,
  clientId: string,
  licenseType: string,
  authorityCode: string,
): Promise<boolean> {
  const { rows } = await runStatement<{ found: boolean }>(db, IS_CLIENT_OF, [clientId, licenseType, authorityCode]);
  return rows[0]?.found ?? false;
}

/** Adds the right of an authority, or puts name, region and seal in the place of the former ones; what had ended is in force again. */
export async function upsertIssuingAuthority(db: Knex, right: IssuingRight, now: Date): Promise<void> {
  await db('license.issuing_authorities')
    .insert({
      authority_code: right.authorityCode,
      license_type: right.licenseType,
      authority_name: right.authorityName,
      region: right.region,
      seal_esid: right.sealEsID,
      granted_at: now,
    })
    .onConflict(['authority_code', 'license_type'])
    .merge({
      authority_name: right.authorityName,
      region: right.region,
      seal_esid: right.sealEsID,
      ...inForceAgain(db, 'issuing_authorities'),
    });
}

/** Lets a client issue a type for an authority that has the right; what had ended is in force again. */
export async function upsertIssuingClient(
  db: Knex,
  grant: { readonly clientId: string; readonly licenseType: string; readonly authorityCode: string },
  now: Date,
): Promise<void> {
  await db('license.issuing_clients')
    .insert({
      client_id: grant.clientId,
      license_type: grant.licenseType,
      authority_code: grant.authorityCode,
      granted_at: now,
    })
    .onConflict(['client_id', 'license_type', 'authority_code'])
    .merge(inForceAgain(db, 'issuing_clients'));
}

/** Ends these rights of an authority, or all; returns the types that ended. */
export async function endIssuingAuthority(
  trx: Knex.Transaction,
  authorityCode: string,
  licenseTypes: readonly string[] | null,
  now: Date,
): Promise<readonly string[]> {
  const rows = await trx('license.issuing_authorities')
    .where({ authority_code: authorityCode })
    .whereNull('ended_at')
    .modify((query) => void (licenseTypes && query.whereIn('license_type', [...licenseTypes])))
    .update({ ended_at: now }, ['license_type']);
  return rows.map((row: { license_type: string }) => row.license_type).sort();
}

/** Ends what a client may issue for an authority, or these types of it; returns the types that ended. */
export async function endIssuingClient(
  trx: Knex.Transaction,
  of: { readonly client_id: string; readonly authority_code: string; readonly license_types?: string[] | undefined },
  now: Date,
): Promise<readonly string[]> {
  const { client_id, authority_code, license_types: types } = of;
  const rows = await trx('license.issuing_clients')
    .where({ client_id, authority_code })
    .whereNull('ended_at')
    .modify((query) => void (types && query.whereIn('license_type', types)))
    .update({ ended_at: now }, ['license_type']);
  return rows.map((row: { license_type: string }) => row.license_type).sort();
}

/** Whether another authority issues with this seal now. */
export async function isSealOfAnother(db: Knex, sealEsID: string, authorityCode: string): Promise<boolean> {
  const row = await db('license.issuing_authorities')
    .where({ seal_esid: sealEsID })
    .whereNot({ authority_code: authorityCode })
    .whereNull('ended_at')
    .first('authority_code');
  return row !== undefined;
}

/** With when it was given and when it ended. */
export type ListedRight = IssuingRight & { readonly grantedAt: Date; readonly endedAt: Date | null };

/** All, ended ones included, by authority and type; of one authority when given. At most 1,000. */
export async function listAllRights(db: Knex, authorityCode: string | null): Promise<readonly ListedRight[]> {
  const { rows } = await db.raw<{ rows: (Row & { granted_at: Date; ended_at: Date | null })[] }>(
    `select ${COLUMNS}, a.granted_at, a.ended_at from license.issuing_authorities a
     where a.authority_code = coalesce(?::text, a.authority_code) order by a.authority_code, a.license_type limit 1000`,
    [authorityCode],
  );
  return rows.map((row) => ({ ...fromRow(row), grantedAt: row.granted_at, endedAt: row.ended_at }));
}

/** A right that goes on keeps its beginning; one that had ended begins now. */
function inForceAgain(db: Knex, table: string) {
  const begun = `case when ${table}.ended_at is null then ${table}.granted_at else excluded.granted_at end`;
  return { granted_at: db.raw(begun), ended_at: null };
}

function fromRow(row: Row): IssuingRight {
  return {
    licenseType: row.license_type,
    authorityCode: row.authority_code,
    authorityName: row.authority_name,
    region: row.region,
    sealEsID: row.seal_esid,
  };
}
