// license.licenses: one row a license, whatever its version. Found by license_id alone, which every identifier contains, so
// one partition is looked into. Rows are made and given new versions in finish-issue.ts, new states in change-state.ts.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { LicenseHead } from '../domain/license-record.ts';
import type { StoredState } from '../domain/license-states.ts';

export const HEAD_COLUMNS = `license_id, license_type, authority_code, region, organisation, state, state_reason_box,
  state_changed_at, version, identifier, valid_from, valid_to, holder_keys, wrapped_keys, pending_issue, created_at`;

export type HeadRow = {
  license_id: string;
  license_type: string;
  authority_code: string;
  region: string;
  organisation: string;
  state: StoredState;
  state_reason_box: Uint8Array | null;
  state_changed_at: Date;
  version: number;
  identifier: string;
  valid_from: string;
  valid_to: string;
  holder_keys: readonly Uint8Array[];
  wrapped_keys: readonly Uint8Array[];
  pending_issue: string | null;
  created_at: Date;
};

const FIND: Statement = {
  name: 'license-head',
  text: `select ${HEAD_COLUMNS} from license.licenses where license_id = $1`,
};

/** One partition is looked into for each of them. */
const FIND_MANY: Statement = {
  name: 'license-heads',
  text: `select found.* from unnest($1::text[]) with ordinality as wanted (license_id, place)
    cross join lateral (select ${HEAD_COLUMNS} from license.licenses l where l.license_id = wanted.license_id) as found
    order by place`,
};

const BY_NUMBER: Statement = {
  name: 'license-ids-by-number',
  text: 'select license_id from license.licenses where number_key = $1 order by created_at desc limit 50',
};

export async function findLicenseHead(db: Knex, licenseId: string): Promise<LicenseHead | null> {
  const { rows } = await runStatement<HeadRow>(db, FIND, [licenseId]);
  return rows[0] ? headOf(rows[0]) : null;
}

/** Those that exist, in the order of `licenseIds`. */
export async function findLicenseHeads(db: Knex, licenseIds: readonly string[]): Promise<readonly LicenseHead[]> {
  if (licenseIds.length === 0) return [];
  return (await runStatement<HeadRow>(db, FIND_MANY, [licenseIds])).rows.map(headOf);
}

/** Ids of the licenses with this 证照编号 (domain/license-number.ts), the newest first; looks into every partition. */
export async function listLicenseIdsByNumber(db: Knex, numberKey: Uint8Array): Promise<readonly string[]> {
  const { rows } = await runStatement<{ license_id: string }>(db, BY_NUMBER, [numberKey]);
  return rows.map((row) => row.license_id);
}

export function headOf(row: HeadRow): LicenseHead {
  return {
    licenseId: row.license_id,
    licenseType: row.license_type,
    authorityCode: row.authority_code,
    region: row.region,
    organisation: row.organisation,
    stored: row.state,
    stateReasonBox: row.state_reason_box,
    stateChangedAt: row.state_changed_at,
    version: row.version,
    identifier: row.identifier,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    holderKeys: row.holder_keys,
    wrappedKeys: row.wrapped_keys,
    pendingIssue: row.pending_issue,
    createdAt: row.created_at,
  };
}
