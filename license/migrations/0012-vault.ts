// What was destroyed on order, by whom and why: kept for ever, and nothing of it can be read back; the holder is his key.
// And the way from a stored file to the record that names it, by which files that nobody registered are found.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

export const vault: Migration = {
  name: '0012-vault',
  up: async (knex: Knex) => {
    await knex.raw(`
      create table license.shreddings (
        shredding_id text primary key,
        holder_key   bytea not null check (length(holder_key) = 32),
        reason       text not null,
        ordered_by   text not null,
        destroyed    integer not null check (destroyed >= 0),
        kept         integer not null check (kept >= 0),
        shredded_at  timestamptz(3) not null
      )`);
    await forbidChanges(knex, 'license', 'shreddings');
    // Only ever asked "is it there": a hash index is a fraction of a tree, and an issue pays for it.
    await knex.raw('create index license_versions_stored on license.license_versions using hash (stored_sm3)');
    await knex.raw('create index annotated_copies_stored on license.annotated_copies using hash (stored_sm3)');
  },
};
