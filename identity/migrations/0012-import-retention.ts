// Rows of other houses are forgotten by their time (XINJI_IDENTITY_IMPORT_DAYS).
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const importRetention: Migration = {
  name: '0012-import-retention',
  up: async (knex: Knex) => {
    await knex.raw('create index imported_rows_at on identity.imported_rows (at)');
  },
};
