// What commands that work as one room need: its config and its database, a server of our own started for the time.
import type { Knex } from 'knex';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { type RoomName, SCHEMAS } from './schemas.ts';
import { openOwnedDatabase } from './serve/database.ts';
import { databaseKey, type OwnerConfig, planRooms, readOwnerConfig, roomEnvironments } from './serve/environment.ts';
import { loadSecrets } from './serve/secrets.ts';

export type OpenRoom<C> = { readonly db: Knex; readonly config: C; readonly owner: OwnerConfig };

/** Throws config-invalid with every fault, schema-outdated. `command`: seen in pg_stat_activity. */
export async function withRoom<C extends { readonly databaseUrl: string }, T>(
  env: NodeJS.ProcessEnv,
  { name, readConfig }: { readonly name: RoomName; readonly readConfig: (env: NodeJS.ProcessEnv) => C },
  command: string,
  work: (room: OpenRoom<C>) => Promise<T>,
): Promise<T> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, [name]);
  const isGiven = env[databaseKey(name)] !== undefined;
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const config = readConfig(rooms.find(({ room }) => room.name === name)!.env);
    const db = connect(config.databaseUrl, { applicationName: `xinji ${command}`, poolMax: 2 });
    try {
      const { schema, migrations } = SCHEMAS.find(({ room }) => room === name)!;
      await checkSchemaVersion(db, schema, migrations);
      return await work({ db, config, owner });
    } finally {
      await db.destroy();
    }
  } finally {
    await database?.close();
  }
}
