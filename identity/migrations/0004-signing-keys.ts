// Signing keys in the database, each with its times, and the versions by which running rooms notice what others changed.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  // One row for each thing that rooms keep in memory. Whoever changes such a thing, by whatever program, raises it.
  `create table identity.changes (
     topic   text primary key,
     version bigint not null default 1
   )`,
  `insert into identity.changes (topic) values ('clients'), ('signing_keys')`,
  `create function identity.count_change() returns trigger language plpgsql as $$
   begin
     update identity.changes set version = version + 1 where topic = tg_argv[0];
     return null;
   end $$`,
  `create trigger counted after insert or update or delete on identity.clients
     for each statement execute function identity.count_change('clients')`,
  // A key signs in [signs_from, retires_at); the private half is gone some minutes after that, the public half stays.
  `create table identity.signing_keys (
     kid          text primary key,
     public_jwk   jsonb not null,
     box          bytea,
     published_at timestamptz not null,
     signs_from   timestamptz not null,
     retires_at   timestamptz check (retires_at > signs_from),
     withdrawn_at timestamptz,
     check (signs_from >= published_at),
     check (box is not null or retires_at is not null or withdrawn_at is not null),
     constraint one_signs_at_a_time exclude using gist (tstzrange(signs_from, retires_at) with &&)
       where (withdrawn_at is null)
   )`,
  // A grant is found by the id that its tokens name.
  `create unique index oidc_artifacts_grant on identity.oidc_artifacts (grant_id) where model = 'Grant'`,
  `create trigger counted after insert or update or delete on identity.signing_keys
     for each statement execute function identity.count_change('signing_keys')`,
];

export const signingKeysSchema: Migration = {
  name: '0004-signing-keys',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};
