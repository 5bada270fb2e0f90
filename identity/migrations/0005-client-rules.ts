// What is asked of a client: how it authenticates, which profile it keeps to, which level its persons reach; its secrets as
// digests, and the claims that an administrator approved.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `alter table identity.clients
     add column auth_method text not null default 'private_key_jwt'
       check (auth_method in ('private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none')),
     add column profile text not null default 'standard' check (profile in ('standard', 'fapi2')),
     add column dpop_bound boolean not null default false,
     add column par_required boolean not null default false,
     add column jar_required boolean not null default false,
     add column min_level smallint check (min_level between 2 and 5),
     add column optional_scopes text[] not null default '{}'`,
  `update identity.clients set auth_method = 'none' where application_type = 'native'`,
  // SM3 of 256 random bits: nothing to guess, so nothing to slow down.
  `create table identity.client_secrets (
     id        bigint generated always as identity primary key,
     client_id text not null references identity.clients (client_id),
     digest    bytea not null unique,
     added_at  timestamptz not null,
     ends_at   timestamptz check (ends_at >= added_at)
   )`,
  `create index client_secrets_client on identity.client_secrets (client_id)`,
  `create table identity.claim_approvals (
     id           bigint generated always as identity primary key,
     client_id    text not null references identity.clients (client_id),
     scope        text not null,
     reason       text not null check (reason <> ''),
     approved_by  text not null check (approved_by <> ''),
     approved_at  timestamptz not null,
     withdrawn_at timestamptz check (withdrawn_at >= approved_at)
   )`,
  `create unique index claim_approvals_open on identity.claim_approvals (client_id, scope) where withdrawn_at is null`,
];

export const clientRules: Migration = {
  name: '0005-client-rules',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};
