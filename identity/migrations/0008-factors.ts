// 扫码登录, and what passkeys and certificates have answered.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  // A challenge says itself what it is for; here stands only that it was used.
  `create table identity.used_challenges (
     digest     bytea primary key,
     expires_at timestamptz not null
   )`,
  `create index used_challenges_expires_at on identity.used_challenges (expires_at)`,
  // A row is one code on one screen. The code itself is made from interaction and turn under a key and kept as a digest.
  `create table identity.scans (
     code_digest     bytea primary key,
     interaction_uid text not null,
     turn            integer not null,
     client_id       text not null,
     number          smallint not null check (number between 10 and 99),
     device          text not null,
     address         text not null,
     state           text not null default 'waiting'
                     check (state in ('waiting', 'scanned', 'confirmed', 'refused', 'used')),
     account_id      bigint references identity.accounts (id),
     session_uid     text,
     level           smallint check (level between 2 and 5),
     shown_at        timestamptz not null,
     expires_at      timestamptz not null,
     unique (interaction_uid, turn),
     check (state = 'waiting' or account_id is not null)
   )`,
  `create index scans_expires_at on identity.scans (expires_at)`,
];

export const factorsSchema: Migration = {
  name: '0008-factors',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};
