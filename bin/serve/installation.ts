// An installation as its operator has it: the database as its owner, the settings of all rooms. For backup and restore.
import type { RoomAccess } from '../../common/db/migrate.ts';
import { ROOM_NAMES, SCHEMAS } from '../schemas.ts';
import { type OwnedDatabase, openOwnedDatabase } from './database.ts';
import { databaseKey, type OwnerConfig, planRooms, readOwnerConfig, roomEnvironments } from './environment.ts';
import { loadSecrets } from './secrets.ts';

export type Installation = {
  readonly owner: OwnerConfig;
  readonly database: OwnedDatabase;
  readonly access: readonly RoomAccess[];
  /** A setting of any room, as given or derived; null when there is none. */
  readonly settingOf: (setting: string) => string | null;
  /** Settings whose values are secrets, as given. */
  readonly secrets: Readonly<Record<string, string>>;
};

/** Throws `config-invalid` with all faults of all rooms. The caller closes the database. */
export async function openInstallation(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Installation> {
  const owner = readOwnerConfig(env);
  const made = await loadSecrets(owner.dataDir);
  planRooms(env, made, ROOM_NAMES);
  const database = await openOwnedDatabase(owner, say);
  const rooms = roomEnvironments(env, owner, made, database.url);
  const secretNames = rooms.flatMap(({ room }) =>
    Object.values(room.table).flatMap((row) => (row.secret === true ? [row.name] : [])),
  );
  return {
    owner,
    database,
    access: rooms.map(({ room, env: own }) => ({
      ...SCHEMAS.find((entry) => entry.room === room.name)!,
      url: own[databaseKey(room.name)]!,
    })),
    settingOf: (setting) => rooms.map(({ env: own }) => own[setting]).find((value) => value !== undefined) ?? null,
    secrets: Object.fromEntries(
      [...new Set(secretNames)].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
  };
}
