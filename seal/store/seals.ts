// seal.seals: the seals of this room, each as its version in force, or last in force. Rows follow the steps of their lives by
// trigger and are changed by nothing else. The SESeal itself is a few tens of kilobytes and lies in the row.
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
