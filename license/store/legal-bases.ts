// license.legal_bases and license.basis_uses: on what law a unit reads without asking the holder, and how often it did each
// day. A use is counted by one statement that also judges quota and term: no parallel reader passes the quota.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { BasisGround } from '../domain/read-grounds.ts';

export type LegalBasis = BasisGround & {
  /** The law, with its article. */
  readonly law: string;
  readonly enteredAt: Date;
  readonly enteredBy: string;
  readonly endedBy: string | null;
};
export type NewLegalBasis = Omit<LegalBasis, 'kind' | 'usesToday' | 'endedAt' | 'endedBy'>;

type Row = {
  basis_id: string;
  client_id: string;
  law: string;
  matter_code: string;
  matter_name: string;
  license_types: { license_type: string; fields: string[] }[];
  regions: string[];
  daily_quota: number;
  valid_from: Date;
  valid_to: Date;
  entered_at: Date;
  entered_by: string;
  ended_at: Date | null;
  ended_by: string | null;
  uses_today: number | null;
};

const SELECT = `select b.basis_id, client_id, law, matter_code, matter_name, license_types, regions, daily_quota, valid_from,
  valid_to, entered_at, entered_by, ended_at, ended_by, uses as uses_today
  from license.legal_bases b left join license.basis_uses u on u.basis_id = b.basis_id and u.day = $1::date`;

const FIND: Statement = { name: 'basis-find', text: `${SELECT} where b.basis_id = $2` };
const OF_CLIENT: Statement = {
  name: 'bases-of-client',
  text: `${SELECT} where client_id = $2 and ended_at is null order by entered_at desc limit 100`,
};
const ENDED_OF_CLIENT: Statement = {
  name: 'bases-ended-of-client',
  text: `${SELECT} where client_id = $2 and ended_at is not null order by ended_at desc limit 100`,
};
const LIST: Statement = {
  name: 'bases-list',
  text: `${SELECT} where ($2::text is null or client_id = $2) order by entered_at desc limit 1000`,
};
const USE: Statement = {
  name: 'basis-use',
  text: `with live as (
      select basis_id, daily_quota from license.legal_bases
      where basis_id = $1 and client_id = $2 and ended_at is null and valid_from <= $3 and valid_to > $3)
    insert into license.basis_uses as counted (basis_id, day, uses) select basis_id, $4::date, 1 from live
    on conflict (basis_id, day) do update set uses = counted.uses + 1
      where counted.uses < (select daily_quota from live)`,
};

export async function insertLegalBasis(db: Knex, basis: NewLegalBasis): Promise<void> {
  await db('license.legal_bases').insert({
    basis_id: basis.id,
    client_id: basis.clientId,
    law: basis.law,
    matter_code: basis.matterCode,
    matter_name: basis.matterName,
    license_types: JSON.stringify(
      basis.licenseTypes.map(({ licenseType, fields }) => ({ license_type: licenseType, fields })),
    ),
    regions: [...basis.regions],
    daily_quota: basis.dailyQuota,
    valid_from: basis.validFrom,
    valid_to: basis.validTo,
    entered_at: basis.enteredAt,
    entered_by: basis.enteredBy,
  });
}

/** `day`: YYYY-MM-DD of China, whose uses are told. */
export async function findLegalBasis(db: Knex, basisId: string, day: string): Promise<LegalBasis | null> {
  const { rows } = await runStatement<Row>(db, FIND, [day, basisId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Those of a caller that were not ended; whether they are in their term is the reader's question. */
export async function listBasesForReading(db: Knex, clientId: string, day: string): Promise<readonly LegalBasis[]> {
  const { rows } = await runStatement<Row>(db, OF_CLIENT, [day, clientId]);
  return rows.map(fromRow);
}

/** Those that were ended, the last first: for who is refused, to say why. At most 100. */
export async function listEndedBases(db: Knex, clientId: string, day: string): Promise<readonly LegalBasis[]> {
  const { rows } = await runStatement<Row>(db, ENDED_OF_CLIENT, [day, clientId]);
  return rows.map(fromRow);
}

/** All, ended ones included, the newest first; of one caller when given. At most 1,000. */
export async function listLegalBases(db: Knex, day: string, clientId: string | null): Promise<readonly LegalBasis[]> {
  const { rows } = await runStatement<Row>(db, LIST, [day, clientId]);
  return rows.map(fromRow);
}

/** Counts one read of that day; false when the quota is used, or the basis was ended or is out of its term. */
export async function useLegalBasis(
  trx: Knex.Transaction,
  use: { readonly basisId: string; readonly clientId: string; readonly now: Date; readonly day: string },
): Promise<boolean> {
  const { rowCount } = await runStatement<never>(trx, USE, [use.basisId, use.clientId, use.now, use.day]);
  return rowCount === 1;
}

/** False when there is none, or it was ended before. */
export async function endLegalBasis(db: Knex, basisId: string, by: string, now: Date): Promise<boolean> {
  const count = await db('license.legal_bases')
    .where({ basis_id: basisId })
    .whereNull('ended_at')
    .update({ ended_at: now, ended_by: by });
  return count === 1;
}

function fromRow(row: Row): LegalBasis {
  return {
    kind: 'basis',
    id: row.basis_id,
    clientId: row.client_id,
    law: row.law,
    matterCode: row.matter_code,
    matterName: row.matter_name,
    licenseTypes: row.license_types.map(({ license_type: licenseType, fields }) => ({ licenseType, fields })),
    regions: row.regions,
    dailyQuota: row.daily_quota,
    usesToday: row.uses_today ?? 0,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    enteredAt: row.entered_at,
    enteredBy: row.entered_by,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  };
}
