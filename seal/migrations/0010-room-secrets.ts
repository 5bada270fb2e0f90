// The room's own random secret, under which the keys of seals lie.
import type { Migration } from '../../common/db/migration.ts';
import { createRoomSecretsTable } from '../../common/keys/store/room-secrets.ts';

export const roomSecrets: Migration = {
  name: '0010-room-secrets',
  up: (knex) => createRoomSecretsTable(knex, 'seal'),
};
