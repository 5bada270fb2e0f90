// What the administrators' pages read: refused logins and changes of a client, and the audit log by time, kind and client.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create index events_refused on identity.events (client_id, id)
     where kind in ('login.refused', 'login.paused')`,
  `create index events_of_client on identity.events (client_id, id) where kind like 'client.%'`,
  'create index audit_entries_at on identity.audit_entries (at, chain, number)',
  'create index audit_entries_kind on identity.audit_entries (kind, at)',
  `create index audit_entries_client on identity.audit_entries ((detail->>'client_id'), at)
     where detail->>'client_id' is not null`,
];

export const adminReads: Migration = {
  name: '0011-admin-reads',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};
