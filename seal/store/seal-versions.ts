// seal.seal_versions: one row a version of a seal, from its application on. Its state follows the rows of seal.seal_steps
// by trigger; what was applied for never changes, and what the making brings only while the version is being made.
import type { Knex } from 'knex';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { LifeState } from '../domain/seal-life.ts';
import { IN_FORCE } from '../domain/seal-life.ts';
import type { MadeSeal, SealVersion } from '../domain/seal-version.ts';

const COLUMNS = {
  applicationId: 'application_id',
  seq: 'seq',
  esID: 'es_id',
  number: 'number',
  kind: 'kind',
  ownerName: 'owner_name',
  ownerCode: 'owner_code',
  name: 'name',
  sealKind: 'seal_kind',
  validYears: 'valid_years',
  picture: 'picture',
  showsCode: 'shows_code',
  state: 'state',
  stateChangedAt: 'state_changed_at',
  steps: 'steps',
  createdAt: 'created_at',
  headerVersion: 'header_version',
  validFrom: 'valid_from',
  validTo: 'valid_to',
  widthMm: 'width_mm',
  heightMm: 'height_mm',
  eseal: 'eseal',
  esealSm3: 'eseal_sm3',
  keyRef: 'key_ref',
} as const satisfies Record<keyof SealVersion, string>;

/** What an application says. */
export type NewVersion = Pick<
  SealVersion,
  | 'applicationId'
  | 'esID'
  | 'number'
  | 'kind'
  | 'ownerName'
  | 'ownerCode'
  | 'name'
  | 'sealKind'
  | 'validYears'
  | 'picture'
  | 'showsCode'
  | 'createdAt'
>;

/** To be followed by its first step in the same transaction. `seal-state-forbids` while another version is in the making. */
export async function insertVersion(trx: Knex, version: NewVersion): Promise<void> {
  const row = {
    application_id: version.applicationId,
    es_id: version.esID,
    number: version.number,
    kind: version.kind,
    owner_name: version.ownerName,
    owner_code: version.ownerCode,
    name: version.name,
    seal_kind: version.sealKind,
    valid_years: version.validYears,
    picture: JSON.stringify(version.picture),
    shows_code: version.showsCode,
    state_changed_at: version.createdAt,
    created_at: version.createdAt,
  };
  await trx('seal.seal_versions')
    .insert(row)
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new TrustError('seal-state-forbids', `Another version of seal ${version.esID} is in the making`, {
        cause: error,
      });
    });
}

export async function findVersion(db: Knex, applicationId: string): Promise<SealVersion | null> {
  const row = await db('seal.seal_versions').select(COLUMNS).where({ application_id: applicationId }).first();
  return row ?? null;
}

/** The version of these bytes: a registry finds a seal object by the SM3 of its DER. */
export async function findVersionBySm3(db: Knex, esealSm3: string): Promise<SealVersion | null> {
  const row = await db('seal.seal_versions').select(COLUMNS).where({ eseal_sm3: esealSm3 }).first();
  return row ?? null;
}

/** The version that is the seal now; null when there is none, or it was cancelled. */
export async function findVersionInForce(db: Knex, esID: string): Promise<SealVersion | null> {
  const rows = await db('seal.seal_versions').select(COLUMNS).where({ es_id: esID }).whereIn('state', IN_FORCE);
  return rows[0] ?? null;
}

/** All versions of a code, the first one in front. */
export async function listVersions(db: Knex, esID: string): Promise<readonly SealVersion[]> {
  return db('seal.seal_versions').select(COLUMNS).where({ es_id: esID }).orderBy('number');
}

export type VersionFilter = {
  readonly state?: LifeState | undefined;
  readonly ownerCode?: string | undefined;
  /** Null: of every owner. */
  readonly ownerCodes: readonly string[] | null;
  /** Only older ones than this `seq`. */
  readonly before?: string | undefined;
  readonly limit: number;
};

/** Newest first. */
export async function filterVersions(db: Knex, filter: VersionFilter): Promise<readonly SealVersion[]> {
  const { state, ownerCode, ownerCodes, before, limit } = filter;
  return db('seal.seal_versions')
    .select(COLUMNS)
    .modify((query) => {
      if (state !== undefined) query.where({ state });
      if (ownerCode !== undefined) query.where({ owner_code: ownerCode });
      if (ownerCodes !== null) query.whereIn('owner_code', ownerCodes);
      if (before !== undefined) query.where('seq', '<', before);
    })
    .orderBy('seq', 'desc')
    .limit(limit);
}

/** Writes down what was made; to be followed by the step `make` in the same transaction. */
export async function markMade(trx: Knex, applicationId: string, made: MadeSeal): Promise<void> {
  await trx('seal.seal_versions')
    .where({ application_id: applicationId })
    .update({
      header_version: made.headerVersion,
      valid_from: made.validFrom,
      valid_to: made.validTo,
      width_mm: made.widthMm,
      height_mm: made.heightMm,
      eseal: Buffer.from(made.eseal),
      eseal_sm3: made.esealSm3,
      key_ref: made.keyRef,
    });
}
