// License types as signed, immutable entries (GB/T 36902), and the keys under which what the room keeps of a holder lies.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

/** Partitions of tables that are found by a digest or an identifier; a power of two, never changed afterwards. */
export const HASH_PARTITIONS = 32;

export const catalog: Migration = {
  name: '0005-catalog',
  up: async (knex) => {
    await knex.raw(`
      create table license.catalog_entries (
        code            text not null,
        version         integer not null check (version > 0),
        document        json not null,
        document_sm3    bytea not null check (length(document_sm3) = 32),
        signature       bytea not null,
        certificate_sm3 bytea not null check (length(certificate_sm3) = 32),
        published_by    text not null,
        published_at    timestamptz not null,
        primary key (code, version)
      )`);
    await forbidChanges(knex, 'license', 'catalog_entries');
    // Without its row nothing that was sealed for the holder can be read any more.
    await knex.raw(`
      create table license.holder_keys (
        holder_key bytea primary key check (length(holder_key) = 32),
        key_id     text not null,
        box        bytea not null,
        made_at    timestamptz not null
      ) partition by hash (holder_key)`);
    await createHashPartitions(knex, 'holder_keys');
    // Random secrets of the room itself that outlive a change of the master key.
    await knex.raw(`
      create table license.room_secrets (
        name    text primary key,
        key_id  text not null,
        box     bytea not null,
        made_at timestamptz not null
      )`);
  },
};

/** The partitions of a table that is partitioned by hash: `<table>_00` and on. */
export async function createHashPartitions(knex: Knex, table: string, count: number = HASH_PARTITIONS): Promise<void> {
  for (let part = 0; part < count; part++) {
    const name = `${table}_${String(part).padStart(2, '0')}`;
    await knex.raw(
      `create table license.?? partition of license.?? for values with (modulus ${count}, remainder ${part})`,
      [name, table],
    );
  }
}
