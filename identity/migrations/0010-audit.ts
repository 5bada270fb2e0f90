// Events in the common hash chain: the tables of the chain, and which events wait to be put into it.
import type { Knex } from 'knex';
import { createAuditTables } from '../../common/audit/store/tables.ts';
import type { Migration } from '../../common/db/migration.ts';

export const auditSchema: Migration = {
  name: '0010-audit',
  up: async (knex: Knex) => {
    await createAuditTables(knex, 'identity');
    // Written in the statement that writes the event, and deleted in the transaction that chains it.
    await knex.raw(`create table identity.unchained_events (event_id bigint primary key)`);
    await knex.raw('insert into identity.unchained_events select id from identity.events');
  },
};
