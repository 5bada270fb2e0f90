// license.license_types: immutable documents; the highest version of a code is the current one.
import type { Knex } from 'knex';
import { type LicenseType, parseLicenseType } from '../domain/license-type.ts';

/** The current version of a type, or null. */
export async function findLicenseType(db: Knex, code: string): Promise<LicenseType | null> {
  const row = await db('license.license_types')
    .options({ name: 'license-type-current' })
    .select<{ document: unknown }[]>('document')
    .where({ code })
    .orderBy('version', 'desc')
    .limit(1);
  return row[0] ? parseLicenseType(row[0].document) : null;
}

/** One version of a type, or null. */
export async function findLicenseTypeVersion(db: Knex, code: string, version: number): Promise<LicenseType | null> {
  const row = await db('license.license_types')
    .options({ name: 'license-type-version' })
    .select<{ document: unknown }[]>('document')
    .where({ code, version });
  return row[0] ? parseLicenseType(row[0].document) : null;
}

/** Adds a version; false when it is there already (whatever its document). */
export async function insertLicenseType(db: Knex, type: LicenseType, now: Date): Promise<boolean> {
  const rows = await db('license.license_types')
    .insert({ code: type.code, version: type.version, document: JSON.stringify(type), registered_at: now })
    .onConflict(['code', 'version'])
    .ignore()
    .returning('code');
  return rows.length === 1;
}
