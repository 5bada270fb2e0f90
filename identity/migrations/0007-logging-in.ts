// How people log in: further factors, what was proven in a session, one-time codes, messages to people, known browsers.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  // One row is one thing that an account can prove itself with besides its password; of recovery codes one row is one code.
  `create table identity.factors (
     id           bigint generated always as identity primary key,
     account_id   bigint not null references identity.accounts (id),
     kind         text not null check (kind in ('totp', 'recovery', 'passkey', 'certificate')),
     label        text not null,
     lookup       bytea,
     box          bytea,
     public       jsonb not null default '{}',
     version      integer not null default 1,
     added_at     timestamptz not null,
     last_used_at timestamptz,
     removed_at   timestamptz
   )`,
  `create unique index factors_lookup on identity.factors (kind, lookup) where lookup is not null and removed_at is null`,
  `create unique index factors_totp on identity.factors (account_id) where kind = 'totp' and removed_at is null`,
  `create index factors_account on identity.factors (account_id) where removed_at is null`,
  // What was proven, in which session, where and with what: the login history, and what a step-up goes on from.
  `create table identity.authentications (
     id            bigint generated always as identity primary key,
     proof_id      text not null unique,
     account_id    bigint not null references identity.accounts (id),
     session_uid   text not null,
     begins        boolean not null,
     method        text not null check
       (method in ('pwd', 'sms', 'mail', 'totp', 'recovery', 'passkey', 'face', 'cert', 'scan')),
     user_verified boolean not null default false,
     scan_level    smallint check (scan_level between 2 and 5),
     level         smallint not null check (level between 2 and 5),
     at            timestamptz not null,
     client_id     text,
     address       text,
     device        text
   )`,
  `create index authentications_session on identity.authentications (session_uid, id)`,
  `create index authentications_account on identity.authentications (account_id, id)`,
  `create index authentications_at on identity.authentications (at)`,
  // A row is never changed; it may be deleted when the time is over for which such logs have to be kept.
  `create function identity.refuse_authentication_change() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' and old.at < now() - interval '180 days' then return old; end if;
     raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
   end $$`,
  `create trigger append_only before update or delete on identity.authentications
     for each row execute function identity.refuse_authentication_change()`,
  `create trigger not_emptied before truncate on identity.authentications
     for each statement execute function identity.refuse_change()`,
  // Codes sent to a phone or mailbox; bound to one purpose and one browser or interaction.
  `create table identity.one_time_codes (
     lookup     bytea primary key,
     code_key   bytea,
     box        bytea not null,
     tries      integer not null default 0,
     sent_at    timestamptz not null,
     expires_at timestamptz not null
   )`,
  `create index one_time_codes_expires_at on identity.one_time_codes (expires_at)`,
  // Messages to people, addressee and words in one sealed box.
  `create table identity.outbox (
     id           uuid primary key,
     channel      text not null check (channel in ('sms', 'mail')),
     kind         text not null,
     box          bytea not null,
     created_at   timestamptz not null,
     delivered_at timestamptz
   )`,
  `create index outbox_created_at on identity.outbox (created_at)`,
  // Browsers in which a person has logged in; the browser keeps a random name in a signed cookie.
  `create table identity.known_devices (
     account_id   bigint not null references identity.accounts (id),
     device_key   bytea not null,
     label        text not null,
     first_used_at timestamptz not null,
     last_used_at  timestamptz not null,
     primary key (account_id, device_key)
   )`,
  `create index known_devices_last_used_at on identity.known_devices (last_used_at)`,
];

export const loggingInSchema: Migration = {
  name: '0007-logging-in',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};
