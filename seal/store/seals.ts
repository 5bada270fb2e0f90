// seal.seals: the seals of this room. The SESeal itself is a few tens of kilobytes and lies in the row.
import type { Knex } from 'knex';
import type { RegisteredSeal } from '../domain/registered-seal.ts';

const COLUMNS = {
  esID: 'es_id',
  name: 'name',
  version: 'version',
  state: 'state',
  stateChangedAt: 'state_changed_at',
  ownerName: 'owner_name',
  ownerCode: 'owner_code',
  validFrom: 'valid_from',
  validTo: 'valid_to',
  widthMm: 'width_mm',
  heightMm: 'height_mm',
  eseal: 'eseal',
  esealSm3: 'eseal_sm3',
  keyRef: 'key_ref',
} as const satisfies Record<keyof RegisteredSeal, string>;

export async function findSeal(db: Knex, esID: string): Promise<RegisteredSeal | null> {
  const row = await db('seal.seals').select(COLUMNS).where({ es_id: esID }).first().options({ name: 'seal-by-esid' });
  return row ?? null;
}

/** Codes of seals in a state, in order, at most `limit`. */
export async function listSealCodes(db: Knex, state: RegisteredSeal['state'], limit: number): Promise<string[]> {
  const rows = await db('seal.seals').select({ esID: 'es_id' }).where({ state }).orderBy('es_id').limit(limit);
  return rows.map(({ esID }) => esID);
}

/** Inserts a seal; false when one with this code is there already, which stays as it is. */
export async function insertSeal(db: Knex, seal: RegisteredSeal, createdAt: Date): Promise<boolean> {
  const keys = Object.keys(COLUMNS) as (keyof RegisteredSeal)[];
  const row = Object.fromEntries(keys.map((key) => [COLUMNS[key], seal[key]]));
  const inserted = await db('seal.seals')
    .insert({ ...row, eseal: Buffer.from(seal.eseal), created_at: createdAt })
    .onConflict('es_id')
    .ignore()
    .returning('es_id');
  return inserted.length === 1;
}

/** Changes the state of a seal; false when there is no such seal. */
export async function markSealState(
  db: Knex,
  esID: string,
  state: RegisteredSeal['state'],
  at: Date,
): Promise<boolean> {
  const count = await db('seal.seals').where({ es_id: esID }).update({ state, state_changed_at: at });
  return count === 1;
}
