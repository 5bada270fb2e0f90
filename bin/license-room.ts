// What commands that work as the license room need: its config and its database, a server of our own started for the time.
import type { Knex } from 'knex';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { type LicenseConfig, readRoomConfig } from '../license/config.ts';
import { MIGRATIONS } from '../license/migrations/list.ts';
import { openOwnedDatabase } from './serve/database.ts';
import { databaseKey, type OwnerConfig, planRooms, readOwnerConfig, roomEnvironments } from './serve/environment.ts';
import { loadSecrets } from './serve/secrets.ts';

export type LicenseRoom = { readonly db: Knex; readonly config: LicenseConfig; readonly owner: OwnerConfig };

/** Throws config-invalid with every fault, schema-outdated. `command`: seen in pg_stat_activity. */
export async function withLicenseRoom<T>(
  env: NodeJS.ProcessEnv,
  command: string,
  work: (room: LicenseRoom) => Promise<T>,
): Promise<T> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, ['license']);
  const isGiven = env[databaseKey('license')] !== undefined;
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const config = readRoomConfig(rooms.find(({ room }) => room.name === 'license')!.env);
    const db = connect(config.databaseUrl, { applicationName: `xinji ${command}`, poolMax: 2 });
    try {
      await checkSchemaVersion(db, 'license', MIGRATIONS);
      return await work({ db, config, owner });
    } finally {
      await db.destroy();
    }
  } finally {
    await database?.close();
  }
}
