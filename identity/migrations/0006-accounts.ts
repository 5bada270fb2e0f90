// What a person is to us: how far the identity is proven, by what, and which units the person acts for. All that is
// personal lies in the sealed box; an account may be without password, phone, mail or document.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  'alter table identity.accounts rename column holder_box to person_box',
  'alter table identity.accounts drop constraint accounts_status_check',
  `alter table identity.accounts
     alter column login_name drop not null,
     alter column holder_key drop not null,
     alter column person_box drop not null,
     alter column name drop not null,
     alter column password_hash drop not null,
     add column mail_key bytea unique,
     add column level smallint not null default 2 check (level between 2 and 5),
     add column closes_at timestamptz,
     add column password_at timestamptz,
     add constraint accounts_status_check check (status in ('active', 'frozen', 'closing', 'closed')),
     add constraint accounts_closing check ((status = 'closing') = (closes_at is not null)),
     add constraint accounts_shredded check
       (status <> 'closed' or num_nonnulls(login_name, phone_key, mail_key, holder_key, person_box, name, password_hash) = 0),
     add constraint accounts_proven check (level = 2 or holder_key is not null or status = 'closed')`,
  // Names of earlier versions lie in the clear until the room has sealed them.
  'create index accounts_unsealed on identity.accounts (id) where name is not null',
  `create index accounts_closes_at on identity.accounts (closes_at) where status = 'closing'`,
  `create table identity.legal_persons (
     id                 bigint generated always as identity primary key,
     code               text not null unique check (code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
     name               text not null,
     representative_key bytea not null,
     status             text not null default 'active' check (status in ('active', 'suspended', 'cancelled')),
     verified_at        timestamptz not null,
     created_at         timestamptz not null default now()
   )`,
  'create index legal_persons_representative on identity.legal_persons (representative_key)',
  // What was proven, how and with what result; never with the values themselves.
  `create table identity.proofings (
     id         bigint generated always as identity primary key,
     account_id bigint not null references identity.accounts (id),
     at         timestamptz not null,
     method     text not null check (method in ('population', 'face', 'counter', 'legal-person', 'vouched')),
     port       text not null,
     outcome    text not null check (outcome in ('matched', 'mismatched', 'unavailable')),
     level      smallint check (level between 2 and 5),
     unit_code  text,
     actor      text
   )`,
  'create index proofings_account on identity.proofings (account_id, id)',
  // Entries that a source did not answer about; they wait here, sealed, until it does.
  `create table identity.proof_waits (
     account_id bigint primary key references identity.accounts (id),
     box        bytea not null,
     tries      integer not null default 0,
     next_at    timestamptz not null,
     expires_at timestamptz not null
   )`,
  'create index proof_waits_next_at on identity.proof_waits (next_at)',
  // What somebody without a session has typed so far; the token is in his browser only.
  `create table identity.drafts (
     token_digest bytea primary key,
     kind         text not null check (kind in ('register', 'recover')),
     box          bytea not null,
     expires_at   timestamptz not null
   )`,
  'create index drafts_expires_at on identity.drafts (expires_at)',
  // In whose name a grant is used; without a unit it is the person's own.
  `create table identity.acting_for (
     grant_id        text primary key,
     legal_person_id bigint references identity.legal_persons (id),
     at              timestamptz not null
   )`,
  'create index acting_for_at on identity.acting_for (at)',
  // Rows of other houses' user tables that were taken over, so that a repeated import takes none twice.
  `create table identity.imported_rows (
     source     text not null,
     row_key    text not null,
     account_id bigint not null references identity.accounts (id),
     at         timestamptz not null,
     primary key (source, row_key)
   )`,
  'alter table identity.clients add column accepts_units boolean not null default true',
];

export const accountsSchema: Migration = {
  name: '0006-accounts',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
    await forbidChanges(knex, 'identity', 'proofings');
  },
};
