// The session behind a `sid` that the license room names. Of its rows only: no other system asks, and theirs are a hundred
// times as many.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const sessionBySid: Migration = {
  name: '0018-session-by-sid',
  up: async (knex: Knex) => {
    await knex.raw(`create index session_clients_sid on identity.session_clients (sid) where client_id = 'license'`);
  },
};
