// The shortest question to a database, for /readyz.
import type { Knex } from 'knex';

/** Resolves when the database answers. */
export async function pingDatabase(db: Knex): Promise<void> {
  await db.raw('select 1');
}
