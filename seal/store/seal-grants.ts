// seal.seal_grants: which client may use which seal.
import type { Knex } from 'knex';

export async function hasGrant(db: Knex, clientId: string, esID: string): Promise<boolean> {
  const row = await db('seal.seal_grants')
    .select('client_id')
    .where({ client_id: clientId, es_id: esID })
    .first()
    .options({ name: 'grant-by-client' });
  return row !== undefined;
}

/** True when the grant is new. */
export async function insertGrant(db: Knex, clientId: string, esID: string, grantedAt: Date): Promise<boolean> {
  const inserted = await db('seal.seal_grants')
    .insert({ client_id: clientId, es_id: esID, granted_at: grantedAt })
    .onConflict(['client_id', 'es_id'])
    .ignore()
    .returning('client_id');
  return inserted.length === 1;
}
