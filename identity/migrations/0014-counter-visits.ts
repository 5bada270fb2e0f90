// A person whose document a clerk has just seen: for minutes the clerk may bind the phone that the person holds, and allow a
// new password to whoever has that phone.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const counterVisits: Migration = {
  name: '0014-counter-visits',
  up: async (knex: Knex) => {
    await knex.raw(
      `create table identity.counter_visits (
         account_id bigint primary key references identity.accounts (id),
         clerk      text not null,
         begun_at   timestamptz not null,
         expires_at timestamptz not null,
         phone_key  bytea,
         phone_at   timestamptz,
         permit_at  timestamptz,
         check ((phone_key is null) = (phone_at is null)),
         check (permit_at is null or phone_at is not null)
       )`,
    );
    await knex.raw('create index counter_visits_expires_at on identity.counter_visits (expires_at)');
  },
};
