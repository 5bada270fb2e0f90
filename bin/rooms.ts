// The rooms of the house as the programs in bin/ need them: their keys, their readers, where their processes start.
// An explicit table; the schemas are in bin/schemas.ts.
import type { ConfigTable } from '../common/env.ts';
import type { RoomConfig } from '../common/http/run-room.ts';
import { CONFIG_TABLE as IDENTITY_TABLE, readRoomConfig as readIdentityConfig } from '../identity/config.ts';
import { CONFIG_TABLE as LICENSE_TABLE, readRoomConfig as readLicenseConfig } from '../license/config.ts';
import { readRoomConfig as readSealConfig, CONFIG_TABLE as SEAL_TABLE } from '../seal/config.ts';
import type { RoomName } from './schemas.ts';

export type Room = {
  readonly name: RoomName;
  readonly table: ConfigTable;
  readonly readConfig: (env: NodeJS.ProcessEnv) => RoomConfig;
  /** Started as a child process. */
  readonly main: URL;
};

export const ROOMS: readonly Room[] = [
  room('identity', IDENTITY_TABLE, readIdentityConfig),
  room('license', LICENSE_TABLE, readLicenseConfig),
  room('seal', SEAL_TABLE, readSealConfig),
];

function room(name: RoomName, table: ConfigTable, readConfig: (env: NodeJS.ProcessEnv) => RoomConfig): Room {
  return { name, table, readConfig, main: new URL(`../${name}/main.ts`, import.meta.url) };
}
