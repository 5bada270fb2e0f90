// license.shreddings, and what destroying a holder's key reads and removes. Rare, so nothing here is made for speed.
import type { Knex } from 'knex';
import type { ConcernedLicense, ShreddingOrder } from '../domain/shredding.ts';

export type Shredding = ShreddingOrder & {
  readonly shreddingId: string;
  readonly destroyed: number;
  readonly kept: number;
  readonly shreddedAt: Date;
};

type LicenseRow = { license_id: string; identifier: string; holder_keys: Uint8Array[]; wrapped_keys: Uint8Array[] };

/** The licenses of a holder, all of them. */
export async function listConcernedLicenses(db: Knex, holderKey: Uint8Array): Promise<readonly ConcernedLicense[]> {
  const { rows } = await db.raw<{ rows: LicenseRow[] }>(
    `select l.license_id, l.identifier, l.holder_keys, l.wrapped_keys
     from license.holder_licenses h cross join lateral (
       select * from license.licenses l where l.license_id = h.license_id) as l
     where h.holder_key = ? and h.until is null order by l.license_id`,
    [Buffer.from(holderKey)],
  );
  return rows.map((row) => ({
    licenseId: row.license_id,
    identifier: row.identifier,
    holderKeys: row.holder_keys,
    wrappedKeys: row.wrapped_keys,
  }));
}

/** Whether a license for this holder is being issued, whose intent would be lost. */
export async function hasUnfinishedIssue(db: Knex, holderKey: Uint8Array): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { found: boolean }[] }>(
    `select exists (select from license.issues where state = 'intended' and ? = any(holder_keys)) as found`,
    [Buffer.from(holderKey)],
  );
  return rows[0]!.found;
}

/** Sessions, presentations with their codes and answers, and the way to his licenses: a holder who comes back is new. */
export async function removeTracesOfHolder(trx: Knex.Transaction, holderKey: Uint8Array): Promise<void> {
  for (const table of ['sessions', 'presentations', 'holder_licenses'])
    await trx(`license.${table}`).where({ holder_key: holderKey }).delete();
}

/** What the desk keeps of these licenses under the room's own key: cells of lists, and drafts of their next versions. */
export async function removeDeskTraces(trx: Knex.Transaction, licenseIds: readonly string[]): Promise<void> {
  const identifiers = 'select identifier from license.license_versions where license_id = any(?)';
  const ids = [[...licenseIds]];
  await trx.raw(
    `update license.batch_rows set cells_box = null, fault = null where identifier in (${identifiers})`,
    ids,
  );
  await trx.raw(`delete from license.drafts where identifier in (${identifiers})`, ids);
}

export async function insertShredding(trx: Knex.Transaction, shredding: Shredding): Promise<void> {
  await trx('license.shreddings').insert({
    shredding_id: shredding.shreddingId,
    holder_key: shredding.holderKey,
    reason: shredding.reason,
    ordered_by: shredding.orderedBy,
    destroyed: shredding.destroyed,
    kept: shredding.kept,
    shredded_at: shredding.shreddedAt,
  });
}
