// Who issues and who reads is registered by an administrator: each act is kept for good with its reason and its answer, and a
// registration that ends stays on record.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

export const registryActs: Migration = {
  name: '0014-registry-acts',
  up: async (knex: Knex) => {
    await knex.raw('alter table license.clients add column ended_at timestamptz');
    await knex.raw('alter table license.issuing_clients add column ended_at timestamptz');
    await knex.raw(`
      create table license.registry_acts (
        act_id          text primary key,
        kind            text not null,
        actor           text not null,
        idempotency_key text not null,
        asked           json not null,
        answer          json not null,
        acted_at        timestamptz(3) not null,
        unique (actor, idempotency_key)
      )`);
    await knex.raw('create index registry_acts_at on license.registry_acts (acted_at desc, act_id)');
    await forbidChanges(knex, 'license', 'registry_acts');
  },
};
