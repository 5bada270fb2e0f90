// license.license_versions: one row a version, never changed. They lie in the partition of their license, so a version and
// its license are read by one statement.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { LicenseHead, LicenseVersion, VersionOperation } from '../domain/license-record.ts';
import { HEAD_COLUMNS, type HeadRow, headOf } from './licenses.ts';

const COLUMNS = `license_id, version, identifier, type_version, template_version, operation, replaces, issue_id, issued_on,
  valid_from, valid_to, payload_box, file_sm3, stored_sm3, file_size, sealing_id, created_at`;

type VersionRow = {
  license_id: string;
  version: number;
  identifier: string;
  type_version: number;
  template_version: number;
  operation: VersionOperation;
  replaces: string | null;
  issue_id: string;
  issued_on: string;
  valid_from: string;
  valid_to: string;
  payload_box: Uint8Array;
  file_sm3: Uint8Array;
  stored_sm3: Uint8Array;
  file_size: number;
  sealing_id: string;
  created_at: Date;
};

/** Both rows in one: what both have is that of the version; of the license it bears the prefix l_. */
const SHARED = ['version', 'identifier', 'valid_from', 'valid_to', 'created_at'] as const;
type PairRow = VersionRow &
  Omit<HeadRow, (typeof SHARED)[number]> & { readonly [Name in (typeof SHARED)[number] as `l_${Name}`]: HeadRow[Name] };

const split = (columns: string): readonly string[] => columns.split(/,\s*/);
const PAIR = [
  ...split(COLUMNS).map((column) => `v.${column}`),
  ...split(HEAD_COLUMNS)
    .filter((column) => column !== 'license_id' && !SHARED.some((shared) => shared === column))
    .map((column) => `l.${column}`),
  ...SHARED.map((column) => `l.${column} as l_${column}`),
].join(', ');

const FIND: Statement = {
  name: 'license-with-version',
  text: `select ${PAIR} from license.licenses l
    join license.license_versions v on v.license_id = l.license_id
    where l.license_id = $1 and v.license_id = $1 and v.version = $2`,
};

/** Of one license: which partitions are looked into is settled once, before the first row, four times as quick as for several. */
const FIND_ONE_CURRENT: Statement = {
  name: 'license-with-current-version',
  text: `select ${PAIR} from license.licenses l
    join license.license_versions v on v.license_id = l.license_id
    where l.license_id = $1 and v.license_id = $1 and v.version = l.version`,
};

/** One partition of each table is looked into for each license. */
const FIND_CURRENT: Statement = {
  name: 'licenses-with-current-versions',
  text: `select found.* from unnest($1::text[]) with ordinality as wanted (license_id, place)
    cross join lateral (
      select ${PAIR} from license.licenses l
      join license.license_versions v on v.license_id = l.license_id and v.version = l.version
      where l.license_id = wanted.license_id and v.license_id = wanted.license_id) as found
    order by place`,
};

const LIST: Statement = {
  name: 'license-versions',
  text: `select ${COLUMNS} from license.license_versions where license_id = $1 order by version desc`,
};

export type StoredPair = { readonly head: LicenseHead; readonly version: LicenseVersion };

/** A license and one of its versions, in one statement; null when there is no such version. */
export async function findLicenseVersion(db: Knex, licenseId: string, version: number): Promise<StoredPair | null> {
  const { rows } = await runStatement<PairRow>(db, FIND, [licenseId, version]);
  return rows[0] ? pairOf(rows[0]) : null;
}

/** These licenses with their current versions, in the order of `licenseIds`; those that do not exist are left out. */
export async function findCurrentVersions(db: Knex, licenseIds: readonly string[]): Promise<readonly StoredPair[]> {
  if (licenseIds.length === 0) return [];
  if (licenseIds.length === 1) return (await runStatement<PairRow>(db, FIND_ONE_CURRENT, licenseIds)).rows.map(pairOf);
  return (await runStatement<PairRow>(db, FIND_CURRENT, [licenseIds])).rows.map(pairOf);
}

/** All versions of a license, the newest first. */
export async function listLicenseVersions(db: Knex, licenseId: string): Promise<readonly LicenseVersion[]> {
  return (await runStatement<VersionRow>(db, LIST, [licenseId])).rows.map(versionOf);
}

function pairOf(row: PairRow): StoredPair {
  const head: HeadRow = {
    ...row,
    version: row.l_version,
    identifier: row.l_identifier,
    valid_from: row.l_valid_from,
    valid_to: row.l_valid_to,
    created_at: row.l_created_at,
  };
  return { head: headOf(head), version: versionOf(row) };
}

function versionOf(row: VersionRow): LicenseVersion {
  return {
    licenseId: row.license_id,
    version: row.version,
    identifier: row.identifier,
    typeVersion: row.type_version,
    templateVersion: row.template_version,
    operation: row.operation,
    replaces: row.replaces,
    issueId: row.issue_id,
    issuedOn: row.issued_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    payloadBox: row.payload_box,
    file: {
      sm3: Buffer.from(row.file_sm3).toString('hex'),
      storedSm3: Buffer.from(row.stored_sm3).toString('hex'),
      size: row.file_size,
    },
    sealingId: row.sealing_id,
    createdAt: row.created_at,
  };
}
