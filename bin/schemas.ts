// The schemas of the house, in the order in which they are migrated: an explicit list, nothing is discovered.
import type { RoomSchema } from '../common/db/migration.ts';
import { MIGRATIONS as IDENTITY } from '../identity/migrations/list.ts';
import { MIGRATIONS as LICENSE } from '../license/migrations/list.ts';
import { MIGRATIONS as SEAL } from '../seal/migrations/list.ts';

export const ROOM_NAMES = ['identity', 'license', 'seal'] as const;
export type RoomName = (typeof ROOM_NAMES)[number];

export type HouseSchema = RoomSchema & { readonly room: RoomName };

export const SCHEMAS: readonly HouseSchema[] = [
  { room: 'identity', schema: 'identity', migrations: IDENTITY },
  { room: 'license', schema: 'license', migrations: LICENSE },
  { room: 'seal', schema: 'seal', migrations: SEAL },
];
