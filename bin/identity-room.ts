// What commands that work as the identity room need: its config and its database, a server of our own started for the time.
import type { Knex } from 'knex';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { type IdentityConfig, readRoomConfig } from '../identity/config.ts';
import { MIGRATIONS } from '../identity/migrations/list.ts';
import { openOwnedDatabase } from './serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from './serve/environment.ts';
import { loadSecrets } from './serve/secrets.ts';

export type IdentityRoom = { readonly db: Knex; readonly config: IdentityConfig };

/** Throws config-invalid with every fault, schema-outdated. `command`: seen in pg_stat_activity. */
export async function withIdentityRoom<T>(
  env: NodeJS.ProcessEnv,
  command: string,
  work: (room: IdentityRoom) => Promise<T>,
): Promise<T> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, ['identity']);
  const isGiven = env[databaseKey('identity')] !== undefined;
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const config = readRoomConfig(rooms.find(({ room }) => room.name === 'identity')!.env);
    const db = connect(config.databaseUrl, { applicationName: `xinji ${command}`, poolMax: 1 });
    try {
      await checkSchemaVersion(db, 'identity', MIGRATIONS);
      return await work({ db, config });
    } finally {
      await db.destroy();
    }
  } finally {
    await database?.close();
  }
}
