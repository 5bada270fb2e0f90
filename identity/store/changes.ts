// identity.changes: a number for each kind of thing that rooms keep in memory. Triggers raise it in the transaction of the
// change, so that whoever reads a higher number also reads what was changed.
import type { Knex } from 'knex';

export type Topic = 'clients' | 'signing_keys';

export async function readVersions(db: Knex): Promise<ReadonlyMap<Topic, number>> {
  const query = db.raw<{ rows: { topic: Topic; version: number }[] }>('select topic, version from identity.changes');
  const { rows } = await query.options({ name: 'changes' });
  return new Map(rows.map(({ topic, version }) => [topic, version]));
}
