// license.holder_licenses: the way from a holder to his licenses, found by the holder key. First of two steps: the licenses
// themselves lie in other partitions (licenses.ts). Rows are written with the license (finish-issue.ts).
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

const LIST: Statement = {
  name: 'holder-licenses',
  text: `select license_id from license.holder_licenses
    where holder_key = $1 and until is null and ($2::text[] is null or license_type = any($2))
    order by since desc, license_id limit $3`,
};

const HOLDS: Statement = {
  name: 'holder-holds',
  text: `select exists (select from license.holder_licenses
    where holder_key = $1 and license_type = $2 and license_id = $3 and until is null) as found`,
};

/** Ids of the licenses that this holder has now, the newest first; all types when `licenseTypes` is null. */
export async function listHolderLicenseIds(
  db: Knex,
  holderKey: Uint8Array,
  licenseTypes: readonly string[] | null,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await runStatement<{ license_id: string }>(db, LIST, [holderKey, licenseTypes, limit]);
  return rows.map((row) => row.license_id);
}

/** Whether he is a holder of this license now. */
export async function isHolder(
  db: Knex,
  holderKey: Uint8Array,
  licenseType: string,
  licenseId: string,
): Promise<boolean> {
  const { rows } = await runStatement<{ found: boolean }>(db, HOLDS, [holderKey, licenseType, licenseId]);
  return rows[0]?.found ?? false;
}
