// The schemas of the house, in the order in which they are migrated: an explicit list, nothing is discovered.
import type { RoomSchema } from '../common/db/migration.ts';

export const ROOM_NAMES = ['identity', 'license', 'seal'] as const;
export type RoomName = (typeof ROOM_NAMES)[number];

/** Loads the migration lists of all rooms. */
export async function loadSchemas(): Promise<readonly (RoomSchema & { readonly room: RoomName })[]> {
  return Promise.all(
    ROOM_NAMES.map(async (room) => {
      const list = await import(`../${room}/migrations/list.ts`).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`${room}/migrations/list.ts`)) return {};
        throw error;
      });
      return { room, schema: room, migrations: list.MIGRATIONS ?? [] };
    }),
  );
}
