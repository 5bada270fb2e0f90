// What commands that work as the identity room need: its config and its database, a server of our own started for the time.
import type { Knex } from 'knex';
import { systemClock } from '../common/clock.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { openRootSecret } from '../common/keys/root-secret.ts';
import { type IdentityConfig, readRoomConfig } from '../identity/config.ts';
import { MIGRATIONS } from '../identity/migrations/list.ts';
import { openOwnedDatabase } from './serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from './serve/environment.ts';
import { loadSecrets } from './serve/secrets.ts';

export type IdentityRoom = {
  readonly db: Knex;
  readonly config: IdentityConfig;
  /** The secret of the room, 32 bytes. */
  readonly rootSecret: Uint8Array;
};

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
      const rootSecret = await openRootSecret(db, 'identity', masterKeysOf(config), systemClock());
      return await work({ db, config, rootSecret });
    } finally {
      await db.destroy();
    }
  } finally {
    await database?.close();
  }
}
