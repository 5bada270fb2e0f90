// The room's own random secret, from which its keys are made.
import type { Migration } from '../../common/db/migration.ts';
import { createRoomSecretsTable } from '../../common/keys/store/room-secrets.ts';

export const roomSecrets: Migration = {
  name: '0013-room-secrets',
  up: (knex) => createRoomSecretsTable(knex, 'identity'),
};
