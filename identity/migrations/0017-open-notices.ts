// What a system was not told yet of logouts, and what was given up, for its page in the administration.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const openNotices: Migration = {
  name: '0017-open-notices',
  up: async (knex: Knex) => {
    await knex.raw(
      `create index logout_notices_open on identity.logout_notices (client_id) where state <> 'delivered'`,
    );
  },
};
