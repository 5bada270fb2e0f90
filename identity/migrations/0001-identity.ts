// The first schema of the identity room: accounts, clients, what oidc-provider keeps, who takes part in a session.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create table identity.accounts (
     id            bigint generated always as identity primary key,
     sub           text not null unique,
     login_name    text not null unique,
     phone_key     bytea unique,
     holder_key    bytea not null unique,
     holder_box    bytea not null,
     name          text not null,
     password_hash text not null,
     status        text not null default 'active' check (status in ('active', 'closed')),
     created_at    timestamptz not null default now()
   )`,
  `create table identity.clients (
     client_id                 text primary key,
     version                   integer not null default 1,
     name                      text not null,
     organisation              text not null,
     purpose                   text not null,
     first_party               boolean not null,
     status                    text not null default 'active' check (status in ('active', 'suspended')),
     grant_types               text[] not null,
     scopes                    text[] not null,
     redirect_uris             text[] not null,
     post_logout_redirect_uris text[] not null,
     backchannel_logout_uri    text,
     sector                    text not null,
     jwks                      jsonb not null,
     created_at                timestamptz not null default now(),
     updated_at                timestamptz not null default now()
   )`,
  // Everything oidc-provider stores. Ids are bearer secrets and kept as SM3 digests only.
  `create table identity.oidc_artifacts (
     model       text not null,
     id_digest   bytea not null,
     grant_id    text,
     session_uid text,
     user_code   text,
     account_id  text,
     client_id   text,
     payload     jsonb not null,
     consumed_at timestamptz,
     expires_at  timestamptz not null,
     created_at  timestamptz not null default now(),
     primary key (model, id_digest)
   )`,
  `create index oidc_artifacts_grant_id on identity.oidc_artifacts (grant_id) where grant_id is not null`,
  `create index oidc_artifacts_session on identity.oidc_artifacts (session_uid) where model = 'Session'`,
  `create unique index oidc_artifacts_user_code on identity.oidc_artifacts (user_code) where user_code is not null`,
  `create index oidc_artifacts_account_id on identity.oidc_artifacts (account_id) where account_id is not null`,
  `create index oidc_artifacts_expires_at on identity.oidc_artifacts (expires_at)`,
  // Insert-only: the row with the highest turn says how a client stands in a session; one without sid says that it left.
  `create table identity.session_clients (
     session_uid     text not null,
     client_id       text not null,
     turn            integer not null,
     sid             text,
     grant_id        text,
     persists_logout boolean not null default false,
     at              timestamptz not null default now(),
     primary key (session_uid, client_id, turn)
   )`,
  `create index session_clients_at on identity.session_clients (at)`,
  // A session that was logged out stays logged out, whatever a request that was under way still writes.
  `create table identity.ended_sessions (
     session_uid text primary key,
     ended_at    timestamptz not null
   )`,
  `create index ended_sessions_ended_at on identity.ended_sessions (ended_at)`,
  `create table identity.login_tries (
     login_key      bytea not null,
     address        text not null,
     tries          integer not null,
     window_ends_at timestamptz not null,
     primary key (login_key, address)
   )`,
  `create index login_tries_window_ends_at on identity.login_tries (window_ends_at)`,
  `create table identity.events (
     id         bigint generated always as identity primary key,
     at         timestamptz not null,
     kind       text not null,
     sub        text,
     client_id  text,
     request_id text,
     detail     jsonb not null default '{}'
   )`,
  `create index events_sub on identity.events (sub, id) where sub is not null`,
];

export const firstSchema: Migration = {
  name: '0001-identity',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
    await forbidChanges(knex, 'identity', 'events');
  },
};
