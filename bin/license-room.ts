// What commands that work as the license room need.
import { systemClock } from '../common/clock.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { type LicenseConfig, readRoomConfig } from '../license/config.ts';
import type { RoomKeys } from '../license/domain/room-keys.ts';
import { openRoomKeys } from '../license/flow/open-room-keys.ts';
import { type OpenRoom, withRoom } from './one-room.ts';

export type LicenseRoom = OpenRoom<LicenseConfig> & {
  /** For what opens boxes; `config-invalid` when the master key is another one. */
  readonly openKeys: () => Promise<RoomKeys>;
};

/** Throws config-invalid with every fault, schema-outdated. `command`: seen in pg_stat_activity. */
export function withLicenseRoom<T>(
  env: NodeJS.ProcessEnv,
  command: string,
  work: (room: LicenseRoom) => Promise<T>,
): Promise<T> {
  return withRoom(env, { name: 'license', readConfig: readRoomConfig }, command, (room) =>
    work({ ...room, openKeys: () => openRoomKeys(room.db, masterKeysOf(room.config), systemClock()) }),
  );
}
