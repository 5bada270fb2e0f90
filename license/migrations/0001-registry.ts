// Who may do what: license types as data, the clients that issue them for an authority, the verifiers.
import type { Migration } from '../../common/db/migration.ts';

export const registry: Migration = {
  name: '0001-registry',
  up: async (knex) => {
    await knex.raw(`
      create table license.license_types (
        code          text not null,
        version       integer not null check (version > 0),
        document      jsonb not null,
        registered_at timestamptz not null,
        primary key (code, version)
      )`);
    await knex.raw(`
      create table license.issuing_clients (
        client_id      text not null,
        license_type   text not null,
        authority_name text not null,
        authority_code text not null,
        seal_esid      text not null,
        primary key (client_id, license_type)
      )`);
    await knex.raw(`
      create table license.verifiers (
        client_id text primary key,
        name      text not null,
        code      text not null
      )`);
  },
};
