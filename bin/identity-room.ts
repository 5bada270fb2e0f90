// What commands that work as the identity room need.
import { systemClock } from '../common/clock.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { openRootSecret } from '../common/keys/root-secret.ts';
import { type IdentityConfig, readRoomConfig } from '../identity/config.ts';
import { type OpenRoom, withRoom } from './one-room.ts';

export type IdentityRoom = OpenRoom<IdentityConfig> & {
  /** The secret of the room, 32 bytes. */
  readonly rootSecret: Uint8Array;
};

/** Throws config-invalid with every fault, schema-outdated. `command`: seen in pg_stat_activity. */
export function withIdentityRoom<T>(
  env: NodeJS.ProcessEnv,
  command: string,
  work: (room: IdentityRoom) => Promise<T>,
): Promise<T> {
  return withRoom(env, { name: 'identity', readConfig: readRoomConfig }, command, async (room) => {
    const rootSecret = await openRootSecret(room.db, 'identity', masterKeysOf(room.config), systemClock());
    return work({ ...room, rootSecret });
  });
}
